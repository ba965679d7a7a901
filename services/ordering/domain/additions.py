"""What is added to a running annual contract, and which days it pays for.

An addition lasts as long as what the contract has paid for, and is renewed with it. It pays for the days from its
quote on, so that the frozen price is one that the customer can check.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.kit.calendar import Period


@dataclass(frozen=True, slots=True)
class Addition:
    """What a quote adds to.

    Attributes:
        subscription_id: the contract.
        days: from the quote's day to the last that the contract has paid for.
    """

    subscription_id: UUID
    days: Period

    def as_json(self) -> dict[str, Any]:
        """The addition as a quote's content has it; `addition_from` reads it back."""
        return {
            "subscription_id": str(self.subscription_id),
            "first_day": self.days.first.isoformat(),
            "last_day": self.days.last.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Share:
    """The days of a paid term that an addition pays for."""

    days: Period
    term: Period


def addition_from(content: dict[str, Any]) -> Addition:
    """The addition whose `as_json` this is."""
    days = Period(date.fromisoformat(content["first_day"]), date.fromisoformat(content["last_day"]))
    return Addition(UUID(content["subscription_id"]), days)


def shares(terms: Iterable[Period], day: date) -> list[Share]:
    """What of the paid terms is still to come on a day, that day included, in order."""
    left = [term for term in sorted(terms) if term.last >= day]
    return [Share(Period(max(term.first, day), term.last), term) for term in left]
