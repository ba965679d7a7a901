"""Decides when what has died is started again: at once the first time, then later and later while it keeps dying."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

from deploy.local.failure import LaunchError

_FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
"""Seconds."""
_STABLE_SECONDS = 30.0


class Restarts:
    """The restarts that are under way.

    Args:
        say: Tells the person in front of the launcher one line.
        longest: No pause before a restart is longer, in seconds.
    """

    def __init__(self, say: Callable[[str], None], longest: float = LONGEST_PAUSE) -> None:
        self._say = say
        self._longest = longest
        self._pauses: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.ends: dict[str, int] = {}
        """How often each process has ended unasked."""

    def begun(self, name: str) -> None:
        """Notes that a process was started now."""
        self._begun[name] = time.monotonic()

    def again(self, name: str, code: int, start: Callable[[], Awaitable[None]]) -> None:
        """Has a process started again that has ended.

        Args:
            name: The process.
            code: Its exit code, minus the signal that ended it.
            start: Starts it.
        """
        self.ends[name] = self.ends.get(name, 0) + 1
        pause = self._next_pause(name)
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        why = "the system may have killed it (out of memory?)" if code == -signal.SIGKILL else "its log says why"
        self._say(f"{name} {how}; it is started again in {pause:.1f} s, {why}")
        self._tasks[name] = asyncio.create_task(self._later(name, pause, start))

    def cancel(self, name: str) -> None:
        """Gives up the restart of a process, if one is under way."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    def cancel_all(self) -> None:
        """Gives up all restarts."""
        for name in list(self._tasks):
            self.cancel(name)

    async def _later(self, name: str, pause: float, start: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(pause)
        self.begun(name)
        try:
            await start()
        except LaunchError as error:
            # Its end, if it has one, is told by whoever watches it and leads here again.
            self._say(str(error))

    def _next_pause(self, name: str) -> float:
        lived = time.monotonic() - self._begun.get(name, 0.0)
        pause = _FIRST_PAUSE if lived > _STABLE_SECONDS else self._pauses.get(name, _FIRST_PAUSE)
        self._pauses[name] = min(pause * 2, self._longest)
        return pause
