"""How CPU time and memory are taken: from ``/proc``, for each process of a Casella with all that it has forked.

CPU time and not the clock, because the machine is shared: what a call costs stays the same under another's load, how
long it takes does not. A process's children count as its own, the ended ones too: PostgreSQL works in a process for
each connection.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)
"""Places in ``/proc/<pid>/stat`` behind the name: parent; user and system time, own and of children that ended."""

ROOMS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")
STAND_INS = ("mailsink", "stripe", "sdi", "dns", "vies")

Cpu = Mapping[str, float]
"""CPU-seconds since the start, by process."""


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """The CPU time that each of these processes and all below it have used so far, in seconds (10 ms fine)."""
    parents, own = {}, {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))) is not None:
            parents[int(entry.name)] = int(fields[_PARENT])
            own[int(entry.name)] = sum(map(int, fields[_TIMES])) / _TICKS
    return {name: sum(own.get(each, 0.0) for each in _family(pid, parents)) for name, pid in pids.items()}


def spent(before: Cpu, after: Cpu) -> dict[str, float]:
    """What was used between two looks, by process.

    Raises:
        ValueError: A process was started or ended in between, so that there is nothing to subtract from.
    """
    if before.keys() != after.keys() or any(after[name] < before[name] for name in before):
        raise ValueError("a process ended during the measurement: see var/logs")
    return {name: after[name] - before[name] for name in before}


def grouped(used: Cpu) -> dict[str, float]:
    """The same with the stand-ins as one, which production has not."""
    together = {name: seconds for name, seconds in used.items() if name not in STAND_INS}
    stand_ins = [seconds for name, seconds in used.items() if name in STAND_INS]
    return {**together, "stand-ins": sum(stand_ins)} if stand_ins else together


def memory_bytes(pids: Mapping[str, int]) -> dict[str, int]:
    """The proportional set size (PSS) of each of these processes and all below it: what is shared is shared out."""
    parents = _parents()
    return {name: sum(map(_pss, _family(pid, parents))) for name, pid in pids.items()}


def peak_bytes(pid: int) -> int:
    """The most memory that one process below this one, or itself, has had so far (``VmHWM``, resident)."""
    return max((_most(each) for each in _family(pid, _parents())), default=0)


def _fields(pid: int) -> list[str] | None:
    """The fields behind the name, which may itself hold spaces and brackets; None of a process that has gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _family(pid: int, parents: Mapping[int, int]) -> Iterable[int]:
    """A process and all below it."""
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def _parents() -> dict[int, int]:
    """All processes by their parents."""
    return {
        int(entry.name): int(fields[_PARENT])
        for entry in _PROC.iterdir()
        if entry.name.isdigit() and (fields := _fields(int(entry.name))) is not None
    }


def _pss(pid: int) -> int:
    return _bytes(pid, "smaps_rollup", "Pss:")


def _most(pid: int) -> int:
    return _bytes(pid, "status", "VmHWM:")


def _bytes(pid: int, file: str, name: str) -> int:
    """What a line of a process's file says in kB; 0 of one that has gone."""
    try:
        lines = (_PROC / str(pid) / file).read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
