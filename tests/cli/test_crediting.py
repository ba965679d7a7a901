"""Of what an invoice was paid with, only what came as money is refunded as money by a credit note by hand."""

import pytest

from casella.payments.v1 import payments_pb2 as pb
from cli.invoice import money_left
from tests.cli.test_ties import euro

PAID = pb.GetPaymentRequestResponse(
    payment_request=pb.PaymentRequest(amount=euro(3_297), credit_used=euro(900)),
    received=[pb.ReceivedMoney(amount=euro(2_000)), pb.ReceivedMoney(amount=euro(921))],
    shortfall=euro(376),
)


def refund(minor: int, credited: int = 0, state: pb.RefundState = pb.REFUND_STATE_DONE) -> pb.Refund:
    return pb.Refund(amount=euro(minor), credited=euro(credited), state=state)


@pytest.mark.parametrize(
    ("refunds", "left"),
    [
        ([], 2_921),
        ([refund(921)], 2_000),
        ([refund(3_821, 900)], 0),
        ([refund(900, 900)], 2_921),
        ([refund(1_000, 1_000)], 2_821),
        ([refund(921, state=pb.REFUND_STATE_CANCELLED)], 2_921),
        ([refund(921, state=pb.REFUND_STATE_FAILED)], 2_000),
        ([refund(3_821)], 0),
    ],
)
def test_what_credit_had_paid_or_nobody_is_no_money_that_goes_back(refunds: list[pb.Refund], left: int) -> None:
    assert money_left(PAID, refunds) == left
