"""What a person is told whose machine lacks something."""

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.build import setup
from deploy.local import __main__ as launcher
from deploy.local import ordinary_user, site
from deploy.local.failure import LaunchError

SETUP_SH = Path(setup.__file__).with_name("setup.sh")


def _tree_with(tmp_path: Path, **programs: str) -> tuple[Path, Path]:
    """A tree with only the setup script, and a folder with only these programs."""
    tree, path = tmp_path / "a clone" / "deploy" / "build", tmp_path / "bin"
    tree.mkdir(parents=True)
    path.mkdir()
    shutil.copy(SETUP_SH, tree)
    for needed in ("sh", "dirname"):
        (path / needed).symlink_to(shutil.which(needed) or "")
    for name, script in programs.items():
        (path / name).write_text(f"#!/bin/sh\n{script}\n")
        (path / name).chmod(0o755)
    return tree / "setup.sh", path


def _said(script: Path, path: Path) -> str:
    done = subprocess.run(["sh", script], env={"PATH": str(path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr


def test_without_a_python_of_3_11_it_says_which_is_needed(tmp_path: Path) -> None:
    said = _said(*_tree_with(tmp_path, python3="exit 1"))
    assert said.count("\n") == 1
    assert said.startswith("Casella: needs Python 3.11 or newer, and none was found: install one")


def test_a_python_without_venv_is_named_with_the_remedy(tmp_path: Path) -> None:
    said = _said(*_tree_with(tmp_path, python3='case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac'))
    assert said.count("\n") == 1
    assert said.startswith("Casella: python3 cannot make virtual environments: install its venv module")


def test_what_pip_is_told_of_the_index_uv_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*(word for words in setup._UV_WORDS.values() for word in words), "UV_INDEX_STRATEGY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("UV_INSECURE_HOST", "chosen.example")
    shown = [
        "global.cert='/etc/ssl/house.pem'",
        "global.index-url='https://index.example/simple'",
        "global.extra-index-url='\\nhttps://one.example\\nhttps://two.example'",
        "global.timeout='30'",
        "global.proxy='http://another.example'",
        ":env:.proxy='http://proxy.example:3128'",
        "install.trusted-host='index.example'",
    ]
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout="\n".join(shown)))
    told = setup._uv_environment()
    assert {name: told[name] for name in told if told[name] != os.environ.get(name)} == {
        "SSL_CERT_FILE": "/etc/ssl/house.pem",
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "UV_INDEX": "https://one.example https://two.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "HTTP_PROXY": "http://proxy.example:3128",
        "HTTPS_PROXY": "http://proxy.example:3128",
    }
    assert told["UV_INSECURE_HOST"] == "chosen.example", "what the environment says goes first"


def test_where_pip_takes_over_from_uv_one_line_says_why_without_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.touch()
    person = "anna:tramontana"
    why = f"error: no way\n  Caused by: https://{person}@index.example/simple: invalid peer certificate\n"
    monkeypatch.setattr(setup, "MAIN", tmp_path)
    monkeypatch.setattr(setup, "_uv_environment", dict)
    run: list[str] = []

    def runs(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        run.append(command[0])
        return subprocess.CompletedProcess(command, command[0] == str(uv), "", why)

    monkeypatch.setattr(subprocess, "run", runs)
    setup._install(tmp_path, (tmp_path / "a.lock",))
    assert run == [str(uv), setup._PIP[0]]
    assert capsys.readouterr().out.strip() == (
        f"… {tmp_path.name}: by pip, which takes longer, because uv says: "
        "Caused by: https://index.example/simple: invalid peer certificate"
    )


def test_a_full_disk_is_named_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300_000_000))
    monkeypatch.setattr(setup, "_is_current", lambda *_: False)
    with pytest.raises(setup.SetupError, match=r"^needs 2000 MB of free disk at .* and finds 300 MB: free some"):
        setup.set_up(judge=False)


def test_a_full_disk_under_the_state_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100_000_000))
    with pytest.raises(LaunchError, match=r"has 100 MB of free disk and Casella needs 500 MB: free some"):
        site.prepare(tmp_path)


def test_state_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LaunchError, match=r"cannot be kept in .*: name another folder in CASELLA_VAR"):
        site.prepare(tmp_path / "file" / "var")


@pytest.mark.parametrize(
    ("name", "value"), [("CASELLA_MODE", "production"), ("STRIPE_API_KEY", "sk_live_x"), ("ANY", "rk_live_x")]
)
def test_no_simulator_starts_beside_the_real(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(LaunchError, match=name) as refused:
        launcher._refuse_beside_the_real()
    assert "_live_x" not in str(refused.value)


def test_root_runs_postgres_as_another_user_who_can_enter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/setpriv")
    tmp_path.chmod(0o700)
    closed = ordinary_user.OrdinaryUser.who_can_enter([tmp_path])
    assert closed.command("postgres")[0] == "/usr/bin/setpriv"
    opened = ordinary_user.OrdinaryUser.who_can_enter([Path("/")])
    assert opened.command("postgres") == ["postgres"]
    assert opened.popen_user() not in (None, 0)


def test_a_closed_folder_without_setpriv_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    tmp_path.chmod(0o700)
    with pytest.raises(LaunchError, match=r"nobody cannot enter .*: install util-linux"):
        ordinary_user.OrdinaryUser.who_can_enter([tmp_path])


def test_a_large_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    site.prepare(tmp_path)
    large, small = tmp_path / "logs" / "trial.log", tmp_path / "logs" / "ordering.log"
    large.write_bytes(b"x" * 10_000_001)
    small.write_bytes(b"x")
    site.prepare(tmp_path)
    assert [path.name for path in sorted((tmp_path / "logs").iterdir())] == ["ordering.log", "trial.log.1"]


def test_secrets_stay_the_same_from_start_to_start(tmp_path: Path) -> None:
    site.prepare(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    site.prepare(tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == before
