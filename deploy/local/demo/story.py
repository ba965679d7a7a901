"""What a story of the demo is: who plays it, when it goes on, and what must be there at its end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from casella.common.v1 import common_pb2 as common
from deploy.local.demo.stage import Stage
from deploy.local.demo.tale import Tale

Results: TypeAlias = AsyncIterator[tuple[bool, str]]
"""Checks: whether each held, and what it was about."""


@dataclass(frozen=True)
class Pause:
    """A story waits for its next day.

    Attributes:
        until: When it goes on, by Casella's calendar.
        needed: False once its end is reached: it goes on as long as other stories do.
    """

    until: datetime
    needed: bool = True


@dataclass(frozen=True)
class Expected:
    """What a customer must have got, and nothing else.

    Attributes:
        subjects: A part of the subject of every email.
        proformas: How many.
        invoices: How many.
        credit_notes: How many.
        delivered: Whether the SdI delivers the e-invoices; otherwise it cannot, and they count as issued.
    """

    subjects: list[str]
    proformas: int = 0
    invoices: int = 0
    credit_notes: int = 0
    delivered: bool = False


@dataclass(frozen=True)
class Story:
    """One customer's story.

    Attributes:
        key: Name for the command line, and of the customer's folder.
        name: Who it is.
        plan: What they do, in a few words.
        first_name: Of the person who signs up.
        last_name: Their last name.
        language: In which Casella speaks to them.
        country: Where they live.
        play: Plays it, and pauses where days go by.
        check: What the services must say at the end; it gets the customer's part of the report.
        expects: Which emails and documents there must be.
    """

    key: str
    name: str
    plan: str
    first_name: str
    last_name: str
    language: common.Language
    play: Callable[[Stage, Tale], AsyncIterator[Pause]]
    check: Callable[[Stage, dict[str, Any]], Results]
    expects: Callable[[Stage, dict[str, Any]], Awaitable[Expected]]
    country: str = "IT"
