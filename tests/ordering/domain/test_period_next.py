"""What comes next on a period, whatever its dates and those beside it are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.domain.dates import Reminder
from services.ordering.domain.period_next import PeriodNext, PeriodStanding, Step, Unpaid, is_closing_time, next_step
from services.ordering.domain.states import PeriodState, SubscriptionState

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DUE, ACTIVE = PeriodState.DUE, SubscriptionState.ACTIVE
instants = st.integers(-60, 60).map(lambda days: NOW + timedelta(days=days))
maybe = st.none() | instants


def unpaid(number: int, suspend: datetime | None, close: datetime | None) -> Unpaid:
    """A period that closes only after it has led to a suspension."""
    return Unpaid(number, suspend, close if suspend else None)


lists = st.lists(st.tuples(maybe, maybe), min_size=1, max_size=4).map(
    lambda found: [unpaid(place + 2, *dates) for place, dates in enumerate(found)]
)


def standing(waiting: list[Unpaid], number: int, **more: object) -> PeriodStanding:
    pending = [Reminder(days, NOW + timedelta(days=days - 3)) for days in (1, 5)]
    usual = {
        "state": DUE, "measure_at": NOW, "unpaid": waiting, "pending": pending, "subscription": ACTIVE,
        "carries": False, "ends_at": None, "purge_at": None,
    }  # fmt: skip
    return PeriodStanding(number=number, **{**usual, **more})  # type: ignore[arg-type]


@given(lists, st.data())
def test_whoever_waits_knows_for_what_and_until_when(waiting: list[Unpaid], data: st.DataObject) -> None:
    number = data.draw(st.sampled_from([entry.number for entry in waiting]))
    step = next_step(standing(waiting, number), NOW)
    assert (step.next is PeriodNext.WAIT) == (step.due_at is not None and step.due_at > NOW and step.due != "")


@given(lists)
def test_only_the_oldest_unpaid_period_suspends(waiting: list[Unpaid]) -> None:
    steps = [next_step(standing(waiting, entry.number), NOW).next for entry in waiting]
    assert PeriodNext.SUSPEND_DUE not in steps[1:]


@given(lists)
def test_the_oldest_closes_last_and_only_after_a_suspension(waiting: list[Unpaid]) -> None:
    steps = [next_step(standing(waiting, entry.number), NOW).next for entry in waiting]
    oldest = waiting[0]
    closing = oldest.close_at is not None and oldest.close_at <= NOW
    assert is_closing_time(waiting, NOW) is closing
    assert (steps[0] is PeriodNext.CLOSE_DUE) is (closing and len(waiting) == 1)
    assert all((step is PeriodNext.CLOSE_DUE) is closing for step in steps[1:])


@given(lists, instants)
def test_what_waits_for_its_money_is_closed_as_soon_as_its_subscription_ends(
    waiting: list[Unpaid], ends_at: datetime
) -> None:
    for entry in waiting:
        step = next_step(standing(waiting, entry.number, ends_at=ends_at), NOW)
        assert step == Step(PeriodNext.CLOSE_DUE)


@given(lists, instants)
def test_no_subscription_ends_while_a_payment_may_still_win(waiting: list[Unpaid], ends_at: datetime) -> None:
    carrier = standing(waiting, 9, state=PeriodState.SCHEDULED, carries=True, ends_at=ends_at)
    assert next_step(carrier, NOW).due == "payment"


@pytest.mark.parametrize(
    ("more", "following"),
    [
        ({"state": PeriodState.SCHEDULED}, PeriodNext.MEASURE_DUE),
        ({"state": PeriodState.SCHEDULED, "measure_at": NOW + timedelta(1)}, PeriodNext.WAIT),
        ({"state": PeriodState.PREPAID}, PeriodNext.NOT_OPEN),
        ({"state": PeriodState.PAID}, PeriodNext.NOT_OPEN),
        ({"state": PeriodState.VOID}, PeriodNext.NOT_OPEN),
        ({"state": PeriodState.SCHEDULED, "carries": True, "ends_at": NOW + timedelta(1)}, PeriodNext.WAIT),
        ({"state": PeriodState.SCHEDULED, "carries": True, "ends_at": NOW}, PeriodNext.CLOSE_DUE),
        ({"state": PeriodState.UNPAID, "carries": True, "ends_at": NOW}, PeriodNext.CLOSE_DUE),
        (
            {"carries": True, "state": PeriodState.VOID, "subscription": SubscriptionState.CLOSING, "purge_at": NOW},
            PeriodNext.PURGE_DUE,
        ),
        (
            {"carries": True, "state": PeriodState.VOID, "subscription": SubscriptionState.ENDED, "purge_at": NOW},
            PeriodNext.NOT_OPEN,
        ),
        ({"state": PeriodState.SCHEDULED, "addition_undecided": True}, PeriodNext.WAIT),
    ],
)
def test_a_period_that_waits_for_no_money_goes_on_by_its_own_and_its_subscription_s_dates(
    more: dict[str, object], following: PeriodNext
) -> None:
    assert next_step(standing([], 2, **more), NOW).next is following


OWED, LATER = Unpaid(2, NOW, None, owed=True), NOW + timedelta(1)
ENDS: dict[str, object] = {"carries": True, "state": PeriodState.UNPAID, "ends_at": NOW}
CLOSING: dict[str, object] = {"subscription": SubscriptionState.CLOSING, "ends_at": NOW, "purge_at": NOW}


@pytest.mark.parametrize(
    ("waiting", "number", "more", "following", "due"),
    [
        ([OWED], 2, {**CLOSING, "purge_at": LATER}, PeriodNext.WAIT, "purge"),
        ([OWED], 2, CLOSING, PeriodNext.CLOSE_DUE, ""),
        ([OWED], 2, {**CLOSING, "subscription": SubscriptionState.ENDED, "purge_at": LATER}, PeriodNext.CLOSE_DUE, ""),
        ([OWED], 9, {**ENDS, **CLOSING}, PeriodNext.WAIT, "payment"),
        ([OWED], 9, ENDS, PeriodNext.CLOSE_DUE, ""),
        ([OWED, unpaid(3, NOW, None)], 9, ENDS, PeriodNext.WAIT, "payment"),
        ([unpaid(2, LATER, None)], 2, {"ends_at": LATER, "invoiced": True}, PeriodNext.WAIT, "end"),
        ([unpaid(2, LATER, None)], 2, {"ends_at": LATER}, PeriodNext.CLOSE_DUE, ""),
        ([unpaid(2, LATER, None)], 2, {"ends_at": NOW, "invoiced": True}, PeriodNext.CLOSE_DUE, ""),
    ],
)
def test_what_is_owed_or_invoiced_waits_while_its_money_or_a_taking_back_may_come(
    waiting: list[Unpaid], number: int, more: dict[str, object], following: PeriodNext, due: str
) -> None:
    step = next_step(standing(waiting, number, pending=[], **more), NOW)
    assert (step.next, step.due) == (following, due)


def test_what_stays_owed_after_the_end_is_invoiced_too_once_it_has_accrued_abroad() -> None:
    owed = Unpaid(2, NOW, None, owed=True)
    closing = {"subscription": SubscriptionState.CLOSING, "ends_at": NOW, "purge_at": NOW + timedelta(days=30)}
    due = standing([owed], 2, **closing, invoice_at=NOW)
    assert next_step(due, NOW).next is PeriodNext.INVOICE_DUE
    step = next_step(due, NOW - timedelta(hours=1))
    assert (step.next, step.due) == (PeriodNext.WAIT, "invoice")
