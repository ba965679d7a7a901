"""Decides what a fresh machine needs: the locked packages in .venv, and Casella's own tree on their path.

Runs on any Python from 3.11 on, before anything is installed, so it uses the standard library only. A stamp in
the environment says for which locks it was made: a second run looks at it and ends.
"""

import argparse
import ast
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "deploy" / "locks"
MAIN = ROOT / ".venv"
JUDGE = ROOT / ".venv-judge"
MAIN_LOCKS = (ROOT / "requirements.lock", LOCKS / "fattura-xsd.lock")
JUDGE_LOCKS = (LOCKS / "judge.lock",)
AUDIT = ROOT / ".venv-audit"
AUDIT_LOCKS = (LOCKS / "audit.lock",)
JUDGE_PYTHON = (3, 12)

_NEEDED_MEGABYTES = 2000  # packages 1 GB, the installer's cache, a first world of databases and documents
_INTERRUPTED = 130
_PROGRESS_SECONDS = 15.0
_STAMP = "casella-stamp"
_PIP = (str(MAIN / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
_UV_WORDS = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
    "trusted-host": ("UV_INSECURE_HOST",),
}
"""A setting of pip → uv's variables for it."""


class SetupError(Exception):
    """What is wrong and what to do about it, in one sentence."""


def main() -> int:
    """Sets up what the arguments ask for; 1 when something is missing that a person must bring."""
    parser = argparse.ArgumentParser(description="Sets up Casella's Python environments.")
    parser.add_argument("--judge", action="store_true", help="also the environment of the e-invoices' second judge")
    parser.add_argument("--audit", action="store_true", help="also that of what asks for known vulnerabilities")
    wanted = parser.parse_args()
    try:
        with _only_one():
            set_up(judge=wanted.judge, audit=wanted.audit)
    except SetupError as error:
        print(f"Casella: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Casella: interrupted; the same command goes on from here.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def set_up(*, judge: bool, audit: bool = False) -> None:
    """Makes the environments that are missing or made for other locks."""
    judge_is_due = judge and not _is_current(JUDGE, JUDGE_LOCKS)
    python = _judge_python() if judge_is_due else None
    if judge_is_due and python is None:
        _say(
            "No Python 3.12 or newer here: the tests skip the second judge of e-invoices (euinvoice), nothing else.",
            once=JUDGE_LOCKS,
        )
    main_is_due = not _is_current(MAIN, MAIN_LOCKS)
    if main_is_due or python is not None:
        _check_disk()
    if main_is_due:
        with _step("Virtual environment"):
            _make_environment(MAIN)
            _install_uv()
        steps = [("Packages of requirements.lock", _install_main)]
        if python is not None:
            steps.append(("Second judge of e-invoices", lambda: _install_beside(JUDGE, JUDGE_LOCKS, python)))
        _side_by_side(steps)
    elif python is not None:
        _side_by_side([("Second judge of e-invoices", lambda: _install_beside(JUDGE, JUDGE_LOCKS, python))])
    if audit and not _is_current(AUDIT, AUDIT_LOCKS):
        with _step("Audit of dependencies"):
            _install_beside(AUDIT, AUDIT_LOCKS, sys.executable)


def _install_main() -> None:
    _install(MAIN, MAIN_LOCKS)
    packages = next((MAIN / "lib").glob("python3.*")) / "site-packages"
    (packages / "casella.pth").write_text(f"{ROOT}\n{ROOT / 'protos'}\n", encoding="utf-8")
    # By way of sh: the path of a program's interpreter in its first line must have no space.
    command = MAIN / "bin" / "casella"
    command.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    _mark_current(MAIN, MAIN_LOCKS)


def _install_beside(folder: Path, locks: tuple[Path, ...], python: str) -> None:
    if not _python_of(folder).exists():
        _run([python, "-m", "venv", "--without-pip", str(folder)], f"the environment {folder.name} could not be made")
    _install(folder, locks)
    _mark_current(folder, locks)


def _make_environment(folder: Path) -> None:
    """Makes the environment, anew where its Python has gone or is too old."""
    python = _python_of(folder)
    usable = python.exists() and _version_of(str(python)) >= (3, 11)
    if not usable or not (folder / "bin" / "pip").exists():
        venv.create(folder, with_pip=True, clear=folder.exists(), symlinks=True)


def _install_uv() -> None:
    """Gets the fast installer, by pip and its own small lock; without it pip does the rest."""
    subprocess.run(
        [*_PIP, "install", "--quiet", "--only-binary", ":all:", "--require-hashes", "-r", str(LOCKS / "uv.lock")],
        capture_output=True,
        check=False,
    )


def _install(folder: Path, locks: tuple[Path, ...]) -> None:
    python = str(_python_of(folder))
    uv = MAIN / "bin" / "uv"
    if uv.exists():
        sync = [
            str(uv),
            "pip",
            "sync",
            "--quiet",
            "--python",
            python,
            "--no-build",
            "--require-hashes",
            *map(str, locks),
        ]
        done = subprocess.run(sync, env=_uv_environment(), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        print(f"  … {folder.name}: by pip, which takes longer, because uv says: {_last_line(done)}", flush=True)
    for lock in locks:
        _run(
            [
                *_PIP,
                "--python",
                python,
                "install",
                "--quiet",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--require-hashes",
                "-r",
                str(lock),
            ],
            f"the packages of {lock.name} could not be installed",
        )


def _uv_environment() -> dict[str, str]:
    """The environment with pip's settings in uv's words: a machine that has an index has usually told only pip."""
    environment = dict(os.environ)
    shown = subprocess.run([*_PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    # The environment's word goes before that of `install`, and this before what is meant for all of pip's commands.
    for line in sorted(shown.splitlines(), key=lambda line: line.startswith("global.")):
        name, _, value = line.partition("=")
        for variable in _UV_WORDS.get(name.rpartition(".")[2], ()):
            # pip shows what several lines hold as a string of Python; uv wants spaces between.
            environment.setdefault(variable, " ".join(str(ast.literal_eval(value)).split()))
    if "UV_INDEX" in environment:
        # As pip looks for a version: on all indexes. What comes is held against the lock's hashes.
        environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return environment


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a program said last, without the name and password that an index's address may hold."""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return re.sub(r"//[^/@\s]+@", "//", lines[-1].strip()) if lines else f"code {done.returncode}"


def _judge_python() -> str | None:
    """A Python that the judge accepts; version managers keep theirs outside the path."""
    names = [f"python3.{minor}" for minor in (12, 13, 14)] + ["python3"]
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [sys.executable, *names, *map(str, sorted(managed.glob("3.*/bin/python3")))]
    return next((name for name in candidates if _version_of(name) >= JUDGE_PYTHON), None)


def _version_of(python: str) -> tuple[int, int]:
    code = "import sys, venv; print(sys.version_info.major, sys.version_info.minor)"
    try:
        shown = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return (0, 0)
    if shown.returncode != 0:
        return (0, 0)
    major, minor = shown.stdout.split()
    return int(major), int(minor)


def _python_of(folder: Path) -> Path:
    return folder / "bin" / "python"


def _identity(locks: tuple[Path, ...]) -> str:
    """What an environment was made from; the place too, since an environment cannot be moved."""
    digest = hashlib.sha256(str(ROOT).encode())
    for part in (*locks, Path(__file__)):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _is_current(folder: Path, locks: tuple[Path, ...]) -> bool:
    stamp = folder / _STAMP
    return _python_of(folder).exists() and stamp.exists() and stamp.read_text() == _identity(locks)


def _mark_current(folder: Path, locks: tuple[Path, ...]) -> None:
    (folder / _STAMP).write_text(_identity(locks))


def _check_disk() -> None:
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < _NEEDED_MEGABYTES:
        raise SetupError(
            f"needs {_NEEDED_MEGABYTES} MB of free disk at {ROOT} and finds {free} MB: "
            "free some, or clone to a larger disk."
        )
    if not os.access(ROOT, os.W_OK):
        raise SetupError(f"cannot write to {ROOT}: clone to a folder of your own.")


def _run(command: list[str], what_failed: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(
            f"{what_failed} ({_last_line(done)}): "
            "see that this machine reaches its package index and has disk left, then try again."
        )


@contextmanager
def _step(title: str) -> Iterator[None]:
    """Says that a step begins and how long it took."""
    print(f"  {title} …", flush=True)
    begun = time.monotonic()
    yield
    print(f"  {title}: ready after {time.monotonic() - begun:.0f} s", flush=True)


def _side_by_side(steps: list[tuple[str, Callable[[], None]]]) -> None:
    failures: list[SetupError] = []

    def run(title: str, work: Callable[[], None]) -> None:
        try:
            with _step(title):
                work()
        except SetupError as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=step) for step in steps]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    for thread in threads:
        while thread.is_alive():
            thread.join(_PROGRESS_SECONDS)
            if thread.is_alive():
                print(f"  … still at it after {time.monotonic() - begun:.0f} s", flush=True)
    if failures:
        raise failures[0]


@contextmanager
def _only_one() -> Iterator[None]:
    """Lets a second setup of the same tree wait for the first."""
    with Path(__file__).open() as itself:
        fcntl.flock(itself, fcntl.LOCK_EX)
        yield


def _say(sentence: str, *, once: tuple[Path, ...]) -> None:
    """Says a sentence the first time only, for these locks."""
    said = MAIN / "casella-said"
    if not said.exists() or said.read_text() != _identity(once):
        print(f"  {sentence}", flush=True)
        if MAIN.exists():
            said.write_text(_identity(once))


if __name__ == "__main__":
    sys.exit(main())
