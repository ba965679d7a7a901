"""What the doctor finds: how it stands, in plain words, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a finding is meant."""

    FINE = "fine"
    NOTE = "note"
    """Nothing is broken, but it explains what one sees."""
    WRONG = "wrong"
    """Something is broken, or waits for a person."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        level: How it is meant.
        text: What was seen.
        remedy: What to do about it; empty where nothing is to be done.
        alert: The alert that fires for the same; `docs/operating.md`, "The alerts", says more of it. Empty: none does.
    """

    level: Level
    text: str
    remedy: str = ""
    alert: str = ""


_MOST_NAMED = 10


def named(each: Sequence[str]) -> str:
    """The first of some names, and how many more there are: one line tells of any number of the same kind."""
    more = len(each) - _MOST_NAMED
    return ", ".join(each[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def fine(text: str) -> Finding:
    """Something is as it should be."""
    return Finding(Level.FINE, text)


def note(text: str, remedy: str = "") -> Finding:
    """Something that is good to know."""
    return Finding(Level.NOTE, text, remedy)


def wrong(text: str, remedy: str, alert: str = "") -> Finding:
    """Something has to be done."""
    return Finding(Level.WRONG, text, remedy, alert)
