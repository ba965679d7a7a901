"""Usage: what counts for a day in the calendar of Europe/Rome."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import start_of_day
from services.mailboxes.domain.usage import DomainSpan, MailboxSpan, usage_per_day

DOMAIN, OTHER_DOMAIN = UUID(int=1), UUID(int=2)
FIRST, LAST = date(2026, 3, 27), date(2026, 3, 31)
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def box(number: int, start: datetime, end: datetime | None, size: int = 8, domain: UUID = DOMAIN) -> MailboxSpan:
    return MailboxSpan(UUID(int=100 + number), domain, size, start, end)


def counted(spans: list[MailboxSpan]) -> dict[int, dict[int, int]]:
    return {usage.day.day: usage.mailboxes for usage in usage_per_day(spans, [], FIRST, LAST, LAST) if usage.mailboxes}


def test_a_mailbox_counts_for_a_day_on_which_it_existed_at_any_moment() -> None:
    assert counted([box(1, at(28, 10), at(28, 10, 1))]) == {28: {8: 1}}


def test_days_are_those_of_rome_across_the_change_to_summer_time() -> None:
    # Rome is one hour ahead of UTC until 29 March 2026, 02:00, then two.
    assert counted([box(1, at(28, 22, 59), at(28, 23, 1))]) == {28: {8: 1}, 29: {8: 1}}
    assert counted([box(1, at(29, 22, 30), at(29, 22, 31))]) == {30: {8: 1}}


def test_what_ends_at_midnight_does_not_count_for_the_day_that_begins() -> None:
    assert counted([box(1, at(27, 10), at(28, 23))]) == {27: {8: 1}, 28: {8: 1}}


def test_a_mailbox_counts_in_the_largest_size_of_the_day() -> None:
    spans = [box(1, EARLIER, at(28, 9), 25), box(1, at(28, 9), at(30, 9), 8), box(1, at(30, 9), None, 50)]
    assert counted(spans) == {27: {25: 1}, 28: {25: 1}, 29: {8: 1}, 30: {50: 1}, 31: {50: 1}}


def test_an_address_made_again_is_another_mailbox() -> None:
    assert counted([box(1, EARLIER, at(28, 9)), box(2, at(28, 10), None)])[28] == {8: 2}


def test_days_without_usage_are_listed_with_zeros() -> None:
    usage = usage_per_day([], [], FIRST, LAST, LAST)
    assert [day.day for day in usage] == [FIRST + timedelta(days=n) for n in range(5)]
    assert all(day.mailboxes == {} and day.empty_domains == 0 for day in usage)


def test_a_domain_counts_on_days_without_any_mailbox_in_it() -> None:
    domains = [DomainSpan(DOMAIN, EARLIER, at(30, 12)), DomainSpan(OTHER_DOMAIN, at(29, 12), None)]
    spans = [box(1, at(28, 10), at(28, 11)), box(2, at(31, 8), None, domain=OTHER_DOMAIN)]
    usage = usage_per_day(spans, domains, FIRST, LAST, LAST)
    assert [day.empty_domains for day in usage] == [1, 0, 2, 2, 0]


def test_days_to_come_have_no_usage_yet() -> None:
    usage = usage_per_day([box(1, EARLIER, None)], [DomainSpan(DOMAIN, EARLIER, None)], FIRST, LAST, date(2026, 3, 28))
    assert [day.mailboxes for day in usage] == [{8: 1}, {8: 1}, {}, {}, {}]


CODES = ("archive", "activesync")
moments = st.integers(0, 6 * 24 * 60).map(
    lambda minutes: datetime(2026, 3, 26, tzinfo=UTC) + timedelta(minutes=minutes)
)
lives = st.lists(
    st.tuples(
        st.lists(moments, min_size=2, max_size=6, unique=True).map(sorted),
        st.lists(st.lists(st.sampled_from(CODES), unique=True).map(tuple), min_size=5, max_size=5),
    ),
    max_size=5,
)


@given(lives)
def test_an_option_counts_on_each_day_on_which_a_mailbox_had_it_at_any_moment(
    found: list[tuple[list[datetime], list[tuple[str, ...]]]],
) -> None:
    """Mailboxes whose options change at moments, over the change to summer time."""
    spans = [
        MailboxSpan(UUID(int=100 + number), DOMAIN, 8, start, end, options)
        for number, (changes, kept) in enumerate(found)
        for start, end, options in zip(changes, changes[1:], kept, strict=False)
    ]
    for day in usage_per_day(spans, [], FIRST, LAST, LAST):
        begins, ends = start_of_day(day.day), start_of_day(day.day + timedelta(days=1))
        for code in CODES:
            having = {s.mailbox_id for s in spans if code in s.options and s.start < ends and s.end and s.end > begins}
            assert day.options.get(code, 0) == len(having)
