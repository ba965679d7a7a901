"""What the page of an order says of its end, and of none that has passed."""

import pytest

from casella.ordering.v1 import ordering_pb2
from cli.showing.order import open_until
from services.kit.wire import to_timestamp
from tests.cli.test_doctor_judgement import NOON

OPEN = ordering_pb2.ORDER_STATE_OPEN


@pytest.mark.parametrize(
    ("state", "suspended", "told"),
    [
        (OPEN, False, ["expires", "stays open at most to"]),
        (OPEN, True, ["expires"]),
        (ordering_pb2.ORDER_STATE_PAID, False, []),
        (ordering_pb2.ORDER_STATE_FULFILLED, False, []),
        (ordering_pb2.ORDER_STATE_CANCELLED, False, []),
    ],
)
def test_only_an_open_order_has_a_day_on_which_it_expires(
    state: ordering_pb2.OrderState,
    suspended: bool,  # noqa: FBT001  one of two
    told: list[str],
) -> None:
    order = ordering_pb2.Order(state=state, expires_at=to_timestamp(NOON), hold_until=to_timestamp(NOON))
    assert [name for name, _ in open_until(order, suspended=suspended)] == told
