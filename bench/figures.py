"""How a figure is told: the median over the rounds of one run, how far the rounds lie apart, and the target beside it.

A round measures all sides of a comparison, one right after the other, and a ratio is taken within its round: what the
machine does meanwhile hits both sides. The spread says how much to believe: where the target lies inside it, the
verdict is "unclear", whatever the median says.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import median
from typing import Any


class Verdict(StrEnum):
    """What a figure says of its target."""

    MET = "met"
    MISSED = "MISSED"
    UNCLEAR_MET = "met, within the spread"
    UNCLEAR_MISSED = "missed, within the spread"
    NONE = ""


@dataclass(frozen=True)
class Figure:
    """One measured thing.

    Attributes:
        name: What it is, for example ``RecordSend, CPU by that of the floor``.
        unit: ``ms``, ``/s``, ``ratio``, ``MiB``.
        rounds: What each round measured, in their order.
        at_most: The target, where less is better.
        at_least: The target, where more is better.
    """

    name: str
    unit: str
    rounds: Sequence[float]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def value(self) -> float:
        """The median over the rounds."""
        return median(self.rounds)

    @property
    def low(self) -> float:
        """The lowest round."""
        return min(self.rounds)

    @property
    def high(self) -> float:
        """The highest round."""
        return max(self.rounds)

    @property
    def verdict(self) -> Verdict:
        """Whether the target is met, and whether every round says so."""
        met = [_meets(value, self.at_most, self.at_least) for value in self.rounds]
        if self.at_most is None and self.at_least is None:
            return Verdict.NONE
        if all(met) or not any(met):
            return Verdict.MET if met[0] else Verdict.MISSED
        within = _meets(self.value, self.at_most, self.at_least)
        return Verdict.UNCLEAR_MET if within else Verdict.UNCLEAR_MISSED

    def line(self) -> str:
        """The figure as a line of the table."""
        target = f"≤ {self.at_most:g}" if self.at_most is not None else ""
        target = f"≥ {self.at_least:g}" if self.at_least is not None else target
        spread = f"({_short(self.low)} … {_short(self.high)})" if len(self.rounds) > 1 else ""
        told = f"  {self.name:<66}{_short(self.value):>9} {self.unit:<8}{spread:<20}{target:<8}{self.verdict}"
        return told.rstrip()

    def record(self) -> dict[str, Any]:
        """The figure as ``var/bench.json`` keeps it."""
        return {**asdict(self), "median": self.value, "verdict": str(self.verdict)}


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """One side by the other, round by round.

    Raises:
        ValueError: They have not the same rounds.
    """
    return [a / b for a, b in zip(above, below, strict=True)]


def _meets(value: float, at_most: float | None, at_least: float | None) -> bool:
    return (at_most is None or value <= at_most) and (at_least is None or value >= at_least)


def _short(value: float) -> str:
    """Three digits that count, and no exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
