"""What was prepaid, what was used, and how much of that is above the prepaid. Source: docs/rules.md, "Renewals".

A prepaid place of a larger band covers a smaller mailbox; the largest mailboxes take the places of their own band
first, so that what is left over is of the smallest, cheapest bands.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from services.kit.calendar import Period
from services.ordering.domain.items import Item, Usage, ordered
from services.ordering.domain.price_list import BANDS_GB

Overage = Literal["per_day", "month_end"]


@dataclass(frozen=True, slots=True)
class Counted:
    """So many mailboxes by band in GB, and so many with each option by its code; or as many days of them."""

    mailboxes: Mapping[int, int] = field(default_factory=dict)
    options: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of_items(cls, items: Sequence[Item]) -> "Counted":
        """What was ordered."""
        options = Counter[str]()
        for item in items:
            options.update(dict.fromkeys(item.options, item.quantity))
        return cls(dict(ordered(items)), dict(options))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Counted":
        """The numbers whose `as_json` this is."""
        return cls({int(band): count for band, count in content["mailboxes"].items()}, dict(content["options"]))

    def as_json(self) -> dict[str, Any]:
        """The numbers as they are stored."""
        return {
            "mailboxes": {str(band): count for band, count in sorted(self.mailboxes.items())},
            "options": dict(sorted(self.options.items())),
        }

    def at_least(self, minimum: int) -> "Counted":
        """The same with what is missing to a minimum of mailboxes in all, of the smallest band."""
        mailboxes = Counter(self.mailboxes)
        mailboxes[BANDS_GB[0]] += max(0, minimum - mailboxes.total())
        return Counted(dict(mailboxes), self.options)


def counted(usage: Usage) -> Counted:
    """What of an account's mailboxes, and of their options, is to be paid for."""
    return Counted(usage.counted(), usage.options)


@dataclass(frozen=True, slots=True)
class Idle:
    """What counts as mailboxes of the smallest band without being any (DPR 633/1972, art. 21(2)(g): lines say so).

    Attributes:
        domains: Domains without mailboxes.
        minimum: The fewest mailboxes in all.
        missing: How many there are fewer than that.
    """

    domains: int = 0
    minimum: int = 0
    missing: int = 0

    @classmethod
    def of(cls, usage: Usage, minimum: int) -> "Idle":
        """What an account has of them."""
        return cls(usage.empty_domains, minimum, max(0, minimum - usage.counted().total()))


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What existed on a day at any moment."""

    day: date
    used: Counted


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What is paid for on some days."""

    days: Period
    counted: Counted


@dataclass(frozen=True, slots=True)
class MeteredDay:
    """A day's use, what was prepaid on it, and what of the use counts as above that."""

    day: date
    used: Counted
    prepaid: Counted
    above: Counted


def above(prepaid: Counted, used: Counted) -> Counted:
    """What of one day's use its prepaid places do not cover."""
    over, spare = Counter[int](), 0
    for band in sorted(BANDS_GB, reverse=True):
        places = prepaid.mailboxes.get(band, 0) + spare
        missing = used.mailboxes.get(band, 0) - places
        over[band], spare = max(0, missing), max(0, -missing)
    options = Counter(used.options) - Counter(prepaid.options)
    return Counted(dict(+over), dict(options))


def metered(usage: Sequence[DayUsage], prepaid: Callable[[date], Counted], overage: Overage) -> list[MeteredDay]:
    """How much of each day's use is above the prepaid.

    Args:
        usage: Days of service of a month, in order, the last one the month's end or the present day.
        prepaid: What was prepaid on a day.
        overage: `per_day` counts each day's own use; `month_end` takes that of the last day for all of them.
    """
    counting = usage if overage == "per_day" else [usage[-1]] * len(usage) if usage else []
    return [
        MeteredDay(day.day, day.used, prepaid(day.day), above(prepaid(day.day), counted.used))
        for day, counted in zip(usage, counting, strict=True)
    ]


def mailbox_days(days: Iterable[MeteredDay]) -> Counted:
    """Mailbox-days above the prepaid over some days."""
    mailboxes, options = Counter[int](), Counter[str]()
    for day in days:
        mailboxes.update(day.above.mailboxes)
        options.update(day.above.options)
    return Counted(dict(mailboxes), dict(options))


def prepaid_on(prepaid: Iterable[Prepaid], day: date) -> Counted:
    """What was prepaid on a day; nothing where no period that pays covers it."""
    return next((entry.counted for entry in prepaid if day in entry.days), Counted())
