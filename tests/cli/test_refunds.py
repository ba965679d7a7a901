"""What `casella refund list` says beside its table."""

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2 as pb
from cli.refunds import several


def euro(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency="EUR")


def test_a_refund_of_two_payers_money_says_who_paid_what_and_what_the_operator_may_do() -> None:
    refund = pb.Refund(
        refund_id="018f",
        state=pb.REFUND_STATE_REQUESTED,
        payers=[
            pb.RefundPayer(iban="IT02L1234512345123456789012", holder="Mario Prova", amount=euro(1_000)),
            pb.RefundPayer(amount=euro(976)),
        ],
    )
    said = several(refund)
    for part in (
        "its money came from 2: ", "10.00", "from Mario Prova IT02L1234512345123456789012", "from an unknown account",
        "`casella refund retry 018f --to-account --reason CODE`", "`casella refund cancel 018f",
    ):  # fmt: skip
        assert part in said, part
    refund.state = pb.REFUND_STATE_SENT
    assert several(refund).endswith("It is in a file for the bank already")
