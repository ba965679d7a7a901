"""Decides what `make lint` looks at. The checks run side by side; each tells its result when it has it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "protos" / "casella.binpb"


@dataclass(frozen=True)
class Check:
    """One check: what it looks at, and its command."""

    title: str
    command: tuple[str, ...]


def checks() -> list[Check]:
    """All checks, the longest first."""
    programs = Path(sys.executable).parent
    return [
        Check("types (mypy --strict)", (sys.executable, "-m", "mypy")),
        Check("imports between rooms (import-linter)", (str(programs / "lint-imports"), "--no-logo")),
        Check("style (ruff check)", (str(programs / "ruff"), "check", "--output-format=concise", ".")),
        Check("layout (ruff format)", (str(programs / "ruff"), "format", "--check", "--output-format=concise", ".")),
        Check("contracts (buf lint)", (str(programs / "buf"), "lint")),
        Check(
            "compatible contracts (buf breaking)",
            (str(programs / "buf"), "breaking", "--against", str(IMAGE.relative_to(ROOT))),
        ),
    ]


def main() -> int:
    """Runs all checks; 1 when one of them found something."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {pool.submit(_run, check): check for check in checks()}
        passed = [_tell(running[done], *done.result()) for done in as_completed(running)]
    return 0 if all(passed) else 1


def _run(check: Check) -> tuple[subprocess.CompletedProcess[str], float]:
    begun = time.monotonic()
    done = subprocess.run(check.command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done, time.monotonic() - begun


def _tell(check: Check, done: subprocess.CompletedProcess[str], seconds: float) -> bool:
    passed = done.returncode == 0
    print(f"{'ok   ' if passed else 'FOUND'} {check.title}, {seconds:.0f} s", flush=True)
    if not passed:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main())
