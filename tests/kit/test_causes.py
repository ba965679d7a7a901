"""What money is asked for: an order or a period of a subscription, one of the two, each with its own workflow."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Row

from casella.common.v1 import common_pb2
from casella.payments.v1.payments_pb2 import CreatePaymentRequestRequest
from services.kit.cause_fields import checked_cause, order_id_of, period_of
from services.kit.causes import Cause, OrderCause, PeriodCause, cause_columns, cause_of
from services.kit.ids import new_id
from services.kit.validation import Violations
from services.kit.wakes import cause_wake
from tests.support.refusals import noted
from workflows import names

_SUBSCRIPTION = UUID("018f3c1e-0000-7000-8000-000000000001")
_PERIOD = PeriodCause(_SUBSCRIPTION, 3)
_CAUSES = st.one_of(st.builds(OrderCause, st.uuids()), st.builds(PeriodCause, st.uuids(), st.integers(1, 99_999)))


def asked_for(cause: Cause) -> CreatePaymentRequestRequest:
    return CreatePaymentRequestRequest(order_id=order_id_of(cause), period=period_of(cause))


@given(_CAUSES)
def test_a_cause_comes_back_from_the_wire_and_from_its_row_as_it_was(cause: Cause) -> None:
    bad = Violations()
    assert checked_cause(bad, asked_for(cause)) == cause
    assert not bad
    assert cause_of(cast("Row[Any]", SimpleNamespace(**cause_columns(cause)))) == cause


def test_the_id_of_a_period_never_changes_between_releases() -> None:
    assert str(_PERIOD.key) == "794467b7-14c2-5784-b790-3b8f2e36e5ca"


@given(st.uuids(), st.integers(1, 99_998))
def test_every_period_has_an_id_of_its_own(subscription: UUID, number: int) -> None:
    assert PeriodCause(subscription, number).key != PeriodCause(subscription, number + 1).key


def test_a_paid_order_wakes_its_order_and_a_paid_period_its_renewal() -> None:
    order = OrderCause(new_id())
    woken = [cause_wake(cause, names.PAYMENT_COMPLETED) for cause in (order, _PERIOD)]
    assert [(wake.workflow, wake.workflow_id, wake.subject, wake.signal) for wake in woken] == [
        ("Order", f"order:{order.order_id}", order.order_id, "payment_completed"),
        ("Renewal", f"renewal:{_SUBSCRIPTION}:3", _PERIOD.key, "payment_completed"),
    ]


def test_an_order_goes_before_the_renewals_of_a_months_end() -> None:
    order, period = (cause_wake(cause, names.PAYMENT_COMPLETED) for cause in (OrderCause(new_id()), _PERIOD))
    assert (order.priority, period.priority) == (1, None)


@pytest.mark.parametrize(
    ("asked", "bad"),
    [
        (CreatePaymentRequestRequest(), {"order_id": "order_or_period", "period": "order_or_period"}),
        (
            CreatePaymentRequestRequest(order_id=str(new_id()), period=period_of(_PERIOD)),
            {"order_id": "order_or_period", "period": "order_or_period"},
        ),
        (CreatePaymentRequestRequest(order_id="x"), {"order_id": "not_a_uuid"}),
        (
            CreatePaymentRequestRequest(order_id="x", period=common_pb2.PeriodRef(period_id="y", number=-1)),
            {
                "order_id": "order_or_period",
                "period": "order_or_period",
                "period.period_id": "not_a_uuid",
                "period.subscription_id": "required",
                "period.number": "out_of_range",
            },
        ),
        (
            CreatePaymentRequestRequest(period=common_pb2.PeriodRef()),
            {"period.period_id": "required", "period.subscription_id": "required", "period.number": "out_of_range"},
        ),
        (
            CreatePaymentRequestRequest(
                period=common_pb2.PeriodRef(
                    period_id=str(_PERIOD.key), subscription_id=str(_PERIOD.subscription_id), number=4
                )
            ),
            {"period.period_id": "not_this_period"},
        ),
    ],
)
def test_every_bad_field_of_a_cause_is_named(asked: CreatePaymentRequestRequest, bad: dict[str, str]) -> None:
    found = Violations()
    checked_cause(found, asked)
    assert dict(noted(found)) == bad
    assert len(noted(found)) == len(bad)
