"""How much of what was used is above the prepaid: larger places cover smaller mailboxes, day by day."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.domain.items import Item
from services.ordering.domain.metering import Counted, DayUsage, Overage, above, mailbox_days, metered
from services.ordering.domain.price_list import BANDS_GB

sizes = st.sampled_from(BANDS_GB)
counts = st.dictionaries(sizes, st.integers(0, 5))
options = st.dictionaries(st.sampled_from(["archive", "activesync"]), st.integers(0, 3))
counted = st.builds(Counted, counts, options)
FIRST = date(2026, 4, 1)


def days(*used: Counted) -> list[DayUsage]:
    return [DayUsage(FIRST + timedelta(days=place), each) for place, each in enumerate(used)]


def days_above(usage: list[DayUsage], prepaid: Callable[[date], Counted], overage: Overage) -> Counted:
    return mailbox_days(metered(usage, prepaid, overage))


@given(counted, counted)
def test_what_is_left_uncovered_is_never_more_than_what_was_used(prepaid: Counted, used: Counted) -> None:
    over = above(prepaid, used)
    assert all(0 < number <= used.mailboxes[band] for band, number in over.mailboxes.items())
    assert all(0 < number <= used.options[code] for code, number in over.options.items())


@given(counted, counted)
def test_for_each_size_and_larger_what_is_above_is_what_no_place_of_that_size_covers(
    prepaid: Counted, used: Counted
) -> None:
    over = above(prepaid, used)
    for band in BANDS_GB:
        missing = [
            sum(used.mailboxes.get(size, 0) - prepaid.mailboxes.get(size, 0) for size in BANDS_GB if band <= size)
            for band in BANDS_GB
        ]
        at_least = sum(number for size, number in over.mailboxes.items() if size >= band)
        assert at_least == max(0, *missing[BANDS_GB.index(band) :])


@given(counted, st.data())
def test_a_larger_place_covers_at_least_what_a_smaller_one_does(used: Counted, data: st.DataObject) -> None:
    small, large = sorted(data.draw(st.sampled_from(list(permutations(BANDS_GB, 2)))))
    prepaid = data.draw(counts)
    less = above(Counted(Counter(prepaid) + Counter([small])), used)
    more = above(Counted(Counter(prepaid) + Counter([large])), used)
    assert sum(more.mailboxes.values()) <= sum(less.mailboxes.values())


@given(counted)
def test_who_uses_what_is_prepaid_owes_nothing_more(prepaid: Counted) -> None:
    assert above(prepaid, prepaid) == Counted()


@pytest.mark.parametrize(
    ("prepaid", "used", "over"),
    [
        ({8: 5}, {8: 7}, {8: 2}),
        ({8: 4, 25: 1}, {8: 5}, {}),
        ({8: 4, 25: 1}, {8: 5, 25: 1}, {8: 1}),
        ({8: 5}, {8: 4, 25: 1}, {25: 1}),
        ({8: 2, 100: 1}, {8: 2, 25: 1, 50: 1}, {25: 1}),
        ({}, {50: 1}, {50: 1}),
    ],
)
def test_larger_places_cover_smaller_mailboxes_and_never_the_other_way(
    prepaid: dict[int, int], used: dict[int, int], over: dict[int, int]
) -> None:
    assert above(Counted(prepaid), Counted(used)).mailboxes == over


@given(counted, st.lists(counted, min_size=1, max_size=6))
def test_mailbox_days_are_the_sum_of_each_day(prepaid: Counted, used: list[Counted]) -> None:
    total = Counter[int]()
    for each in used:
        total.update(above(prepaid, each).mailboxes)
    assert days_above(days(*used), lambda _: prepaid, "per_day").mailboxes == total


def placed_one_by_one(prepaid: Counted, used: Counted) -> Counted:
    """The largest mailbox first, each takes the smallest free place that holds it; what of them finds none."""
    free, over = sorted(Counter(prepaid.mailboxes).elements()), Counter[int]()
    for size in sorted(Counter(used.mailboxes).elements(), reverse=True):
        place = next((place for place in free if place >= size), None)
        if place is None:
            over[size] += 1
        else:
            free.remove(place)
    missing = {code: count - prepaid.options.get(code, 0) for code, count in used.options.items()}
    return Counted(dict(over), {code: count for code, count in missing.items() if count > 0})


@given(st.lists(st.tuples(counted, counted), min_size=1, max_size=10))
def test_a_month_is_counted_as_if_each_day_s_mailboxes_were_placed_one_by_one(
    month: list[tuple[Counted, Counted]],
) -> None:
    prepaid = {FIRST + timedelta(days=number): each for number, (each, _) in enumerate(month)}
    used = days(*(each for _, each in month))
    mailboxes, extras = Counter[int](), Counter[str]()
    for day in used:
        over = placed_one_by_one(prepaid[day.day], day.used)
        mailboxes.update(over.mailboxes)
        extras.update(over.options)
    assert days_above(used, prepaid.__getitem__, "per_day") == Counted(dict(mailboxes), dict(extras))


@given(st.lists(sizes, max_size=4), st.lists(sizes, max_size=4))
def test_no_other_way_of_placing_the_mailboxes_leaves_a_cheaper_rest(places: list[int], used: list[int]) -> None:
    """The price of a size here is its gigabytes: what matters is that a larger one never costs less."""
    empty = [0] * len(used)
    rests = (
        sum(size for size, place in zip(used, tried, strict=False) if place < size)
        for tried in permutations([*places, *empty], len(used))
    )
    over = above(Counted(Counter(places)), Counted(Counter(used))).mailboxes
    assert sum(size * number for size, number in over.items()) == min(rests)


def test_what_was_prepaid_counts_by_the_day() -> None:
    prepaid = {FIRST: Counted({8: 5}), FIRST + timedelta(days=1): Counted({8: 7})}
    used = days(Counted({8: 8}), Counted({8: 8}))
    assert days_above(used, prepaid.__getitem__, "per_day").mailboxes == {8: 4}


def test_one_count_at_the_month_s_end_stands_for_every_day() -> None:
    used = days(Counted({8: 9}), Counted({8: 5}), Counted({8: 6}))
    assert days_above(used, lambda _: Counted({8: 5}), "per_day").mailboxes == {8: 5}
    assert days_above(used, lambda _: Counted({8: 5}), "month_end").mailboxes == {8: 3}


@pytest.mark.parametrize("overage", ["per_day", "month_end"])
def test_a_month_of_which_no_day_was_served_yet_has_nothing_above(overage: Overage) -> None:
    assert days_above([], lambda _: Counted({8: 5}), overage) == Counted()


@given(counted, st.integers(1, 12))
def test_what_is_missing_to_the_minimum_is_of_the_smallest_size(used: Counted, minimum: int) -> None:
    filled = used.at_least(minimum)
    assert sum(filled.mailboxes.values()) == max(minimum, sum(used.mailboxes.values()))
    larger = {band: number for band, number in used.mailboxes.items() if band != BANDS_GB[0]}
    assert {band: number for band, number in filled.mailboxes.items() if band != BANDS_GB[0]} == larger


@given(counted)
def test_numbers_are_read_back_as_they_were_stored(numbers: Counted) -> None:
    assert Counted.from_json(numbers.as_json()) == numbers


def test_an_order_counts_its_mailboxes_and_the_options_of_each() -> None:
    items = [Item(8, 3, ("archive",)), Item(8, 2), Item(25, 1, ("archive", "activesync"))]
    assert Counted.of_items(items) == Counted({8: 5, 25: 1}, {"archive": 4, "activesync": 1})
