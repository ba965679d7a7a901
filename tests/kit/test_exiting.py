"""A process ends by its exit code, with all that it printed, before the interpreter is taken down."""

import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import atexit, sys
from services.kit.exiting import exit_after
atexit.register(print, "taken down")

def main():
    print("done")
    {end}

exit_after(main)
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [("return None", 0), ("return 3", 3), ("sys.exit(78)", 78), ("sys.exit()", 0), ("sys.exit('no')", 1)],
)
def test_a_process_exits_with_its_code_and_is_not_taken_down(end: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(end=end)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (code, "done\n")


def test_an_error_is_told_by_the_interpreter() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(end="1 / 0")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
