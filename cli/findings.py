"""What the doctor finds."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a finding is meant."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what was seen, and what to do about it."""

    kind: Kind
    words: str
    remedy: str = ""
