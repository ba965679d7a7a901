"""When a payment request is charged: in the morning of its day, and again as the operator's policy says."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.kit.calendar import ROME, rome_date
from services.payments.domain.mandates import DebitPolicy
from services.payments.domain.payment_requests import ChargeRefusal, Debit

NOW = datetime(2026, 12, 11, 8, 30, tzinfo=UTC)
POLICY = DebitPolicy()


def debit(declined: int = 0, unanswered: int = 0) -> Debit:
    return Debit(date(2026, 12, 11), NOW, declined, unanswered, None, None, email_due=False, mandate_active=True)


@given(st.uuids(), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_charge_falls_into_the_spread_after_the_hour_of_its_own_day(request_id: UUID, day: date) -> None:
    at = POLICY.first_charge(day, request_id)
    assert rome_date(at) == day
    assert 8 <= at.astimezone(ROME).hour < 10  # clocks change at night: the day's hours are counted by the wall's clock
    assert POLICY.first_charge(day, request_id) == at


def test_the_charges_of_one_day_are_spread_by_their_ids() -> None:
    day, spread = date(2026, 12, 11), POLICY.jitter_minutes * 60
    first, last = (POLICY.first_charge(day, UUID(int=number)) for number in (0, spread - 1))
    assert last - first == timedelta(seconds=spread - 1)
    assert POLICY.first_charge(day, UUID(int=spread)) == first


@pytest.mark.parametrize(("declined", "days"), [(0, 3), (1, 4), (2, None), (7, None)])
def test_want_of_money_is_tried_again_so_many_days_later_and_so_often(declined: int, days: int | None) -> None:
    again = POLICY.next_charge(debit(declined), ChargeRefusal.DECLINED, NOW)
    assert again == (None if days is None else NOW + timedelta(days=days))


@pytest.mark.parametrize(("unanswered", "minutes"), [(0, 1), (1, 5), (2, 15), (3, 60), (4, 180), (40, 180)])
def test_a_missing_answer_is_asked_for_at_growing_intervals(unanswered: int, minutes: int) -> None:
    again = POLICY.next_charge(debit(unanswered=unanswered), ChargeRefusal.NO_ANSWER, NOW)
    assert again == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize("refusal", [ChargeRefusal.AUTHENTICATION, ChargeRefusal.MANDATE_GONE])
def test_what_a_further_try_would_not_change_is_not_tried_again(refusal: ChargeRefusal) -> None:
    assert POLICY.next_charge(debit(), refusal, NOW) is None


def test_without_days_nothing_is_tried_again() -> None:
    assert DebitPolicy(retry_days=()).next_charge(debit(), ChargeRefusal.DECLINED, NOW) is None


@pytest.mark.parametrize("wrong", [{"charge_hour": 24}, {"ask_again_minutes": ()}, {"retry_days": (0,)}, {"hour": 8}])
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DebitPolicy.model_validate(wrong)
