"""One side of a comparison in one round: how many were done, how long it took, what it cost, and how fast each was."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from bench.moments import Moments
from bench.processes import Cpu, grouped, spent


@dataclass
class Side:
    """What was done and what it took.

    Attributes:
        number: How many were done.
        seconds: From the first one's begin to the last one's end.
        before: CPU-seconds by process before the first.
        after: The same after the last.
        latencies: Seconds from the payment's signal to each moment, of every one that was done.
        events: How many events the history of each has.
    """

    number: int
    seconds: float
    before: Cpu
    after: Cpu
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    events: list[int] = field(default_factory=list)

    def note(self, found: Moments, until: Mapping[str, str | None], signal: str) -> None:
        """Add what a history tells: from its signal until a step, by the step's type, or until its end (None).

        A step of which it does not tell was done in a task whose answer Temporal has lost, and counts until the end.
        """
        began = found.signals[signal]
        for name, step in until.items():
            self.latencies[name].append((found.ended if step is None else found.steps.get(step, found.ended)) - began)
        self.events.append(found.events)

    @property
    def per_second(self) -> float:
        """How many were done a second."""
        return self.number / self.seconds

    @property
    def cpu_ms(self) -> dict[str, float]:
        """CPU-milliseconds for one, by process."""
        return {name: 1000 * used / self.number for name, used in grouped(spent(self.before, self.after)).items()}

    @property
    def cpu_ms_in_all(self) -> float:
        """CPU-milliseconds for one, without what stands in for outside parties."""
        return sum(used for name, used in self.cpu_ms.items() if name != "stand-ins")

    def latency_ms(self, until: str) -> float:
        """The median time from the signal, in milliseconds."""
        return 1000 * median(self.latencies[until])
