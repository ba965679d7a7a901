"""`make clean` takes nothing from under a Casella that runs from the tree."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.site import ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with what cleaning needs, an environment, and state."""
    tree = tmp_path / "a clone"
    shutil.copytree(ROOT / "deploy", tree / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tree / ".venv" / "casella-stamp").touch()
    (tree / "var").mkdir()
    return tree


def _clean(tree: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", tree / "deploy" / "build" / "clean.sh"],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_environment_and_state_are_removed(tree: Path) -> None:
    cleaned = _clean(tree)
    assert (cleaned.returncode, cleaned.stdout + cleaned.stderr) == (0, "")
    assert sorted(path.name for path in tree.rglob("*") if path.name in {".venv", "var", "__pycache__"}) == []
    assert _clean(tree).returncode == 0


def test_a_casella_of_this_tree_is_not_cleaned_away_wherever_its_state_is(tree: Path, tmp_path: Path) -> None:
    with (tree / ".venv" / "casella-stamp").open() as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        for variables in ({}, {"CASELLA_VAR": str(tmp_path / "another folder")}):
            refused = _clean(tree, **variables)
            assert refused.returncode == 1
            assert refused.stderr.startswith("A Casella of this tree runs, starts or stops: end it")
            assert refused.stderr.count("\n") == 1
    assert (tree / ".venv").exists()
    assert (tree / "var").exists()


def test_a_folder_of_ones_own_stays(tree: Path, tmp_path: Path) -> None:
    own = tmp_path / "another folder"
    own.mkdir()
    cleaned = _clean(tree, CASELLA_VAR=str(own))
    assert cleaned.returncode == 0
    assert cleaned.stdout.startswith(f"{own} stays, since it is a folder of your own")
    assert own.exists()


def test_servers_that_a_killed_launcher_left_are_ended_before_their_state_goes(tree: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", "start-dev"]) as left:
        try:
            (tree / "var" / "temporal.pid").write_text(str(left.pid))
            assert _clean(tree).returncode == 0
            assert left.wait(0) < 0
        finally:
            left.kill()
    assert not (tree / "var").exists()
