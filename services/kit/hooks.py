"""Named moments at which a test may kill the process, to prove that a crash there does no harm.

The kit passes them, nobody sets them by hand:

- before and after each commit, named by the room and the RPC or background work in hand, for example
  ``payments.RecordTransfer.before_commit``; the second of one call is ``payments.RecordTransfer.2.before_commit``, and
  ``payments.RecordTransfer.5.before_commit`` is the fifth and every later one of a call that goes through many things;
- before and after each call of an outside party, for example ``sdi.send.before``;
- before and after each activity, for example ``activity.UnlockAccount.after``.

An ``after`` is passed only where what it follows went well. ``CASELLA_HOOKS`` says what happens there: entries
``<pattern>=<action>``, separated by commas; a pattern may hold ``*``.

- ``kill:<file>`` kills the process by SIGKILL if the file is there, and takes the file away first: it is armed by
  making the file, also while the process runs, and goes off once.
- ``hold:<file>`` takes the file away in the same manner and stands still until ``<file>.go`` is there, so that a test
  can kill another process at that very moment.
- ``note:<file>`` adds the moment's name to the file, one a line.

Where ``<file>`` is a folder, kill and hold look for a file of the moment's name in it: one entry arms any moment.
Without the variable a hook costs one dictionary look-up; in production it is refused.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from services.kit.context import work_in_hand

_VARIABLE = "CASELLA_HOOKS"
_ACTIONS = ("kill", "hold", "note")
_LOOK_SECONDS = 0.01
_COMMITS_NAMED = 5


class HooksRefused(RuntimeError):
    """The environment asks for hooks where there must be none, or in words that mean nothing."""


@dataclass(frozen=True, slots=True)
class _Hook:
    pattern: str
    action: str
    path: Path


async def at(moment: str) -> None:
    """Pass a named moment; what happens there is up to ``CASELLA_HOOKS``.

    Raises:
        HooksRefused: In production, or for an entry that is none.
    """
    configured = os.environ.get(_VARIABLE)
    if configured:
        await _act(moment, configured)


@asynccontextmanager
async def around(name: str) -> AsyncIterator[None]:
    """Pass ``<name>.before`` and, where the block raises nothing, ``<name>.after``."""
    await at(f"{name}.before")
    yield
    await at(f"{name}.after")


async def before_commit(schema: str) -> str:
    """Pass the moment before a commit of the work in hand.

    Returns:
        What ``after_commit`` takes; empty without hooks.
    """
    if not os.environ.get(_VARIABLE):
        return ""
    work = work_in_hand()
    work.commits += 1
    number = min(work.commits, _COMMITS_NAMED)
    commit = f"{schema}.{work.name}" if number == 1 else f"{schema}.{work.name}.{number}"
    await at(f"{commit}.before_commit")
    return commit


async def after_commit(commit: str) -> None:
    """Pass the moment after the commit that ``before_commit`` has named."""
    if commit:
        await at(f"{commit}.after_commit")


def are_set() -> bool:
    """Whether this process has hooks at all."""
    return bool(os.environ.get(_VARIABLE))


def refuse_in_production() -> None:
    """Called at a process's start, so that hooks in production fail then and not at the first moment passed.

    Raises:
        HooksRefused: ``CASELLA_HOOKS`` is set while ``CASELLA_MODE`` is ``production``.
    """
    if are_set() and os.environ.get("CASELLA_MODE") == "production":
        raise HooksRefused(f"{_VARIABLE} is for tests: unset it in production")


async def _act(moment: str, configured: str) -> None:
    refuse_in_production()
    for hook in _read(configured):
        if not fnmatchcase(moment, hook.pattern):
            continue
        if hook.action == "note":
            _note(hook.path, moment)
            continue
        armed = hook.path / moment if hook.path.is_dir() else hook.path
        if not _taken(armed):
            continue
        if hook.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        while not _let_go(armed.with_name(f"{armed.name}.go")):  # noqa: ASYNC110  the one who lets go is another process
            await asyncio.sleep(_LOOK_SECONDS)


@lru_cache(maxsize=8)
def _read(configured: str) -> tuple[_Hook, ...]:
    return tuple(_hook(entry.strip()) for entry in configured.split(","))


def _hook(entry: str) -> _Hook:
    pattern, _, what = entry.partition("=")
    action, _, path = what.partition(":")
    if action not in _ACTIONS or not path:
        raise HooksRefused(
            f"{_VARIABLE}: {entry!r} is not <pattern>=<action>:<file>, with kill, hold or note as action"
        )
    return _Hook(pattern, action, Path(path))


def _note(path: Path, moment: str) -> None:
    with path.open("a") as file:  # one short write at the end of the file: lines of several processes do not mix
        file.write(f"{moment}\n")


def _taken(armed: Path) -> bool:
    try:
        armed.unlink()
    except FileNotFoundError:
        return False
    return True


def _let_go(sign: Path) -> bool:
    return sign.exists()
