"""What time it is for Casella: every service takes a clock, and none asks the database or the machine by itself.

In production the clock is the machine's. Locally one offset, kept in ``clock.json`` and changed by the ClockService
of every process, moves all services together, so that a month passes in a second.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock, the only one in production."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class OffsetClock:
    """The machine's clock moved by an offset: local mode and tests only."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        """Start with an offset, normally the one that ``read_offset`` found."""
        self.offset = offset

    def now(self) -> datetime:
        """The present instant moved by the offset, aware, in UTC."""
        return datetime.now(UTC) + self.offset


def read_offset(path: Path) -> timedelta:
    """Read the offset that all local processes share.

    Args:
        path: The file ``clock.json``: ``{"offset_seconds": 86401}``. A missing file means no offset.
    """
    try:
        return timedelta(seconds=int(json.loads(path.read_text())["offset_seconds"]))
    except FileNotFoundError:
        return timedelta()


def write_offset(path: Path, offset: timedelta) -> None:
    """Write the offset at once or not at all, so that a process that starts in between never reads half a file.

    Args:
        path: The file ``clock.json``.
        offset: Whole seconds, not negative; fractions are cut off.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)  # like all that is kept beside it, whoever moves the clock
    draft.write_text(json.dumps({"offset_seconds": int(offset.total_seconds())}))
    draft.replace(path)
