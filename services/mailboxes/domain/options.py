"""Decides which mailbox gets the options that were ordered, and how many mailboxes may have one.

An order names so many mailboxes of a size with the same options. They come to the mailboxes that there are as it is
unlocked, and what is left waits for those that are made. A mailbox takes the smallest of the waiting that holds it,
else the largest: what was paid for goes to a mailbox, also where that is larger than the one ordered. Of one size those
with the most options go first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.mailboxes.domain.accounts import Mailbox


@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    """So many mailboxes of a size in GB, each with these options (codes, in alphabetical order)."""

    size_gb: int
    options: tuple[str, ...]
    mailboxes: int


@dataclass(frozen=True, slots=True)
class Given:
    """The options that mailboxes get, by mailbox, and what is left of the ordered."""

    options: Mapping[UUID, tuple[str, ...]]
    left: tuple[Ordered, ...]


def codes(wanted: Iterable[str]) -> tuple[str, ...]:
    """Options in the order in which they are kept, each once."""
    return tuple(sorted(set(wanted)))


def places_of(ordered: Iterable[Ordered]) -> Counter[str]:
    """How many mailboxes were ordered with each option."""
    places = Counter[str]()
    for entry in ordered:
        places.update(dict.fromkeys(entry.options, entry.mailboxes))
    return places


def taken(
    waiting: Sequence[Ordered], size_gb: int, wanted: tuple[str, ...] | None
) -> tuple[Ordered | None, tuple[Ordered, ...]]:
    """Which of the waiting a mailbox takes, and what is left.

    Args:
        waiting: Ordered and not made.
        size_gb: Of the mailbox.
        wanted: The options that were named for it; one of the waiting with the same is taken first. None: none were.
    """
    alike = [entry for entry in waiting if entry.options == wanted] or waiting
    fitting = [entry for entry in alike if entry.size_gb >= size_gb]
    nearest = min if fitting else max
    size = nearest((entry.size_gb for entry in fitting or alike), default=None)
    found = max((entry for entry in alike if entry.size_gb == size), key=_options_first, default=None)
    return found, () if found is None else without(waiting, [Ordered(found.size_gb, found.options, 1)])


def given(existing: Iterable[Mailbox], ordered: Sequence[Ordered]) -> Given:
    """Gives what was ordered to the mailboxes that exist, the largest first, of one size the oldest."""
    options: dict[UUID, tuple[str, ...]] = {}
    left = tuple(ordered)
    for mailbox in sorted(existing, key=lambda one: (-one.size_gb, one.created_at, one.id)):
        found, left = taken(left, mailbox.size_gb, None)
        options[mailbox.id] = found.options if found else ()
    return Given(options, left)


def together(*ordered: Iterable[Ordered]) -> tuple[Ordered, ...]:
    """What several orders bring, equal ones added up."""
    return _from(sum((_counted(entries) for entries in ordered), Counter()))


def without(ordered: Iterable[Ordered], less: Iterable[Ordered]) -> tuple[Ordered, ...]:
    """What is left of the ordered once others are taken away; what is not there takes nothing."""
    return _from(_counted(ordered) - _counted(less))


def _options_first(entry: Ordered) -> tuple[int, tuple[str, ...]]:
    return len(entry.options), entry.options


def _counted(ordered: Iterable[Ordered]) -> Counter[tuple[int, tuple[str, ...]]]:
    counted = Counter[tuple[int, tuple[str, ...]]]()
    for entry in ordered:
        counted[(entry.size_gb, entry.options)] += entry.mailboxes
    return counted


def _from(counted: Counter[tuple[int, tuple[str, ...]]]) -> tuple[Ordered, ...]:
    return tuple(Ordered(size_gb, options, number) for (size_gb, options), number in sorted(counted.items()) if number)
