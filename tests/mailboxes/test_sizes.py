"""Sizes: which mailboxes fit into the places of a trial, a monthly and an annual contract."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mailboxes.domain.sizes import BANDS_GB, Shortage, at_least, shortage

TRIAL = {8: 25}
MONTHLY = {100: 500}
ANNUAL = {8: 2, 50: 1}

counts = st.dictionaries(st.sampled_from(BANDS_GB), st.integers(0, 6))


@pytest.mark.parametrize(
    ("existing", "places", "size", "expected"),
    [
        ({8: 24}, TRIAL, 8, None),
        ({8: 25}, TRIAL, 8, Shortage.COUNT),
        ({}, TRIAL, 25, Shortage.SIZE),
        ({8: 400, 100: 99}, MONTHLY, 50, None),
        ({8: 400, 100: 100}, MONTHLY, 8, Shortage.COUNT),
        ({8: 2}, ANNUAL, 50, None),
        ({8: 2}, ANNUAL, 8, None),
        ({8: 3}, ANNUAL, 50, Shortage.COUNT),
        ({50: 1}, ANNUAL, 50, Shortage.COUNT),
        ({}, ANNUAL, 100, Shortage.SIZE),
        ({}, {}, 8, Shortage.SIZE),
    ],
)
def test_a_new_mailbox_needs_a_place_at_least_as_large(
    existing: dict[int, int], places: dict[int, int], size: int, expected: Shortage | None
) -> None:
    assert shortage(existing, places, size) == expected


def test_a_mailbox_grows_only_into_a_free_larger_place() -> None:
    assert shortage({8: 3}, ANNUAL, 50, previous_gb=8) is None
    assert shortage({8: 2, 50: 1}, ANNUAL, 50, previous_gb=8) == Shortage.COUNT
    assert shortage({8: 1}, TRIAL, 25, previous_gb=8) == Shortage.SIZE


def test_a_mailbox_shrinks_also_where_the_account_holds_more_than_it_may() -> None:
    assert shortage({50: 9}, {8: 1}, 8, previous_gb=50) is None


@given(counts, counts, st.sampled_from(BANDS_GB))
def test_what_fits_leaves_every_mailbox_a_place(existing: dict[int, int], places: dict[int, int], size: int) -> None:
    fitted = all(at_least(existing, band) <= at_least(places, band) for band in BANDS_GB)
    if fitted and shortage(existing, places, size) is None:
        after = {**existing, size: existing.get(size, 0) + 1}
        assert all(at_least(after, band) <= at_least(places, band) for band in BANDS_GB)
