"""Decides how long a calendar that does not move is waited for: as long as there is news, since machines are busy.

News is whatever keeps it and has not kept it before. A step that is tried again is a sign of life, but no news: one
that fails for ever is told in the end.
"""

import re
import time
from collections.abc import Callable

from deploy.local.failure import LaunchError

AGAIN = "see the Temporal UI and var/logs; `./casella clock show` tells how far it came: advance it by what is left"
"""What to do where the clock stands still on its way."""

WAITS = "waits for: "
"""How what is said begins."""
_STILL_SECONDS = 300.0
"""Without a sign of life; an attempt and the pause before the next take a minute at most (`workflows/retries.py`)."""
_SAME_SECONDS = 900.0
"""With the same hindrances, however often they are tried again."""
_SAY_AFTER_SECONDS = 15.0
_COUNT = re.compile(r"\d+ rows|attempt \d+")


class Hindered(LaunchError):
    """The calendar does not move; where the machine is busy, it may a moment later."""


class Patience:
    """What is left of it.

    Args:
        seconds: Tells real time.

    Attributes:
        say: Told now and then what is waited for.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self.say: Callable[[str], None] = lambda _: None
        self.news()

    def news(self) -> None:
        """Something was done: all patience is there again."""
        self._met: set[str] = set()
        self._alive = self._moved = self._said = self._seconds()

    def bear(self, hindrance: str) -> None:
        """Go on waiting.

        Args:
            hindrance: What keeps the calendar.

        Raises:
            Hindered: There is no patience left.
        """
        now, kind = self._seconds(), _COUNT.sub("", hindrance)
        if hindrance not in self._met:
            self._alive = now
        if kind not in self._met:
            self._moved = now
        # All that were met, not the last alone: two that take turns for ever are no news.
        self._met |= {hindrance, kind}
        if now - self._alive > _STILL_SECONDS or now - self._moved > _SAME_SECONDS:
            raise Hindered(f"the clock cannot move on: {hindrance}", AGAIN)
        if now - self._said > _SAY_AFTER_SECONDS:
            self._said = now
            self.say(f"{WAITS}{hindrance}")
