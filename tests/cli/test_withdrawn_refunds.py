"""Which refunds withdrawals ask for only once a recovery has ended: payments does not know them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli import words
from cli.rooms import Rooms
from cli.withdrawals import to_come
from services.kit.wire import to_timestamp

DAY = common_pb2.Date(year=2026, month=12, day=1)
LATER = common_pb2.Date(year=2026, month=12, day=2)
MOMENT = to_timestamp(datetime(2026, 11, 24, 12, tzinfo=UTC))
KNOWN, GONE, MADE, NOTHING = "known", "gone", "made", "nothing"


class Payments:
    """Rooms of which payments knows one refund."""

    payments = SimpleNamespace(GetRefund=None)

    async def ask_for(self, _: Any, asked: payments_pb2.GetRefundRequest) -> payments_pb2.GetRefundResponse | None:
        return payments_pb2.GetRefundResponse() if asked.refund_id == KNOWN else None


def part(refund_id: str, minor: int = 700, **fields: Any) -> ordering_pb2.WithdrawalRefund:
    amount = common_pb2.Money(minor=minor, currency="EUR")
    return ordering_pb2.WithdrawalRefund(refund_id=refund_id, amount=amount, refund_by=DAY, **fields)


async def test_what_is_owed_and_payments_does_not_know_is_listed_with_what_is_not_decided() -> None:
    refunding, noticed = ordering_pb2.WITHDRAWAL_STATE_REFUNDING, ordering_pb2.WITHDRAWAL_STATE_NOTICED
    parts = [part(KNOWN), part(GONE), part(MADE, refunded_at=MOMENT), part(NOTHING, 0)]
    withdrawals = [
        ordering_pb2.Withdrawal(order_id="a", state=refunding, refunds=parts, refund_by=DAY),
        ordering_pb2.Withdrawal(order_id="b", state=noticed, refund_by=LATER),
    ]
    undecided = ("b", "what was paid is not decided", words.NONE)
    assert await to_come(cast("Rooms", Payments()), withdrawals) == [("a", "7.00 EUR", GONE), undecided]
