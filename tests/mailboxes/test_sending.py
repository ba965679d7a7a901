"""The sliding window: which limit refuses a message, and when it frees."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.mailboxes.domain.sending import WINDOW, Limit, Limits, Send, refusal

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TRIAL = Limits(messages=25, recipients=100)


def ago(hours: float, recipients: int = 1) -> Send:
    return Send(NOW - timedelta(hours=hours), recipients)


def test_the_25th_message_leaves_and_the_26th_waits_for_the_first_to_age() -> None:
    sends = [ago(20 - n / 2) for n in range(25)]
    assert refusal(sends[1:], TRIAL, 1, NOW) is None
    refused = refusal(sends, TRIAL, 1, NOW)
    assert refused is not None
    assert (refused.limit, refused.value, refused.frees_at) == (Limit.MESSAGES, 25, NOW + timedelta(hours=4))


def test_a_message_counts_until_exactly_24_hours_later() -> None:
    sends = [ago(24)] + [ago(1)] * 24
    assert refusal(sends, TRIAL, 1, NOW) is None
    assert refusal(sends, TRIAL, 1, NOW - timedelta(microseconds=1)) is not None


def test_recipients_free_once_enough_have_aged() -> None:
    sends = [ago(23, 30), ago(10, 30), ago(5, 40)]
    refused = refusal(sends, TRIAL, 50, NOW)
    assert refused is not None
    assert (refused.limit, refused.frees_at) == (Limit.RECIPIENTS, NOW + timedelta(hours=14))


def test_a_message_to_more_recipients_than_the_limit_never_leaves() -> None:
    refused = refusal([], TRIAL, 101, NOW)
    assert refused is not None
    assert (refused.limit, refused.frees_at) == (Limit.RECIPIENTS, None)


def test_where_both_limits_refuse_the_later_one_is_named() -> None:
    sends = [ago(23, 1)] * 10 + [ago(2, 6)] * 15
    refused = refusal(sends, TRIAL, 20, NOW)
    assert refused is not None
    assert (refused.limit, refused.frees_at) == (Limit.RECIPIENTS, NOW + timedelta(hours=22))


def test_a_limit_of_all_mailboxes_together_has_a_name_of_its_own() -> None:
    together = Limits(messages=2, recipients=100, of_account=True)
    for sends, limit in (([ago(1)] * 2, Limit.ACCOUNT_MESSAGES), ([ago(1, 100)], Limit.ACCOUNT_RECIPIENTS)):
        refused = refusal(sends, together, 1, NOW)
        assert refused is not None
        assert (refused.limit, refused.frees_at) == (limit, NOW + timedelta(hours=23))


def test_without_limits_everything_leaves() -> None:
    assert refusal([ago(1, 500)] * 1000, Limits(None, None), 500, NOW) is None


@given(
    st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 40)), max_size=40),
    st.integers(1, 60),
)
def test_at_the_named_time_the_message_leaves_and_just_before_it_does_not(
    past: list[tuple[int, int]], recipients: int
) -> None:
    sends = [Send(NOW - timedelta(minutes=minutes), number) for minutes, number in past]
    refused = refusal(sends, TRIAL, recipients, NOW)
    if refused is not None:
        assert refused.frees_at is not None
        assert NOW < refused.frees_at <= NOW + WINDOW
        assert refusal(sends, TRIAL, recipients, refused.frees_at) is None
        assert refusal(sends, TRIAL, recipients, refused.frees_at - timedelta(microseconds=1)) is not None
