"""Decides what of an account an annual contract covers, where there is more than was ordered.

A mailbox needs a place of its size or larger, a domain without mailboxes one of any size, as in a bill. Mailboxes come
before domains, the oldest first: what is newer never takes the place of what is older, and no other order would cover
more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.mailboxes.domain.sizes import SMALLEST_GB, shortage
from services.mailboxes.domain.states import Billing


@dataclass(frozen=True, slots=True)
class Taker:
    """What takes a place: a mailbox of a size in GB, or a domain without mailboxes (`size_gb` None)."""

    id: UUID
    size_gb: int | None
    created_at: datetime


def uncovered(takers: Iterable[Taker], places: Mapping[int, int]) -> frozenset[UUID]:
    """Which of them no place is left for.

    Args:
        takers: Everything that takes a place.
        places: Number of places per size in GB.
    """
    covered, left_out = Counter[int](), set[UUID]()
    for taker in sorted(takers, key=lambda one: (one.size_gb is None, one.created_at, one.id)):
        size_gb = taker.size_gb or SMALLEST_GB
        if shortage(covered, places, size_gb) is None:
            covered[size_gb] += 1
        else:
            left_out.add(taker.id)
    return frozenset(left_out)


def places_taken(sizes: Mapping[int, int], empty_domains: int, billing: Billing | None) -> Counter[int]:
    """How many places of each size in GB are taken: under an annual contract by domains without mailboxes too.

    A monthly contract bills such domains by the day, and a trial counts domains by themselves.
    """
    taken = Counter(sizes)
    if billing is Billing.ANNUAL:
        taken[SMALLEST_GB] += empty_domains
    return taken
