"""What became of money is told as it is: refunded only once it has left."""

import pytest

from casella.payments.v1 import payments_pb2 as pb
from cli.showing.money import became


@pytest.mark.parametrize(
    ("state", "failure", "told"),
    [
        (pb.REFUND_STATE_DONE, "", "refunded"),
        (pb.REFUND_STATE_SENT, "", "to be refunded, not done: the refund is sent"),
        (pb.REFUND_STATE_FAILED, "returned", "to be refunded, not done: the refund is failed, returned"),
    ],
)
def test_money_is_refunded_only_once_its_refund_has_left(state: pb.RefundState, failure: str, told: str) -> None:
    entry = pb.MoneyEntry(settlement=pb.MONEY_SETTLEMENT_REFUNDED)
    assert became(entry, pb.Refund(state=state, failure=failure)) == told


def test_money_that_was_not_refunded_is_told_by_its_settlement() -> None:
    assert became(pb.MoneyEntry(settlement=pb.MONEY_SETTLEMENT_SET_ASIDE), None) == "set aside"
