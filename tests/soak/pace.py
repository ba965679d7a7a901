"""What a soak costs, by who spends it, and how long it will still take: real seconds, and CPU-seconds of its processes.

The machine may be shared: CPU time stays the same under another's load, real time does not (`bench/processes.py`).
"""

import os
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from bench.processes import cpu_seconds, grouped
from deploy.local.world import World

_SAY_AFTER_SECONDS = 60.0
_LATEST_DAYS = 30
"""Days whose cost tells that of the days to come."""


@dataclass
class Pace:
    """The costs so far.

    Attributes:
        days: Of the calendar, in all.
        spent: Real seconds, by who spent them.
        customer_months: Customers whom each month's end found, summed.
        moved: When something was done last, by the loop's clock: as long as there is news, nobody loses patience.
    """

    days: int
    spent: Counter[str] = field(default_factory=Counter)
    customer_months: int = 0
    moved: float = field(default_factory=time.monotonic)
    _begun: float = field(default_factory=time.monotonic)
    _said: float = field(default_factory=time.monotonic)
    _lived: int = 0
    _latest: deque[float] = field(default_factory=lambda: deque(maxlen=_LATEST_DAYS))

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._begun

    @contextmanager
    def of(self, who: str) -> Iterator[None]:
        """Count what is spent within the block."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.spent[who] += time.monotonic() - begun  # type: ignore[assignment]
            self.news()

    def news(self) -> None:
        """Something was done."""
        self.moved = time.monotonic()

    @contextmanager
    def day(self, today: date) -> Iterator[None]:
        """A day; now and then a line tells how far it has come."""
        begun = time.monotonic()
        yield
        self._lived += 1
        self._latest.append(time.monotonic() - begun)
        if time.monotonic() - self._said > _SAY_AFTER_SECONDS:
            self._said = time.monotonic()
            print(f"{self.line(today)}", flush=True)

    def line(self, today: date) -> str:
        """How far it has come, and how long it will still take at the pace of the latest days."""
        a_day = sum(self._latest) / max(len(self._latest), 1)
        left = a_day * (self.days - self._lived) / 60
        return f"   {today}  day {self._lived} of {self.days}  {a_day:.1f} s a day, {left:.0f} min left"

    async def total(self, world: World) -> str:
        """What all of it came to."""
        shares = ", ".join(f"{who} {seconds:.0f}" for who, seconds in self.spent.most_common())
        used = grouped(cpu_seconds({**await world.processes(), "the soak itself": os.getpid()}))
        used["the soak itself"] -= sum(each for name, each in used.items() if name != "the soak itself")
        months, cpu = max(self.customer_months, 1), sum(used.values())
        split = ", ".join(f"{name} {each:.0f}" for name, each in sorted(used.items(), key=lambda pair: -pair[1]))
        return (
            f"cost: {self.seconds:.0f} s ({shares}), {self.seconds / months:.2f} s for each of {months} "
            f"customer-months; {cpu:.0f} CPU-s, {cpu / months:.2f} each ({split})"
        )
