"""What an operator reads where no Casella can be reached, or where the command itself is written wrong."""

import errno
import json
import os
import pwd
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.__main__ import casella
from services.kit.limits import LARGEST_STATEMENT
from tests.cli.running import ROOT, Terminal, written

_COMMAND = re.compile(r"""["'`]casella ([a-z]+(?: [a-z]+)?)[ `"']""")
ID = "01939f4e-7c1a-7d55-9f3b-0242ac120002"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal({"CASELLA_VAR": str(tmp_path / "var")})


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "account", "anna@demo.example"),
        ("show", "order", ID),
        ("show", "invoice", ID),
        ("show", "money"),
        ("signups",),
        ("tickets", "list"),
        ("audit",),
        ("invoice", "export", "2026-01-01", "2026-03-31", "quarter"),
        ("webhooks", "list"),
        ("profile", "show", ID),
        ("hold", "set", ID, "--reason", "court_order"),
        ("feature", "off", ID, "sending", "--reason", "spam"),
        ("contract", "confirm", ID, "--reason", "phone_confirmed"),
        ("clock", "advance", "1d"),
        ("replay",),
        ("backup", "rows"),
        ("recover", "begin", "--rows-of", "2026-11-24 03:00", "--reason", "restored"),
    ],
)
async def test_where_nothing_runs_a_command_says_how_to_start_it(
    terminal: Terminal, arguments: tuple[str, ...]
) -> None:
    ran = await terminal.casella(*arguments)
    assert ran.code == 3
    assert "Traceback" not in ran.err
    assert "no Casella runs from" in ran.err
    assert "`make run`" in ran.err


def test_the_steps_of_a_recovery_stand_in_a_line_each() -> None:
    told = written("recover", "--help").well().out.splitlines()
    steps = [line.strip() for line in told if line.strip()[:1].isdigit()]
    assert [each.partition(" casella recover ")[0] for each in steps] == [f"{step}." for step in range(1, 9)]


async def test_the_doctor_says_that_nothing_runs(terminal: Terminal) -> None:
    (await terminal.casella("doctor")).badly(1, "WRONG", "no Casella runs from", "`make run`")


async def test_a_service_that_does_not_answer_is_named(terminal: Terminal, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    ran = await terminal.casella(
        "show", "money", CASELLA_PAYMENTS_ADDRESS="127.0.0.1:9", CASELLA_CALLER_SECRET_FILE=str(secret)
    )
    ran.badly(3, "payments does not answer at 127.0.0.1:9", "casella doctor")


async def test_a_temporal_that_does_not_answer_is_named(terminal: Terminal) -> None:
    ran = await terminal.casella("replay", CASELLA_TEMPORAL_ADDRESS="127.0.0.1:9")
    ran.badly(3, "Temporal at 127.0.0.1:9 cannot be asked", "casella doctor")


async def test_a_missing_secret_is_told_with_its_file(terminal: Terminal) -> None:
    ran = await terminal.casella("show", "money", CASELLA_PAYMENTS_ADDRESS="127.0.0.1:9")
    ran.badly(1, "secrets/caller-operator", "CASELLA_CALLER_SECRET_FILE")


async def test_a_damaged_run_file_is_no_traceback(tmp_path: Path, terminal: Terminal) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "run.json").write_text("{")
    (await terminal.casella("show", "money")).badly(1, "run.json is damaged", "`make run`")


async def test_a_launcher_that_has_ended_is_noticed(tmp_path: Path, terminal: Terminal) -> None:
    (tmp_path / "var").mkdir()
    gone = _a_pid_that_is_free()
    (tmp_path / "var" / "run.json").write_text(json.dumps({"launcher": gone, "rooms": {}, "ports": {}}))
    (await terminal.casella("doctor")).badly(1, "was killed", "`make run`")


async def test_half_a_tls_setup_is_refused_in_words(terminal: Terminal) -> None:
    ran = await terminal.casella("show", "money", CASELLA_TLS_KEY_FILE="/nowhere")
    ran.badly(2, "belong together")


async def test_an_unknown_mode_names_its_variable(terminal: Terminal) -> None:
    (await terminal.casella("show", "money", CASELLA_MODE="maybe")).badly(2, "CASELLA_MODE")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "order", "17"), "is no id"),
        (("show", "invoice", "P2026/17"), "look like 2026/17"),
        (("invoice", "credit", "2026/17", "--reason", "goodwill"), "--cause"),
        (("invoice", "credit", "2026/17", "--cause", "mood", "--reason", "goodwill"), "agreement"),
        (("tickets", "show", "first"), "is no id"),
        (("recover", "begin", "--rows-of", "yesterday", "--reason", "restored"), 'for example "2026-11-24 03:00"'),
        (("recover", "begin", "--rows-of", "2026-11-24", "--reason", "restored"), "no day with its time"),
        (
            ("withdrawal", "record", "P2026/1", "--declared-on", "02/12/2026", "--reason", "letter"),
            "no day: write year, month and day",
        ),
        (("invoice", "credit", "2026/1", "--cause", "agreement", "--on", "20261202", "--reason", "letter"), "no day"),
        (("hold", "set", ID, "--reason", "Because Anna called"), "phone_confirmed"),
        (("hold", "release", ID), "--reason"),
        (("feature", "off", ID, "everything", "--reason", "spam"), "sending"),
        (("bank", "import", "/nowhere/statement.xml"), "does not exist"),
        (("recover", "refunds", "/dev/null", "--reason", "restored"), "/dev/null was not taken in: the file is empty"),
        (
            ("recover", "refunds", __file__, __file__, "--refused", ID, "--reason", "restored"),
            "Name the file of that refund alone",
        ),
        (("profile", "correct", ID, "--reason", "typo"), "nothing is to be changed"),
        (("audit", "--year", "26"), "26"),
        (("sho", "account"), "No such command"),
    ],
)
def test_a_command_that_is_written_wrong_says_what_is_right(arguments: tuple[str, ...], words: str) -> None:
    written(*arguments).badly(2, words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sho", "account"), "No such command"),
        (("show", "order", "17"), "is no id"),
        (("clock", "advance", "soon"), "'soon' is no duration: write 30d, 12h, 1d12h, 90m or 45s"),
        (("clock", "advance", "3x"), "usage: casella clock advance [-h] DURATION"),
        (("clock", "advance", "99999999d"), "'99999999d' is longer than 99999 days"),
        (("clock", "advance", "0d"), "'0d' is nothing to advance"),
        (("backup", "rows", "--database", "nonsense"), "'nonsense' is no URL of a PostgreSQL"),
        (("recover", "mark", "nonsense"), "'nonsense' is no URL of a PostgreSQL"),
        (("backup", "/etc/hostname", "--database", "postgresql://a@b/c"), "/etc/hostname is there already"),
    ],
)
async def test_the_process_of_such_a_command_ends_with_these_words(
    terminal: Terminal, arguments: tuple[str, ...], words: str
) -> None:
    (await terminal.casella(*arguments)).badly(2, words)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "was not imported: the file is empty"),
        (3_500_000, "was not imported: 3.4 MB; at most 3 MB a file"),
        (LARGEST_STATEMENT + 1, "was not imported: 3.1 MB; at most 3 MB a file"),
    ],
)
def test_a_statement_is_not_sent_that_no_call_can_carry(tmp_path: Path, size: int, words: str) -> None:
    (tmp_path / "big.xml").write_bytes(b" " * size)
    written("bank", "import", str(tmp_path / "big.xml")).badly(2, f"big.xml {words}")


async def test_a_database_that_does_not_answer_is_told_by_the_first_line_of_what_pg_dump_says(
    terminal: Terminal, tmp_path: Path
) -> None:
    ran = await terminal.casella(
        "backup", str(tmp_path / "rows"), "--database", "postgresql://anna@127.0.0.1:9/casella"
    )
    ran.badly(1, "pg_dump failed (pg_dump: error: connection to server at", "port 9 failed", "nothing was changed")
    assert "\t" not in ran.err


async def test_a_profile_file_names_everything_in_it_that_is_wrong(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps({"shoe_size": 43, "pec": 1, "kind": "prince", "address": {"planet": "Earth"}}))
    ran = await terminal.casella("profile", "correct", ID, "--file", str(file), "--reason", "typo")
    ran.badly(2, "shoe_size: no such field", "pec: no text", "kind: one of", "address.planet: no such field")


@pytest.mark.parametrize("content", ["{", "[]", '{"address": 3}'])
async def test_a_profile_file_that_is_no_object_is_refused(terminal: Terminal, tmp_path: Path, content: str) -> None:
    file = tmp_path / "profile.json"
    file.write_text(content)
    (await terminal.casella("profile", "correct", ID, "--file", str(file), "--reason", "typo")).badly(2, "JSON")


async def test_the_help_lists_every_command_and_the_exit_codes(terminal: Terminal) -> None:
    ran = (await terminal.casella("--help")).well()
    for command in "up demo clock doctor show signups profile bank hold feature contract tickets audit".split():
        assert f"\n  {command} " in ran.out
    assert "Exit codes" in ran.out


def test_every_command_that_workflows_and_commands_name_exists() -> None:
    """An operator copies them out of the Temporal UI, or out of an error."""
    files = [*(ROOT / "workflows").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]
    named = {found for file in files for found in _COMMAND.findall(file.read_text())}
    assert {"show account", "show order", "show invoice", "show money", "signups", "hold release"} <= named
    for command in sorted(named):
        written(*command.split(), "--help").well()


def test_the_script_works_from_any_folder_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ROOT / "casella")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'protos'}"}
    ran = subprocess.run(
        [tmp_path / "link", "show", "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "account" in ran.stdout


def test_the_script_says_that_this_user_cannot_run_the_python_of_another(tmp_path: Path) -> None:
    (tmp_path / "casella").write_bytes((ROOT / "casella").read_bytes())
    said = _said_by_the_script(tmp_path)
    assert said.startswith("Casella is not set up yet: run `make setup` in ")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/home/somebody/.pyenv/python")
    said = _said_by_the_script(tmp_path)
    assert said.startswith(f"Casella is set up in {tmp_path}, but ")
    assert " cannot run its Python (/home/somebody/.pyenv/python): be the user who set it up" in said


def _said_by_the_script(folder: Path) -> str:
    ran = subprocess.run(["sh", folder / "casella"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    return ran.stderr


@pytest.fixture
def another_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of state into which one may not look, as root's for everybody else: to pass through it is all."""
    (tmp_path / "secrets").mkdir()
    stat, access = Path.stat, os.access

    def may_not_stat(path: Path, **options: Any) -> os.stat_result:
        if tmp_path / "secrets" in path.parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", may_not_stat)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and access(path, mode))
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it went on"))
    monkeypatch.setenv("CASELLA_VAR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("arguments", [("doctor",), ("show", "money"), ("clock", "show"), ("clock", "advance", "1d")])
def test_another_user_s_state_is_told_in_one_sentence(another_s: Path, arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(casella, arguments, prog_name="casella")
    assert result.exit_code == 3, repr(result.exception)
    owner = pwd.getpwuid(os.geteuid()).pw_name
    assert result.stderr.startswith(f"casella: {another_s} belongs to {owner}, and you are {owner}.\n  Be that user")


async def test_clock_show_tells_the_time_of_a_fresh_folder(terminal: Terminal) -> None:
    assert "real time" in (await terminal.casella("clock", "show")).well().out


async def test_up_and_demo_refuse_production(terminal: Terminal) -> None:
    for command in ("up", "demo"):
        ran = await terminal.casella(command, CASELLA_MODE="production")
        assert ran.code == 1
        assert re.search(r"\d\.\d s  Casella: .* CASELLA_MODE says production", ran.out)


def _a_pid_that_is_free() -> int:
    """The number of a process that has ended and been waited for."""
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid
