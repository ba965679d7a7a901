"""Decides what an account used on each day.

A mailbox counts for a day (Europe/Rome) on which it existed at any moment, in the largest band that it had on that day,
and with each option that it had at any moment of it.
A domain counts as one of the smallest mailboxes on a day on which it existed and no mailbox of it did at any moment.
Inactive mailboxes count. The figures come from spans: ids, sizes and times, which outlive the names they stood for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.kit.calendar import rome_date

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class MailboxSpan:
    """A mailbox kept one size and the same options from `start` until just before `end` (None: it still does)."""

    mailbox_id: UUID
    domain_id: UUID
    size_gb: int
    start: datetime
    end: datetime | None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainSpan:
    """A domain existed from `start` until just before `end` (None: it still does)."""

    domain_id: UUID
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What counts for one day: mailboxes per band, domains that had no mailbox, and mailboxes per option."""

    day: date
    mailboxes: dict[int, int]
    empty_domains: int
    options: dict[str, int]


def _days(start: datetime, end: datetime | None, first: date, last: date) -> Iterator[date]:
    """Yields the days from `first` to `last` that the span touches."""
    begins = max(rome_date(start), first)
    # The end is exclusive: what ended at midnight did not exist on the day that then began.
    ends = last if end is None else min(rome_date(max(start, end - _INSTANT)), last)
    for offset in range((ends - begins).days + 1):
        yield begins + timedelta(days=offset)


def usage_per_day(
    mailboxes: Sequence[MailboxSpan], domains: Sequence[DomainSpan], first: date, last: date, today: date
) -> list[DayUsage]:
    """Computes the usage of every day from `first` to `last`, both included.

    Days without any are listed with zeros, and so are days after `today`: what exists now may be gone by then.
    """
    known = min(last, today)
    largest: dict[date, dict[UUID, int]] = defaultdict(dict)
    inhabited: set[tuple[date, UUID]] = set()
    optional: dict[date, set[tuple[UUID, str]]] = defaultdict(set)
    for span in mailboxes:
        for day in _days(span.start, span.end, first, known):
            sizes = largest[day]
            sizes[span.mailbox_id] = max(span.size_gb, sizes.get(span.mailbox_id, 0))
            inhabited.add((day, span.domain_id))
            optional[day].update((span.mailbox_id, code) for code in span.options)
    existing: dict[date, set[UUID]] = defaultdict(set)
    for domain in domains:
        for day in _days(domain.start, domain.end, first, known):
            existing[day].add(domain.domain_id)
    usage: list[DayUsage] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        counts = Counter(largest[day].values())
        empty = sum((day, domain_id) not in inhabited for domain_id in existing[day])
        options = Counter(code for _, code in optional[day])
        usage.append(DayUsage(day, dict(counts), empty, dict(options)))
    return usage
