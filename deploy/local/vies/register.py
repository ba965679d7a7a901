"""Decides what the VIES stand-in says about a VAT number: a register file, levers over it, and what was asked.

The register is kept in memory: what a lever has changed ends with the process.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

VALID, INVALID, SLOW = "valid", "invalid", "slow"
ERRORS = frozenset(
    {
        "INVALID_INPUT",
        "INVALID_REQUESTER_INFO",
        "SERVICE_UNAVAILABLE",
        "MS_UNAVAILABLE",
        "TIMEOUT",
        "VAT_BLOCKED",
        "IP_BLOCKED",
        "GLOBAL_MAX_CONCURRENT_REQ",
        "GLOBAL_MAX_CONCURRENT_REQ_TIME",
        "MS_MAX_CONCURRENT_REQ",
        "MS_MAX_CONCURRENT_REQ_TIME",
    }
)
"""What VIES calls the ways in which it gives no answer."""
ANSWERS = frozenset({VALID, INVALID, SLOW}) | ERRORS

_FIELDS = frozenset({"name", "address", "answer"})
_REMEMBERED = 200


class RegisterNotValid(ValueError):
    """The register says something that this stand-in does not understand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a number; name and address are empty where that state does not tell them."""

    answer: str = VALID
    name: str = ""
    address: str = ""


_UNKNOWN = Entry(INVALID)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that came, and what it got."""

    vat_id: str
    requester: str
    asked_at: datetime
    answer: str
    consultation_number: str


class Register:
    """The numbers, the levers and the questions of one process."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        """Take the numbers of the file."""
        self._entries = dict(entries)
        self.away = ""
        """An error that every question gets instead of an answer; empty for none."""
        self.questions: deque[Question] = deque(maxlen=_REMEMBERED)

    @classmethod
    def read(cls, path: Path) -> "Register":
        """Read a register file.

        Raises:
            RegisterNotValid: With the number that is not understood.
        """
        content: Any = yaml.safe_load(path.read_text())
        if not isinstance(content, dict):
            raise RegisterNotValid(f"{path} holds no numbers")
        entries = {}
        for vat_id, values in content.items():
            if not isinstance(values, dict) or not values.keys() <= _FIELDS:
                raise RegisterNotValid(f"{path}: {vat_id} may have {', '.join(sorted(_FIELDS))} and nothing else")
            entries[str(vat_id)] = _checked(Entry(**{name: str(value) for name, value in values.items()}), str(vat_id))
        return cls(entries)

    def entries(self) -> Mapping[str, Entry]:
        """Every number that is known, as it stands now."""
        return dict(sorted(self._entries.items()))

    def about(self, vat_id: str) -> Entry:
        """What is to be said about a number now."""
        entry = self._entries.get(vat_id, _UNKNOWN)
        return replace(entry, answer=self.away) if self.away else entry

    def set(self, vat_id: str, answer: str, name: str | None = None) -> None:
        """Say something else about a number from now on.

        Args:
            vat_id: With its country, as VIES calls it.
            answer: What is said.
            name: Of the owner, empty where the state does not tell it; None leaves the name as it is.

        Raises:
            RegisterNotValid: There is no such answer.
        """
        known = self._entries.get(vat_id, _UNKNOWN)
        said = replace(known, answer=answer, name=known.name if name is None else name)
        self._entries[vat_id] = _checked(said, vat_id)

    def send_away(self, error: str) -> None:
        """Give every question this error from now on; the empty text ends it.

        Raises:
            RegisterNotValid: VIES has no such error.
        """
        if error and error not in ERRORS | {SLOW}:
            raise RegisterNotValid(f"away takes {SLOW}, nothing, or one of {', '.join(sorted(ERRORS))}")
        self.away = error


def _checked(entry: Entry, vat_id: str) -> Entry:
    if entry.answer not in ANSWERS:
        raise RegisterNotValid(f"the answer about {vat_id} may be one of {', '.join(sorted(ANSWERS))}")
    return entry
