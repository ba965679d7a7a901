"""Decides which mailboxes fit into what an account may have.

Mailboxes come in bands of 8, 25, 50 and 100 GB. What an account may have is a number of places per band, and a smaller
mailbox may stand in a larger place. So a trial is 25 places of 8 GB, a monthly contract the operator's ceiling of
places of 100 GB (any size will do), an annual one exactly the places that were ordered.
"""

from collections.abc import Mapping
from enum import StrEnum

BANDS_GB = (8, 25, 50, 100)
"""Sizes in which mailboxes are sold and billed, in GB (docs/rules.md, "Order")."""

SMALLEST_GB = BANDS_GB[0]
"""A domain without mailboxes is billed as one mailbox of this size."""


class Shortage(StrEnum):
    """Why one more mailbox does not fit."""

    COUNT = "count"
    SIZE = "size"


def at_least(counts: Mapping[int, int], size_gb: int) -> int:
    """Counts the entries whose band is `size_gb` or larger."""
    return sum(number for band, number in counts.items() if band >= size_gb)


def shortage(
    existing: Mapping[int, int], places: Mapping[int, int], size_gb: int, previous_gb: int = 0
) -> Shortage | None:
    """Says what is missing for one more mailbox, or for one that grows.

    Args:
        existing: Number of mailboxes per band before the change.
        places: Number of places per band.
        size_gb: Band of the new or grown mailbox.
        previous_gb: Band that the mailbox has now; 0 for a new one.

    Returns:
        None if it fits; `SIZE` if the account has no place as large as that at all; `COUNT` if they are all taken.
        Making a mailbox smaller always fits, also in an account that holds more than it may.
    """
    raised = [band for band in BANDS_GB if previous_gb < band <= size_gb]
    if not any(at_least(existing, band) >= at_least(places, band) for band in raised):
        return None
    return Shortage.COUNT if at_least(places, size_gb) else Shortage.SIZE
