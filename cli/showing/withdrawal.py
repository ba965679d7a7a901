"""Shows a consumer's withdrawal: its sums, and how far refund and credit note are."""

from collections.abc import Iterable

from casella.ordering.v1 import ordering_pb2
from cli import screen, words
from cli.rooms import Rooms
from workflows import names

_COLUMNS = ("for", "paid", "owed", "refund", "due by", "refunded", "credit note", "refund id")


async def of_order(rooms: Rooms, order: ordering_pb2.Order) -> ordering_pb2.Withdrawal | None:
    """The withdrawal from an order; none where the customer has no such right or did not use it."""
    if not order.HasField("withdrawal_until"):
        return None
    asked = ordering_pb2.GetWithdrawalRequest(order_id=order.order_id)
    found = await rooms.ask(rooms.ordering.GetWithdrawal, asked)
    return found.withdrawal if found.HasField("withdrawal") else None


async def of_orders(rooms: Rooms, orders: Iterable[ordering_pb2.Order]) -> list[ordering_pb2.Withdrawal]:
    """The withdrawals from some orders."""
    found = [await of_order(rooms, order) for order in orders]
    return [each for each in found if each is not None]


def show(rooms: Rooms, withdrawal: ordering_pb2.Withdrawal) -> None:
    """Facts, and the refunds once they are known."""
    by_operator = " (recorded by an operator)" if withdrawal.recorded_by_operator else ""
    screen.show_facts(
        "Withdrawal",
        [
            ("order", withdrawal.order_id),
            ("ground", words.choice(withdrawal, "ground")),
            ("state", words.choice(withdrawal, "state")),
            ("noticed", f"{words.day(withdrawal.noticed_on)}{by_operator}"),
            ("taken", words.instant(withdrawal.noticed_at)),
            ("receipt", words.if_any(words.instant(withdrawal.receipt_at))),
            ("refund due by", words.day(withdrawal.refund_by)),
            ("done", words.if_any(words.instant(withdrawal.ended_at))),
            ("steer at", rooms.where.workflow_link(names.withdrawal_id(withdrawal.order_id))),
        ],
    )
    if withdrawal.refunds:
        screen.show_table("Refunds of the withdrawal (gross)", _COLUMNS, list(map(_row, withdrawal.refunds)))


def _row(refund: ordering_pb2.WithdrawalRefund) -> tuple[str, ...]:
    return (
        _what(refund),
        f"{words.money(refund.paid)}{_missing(refund)}",
        words.money(refund.owed),
        words.money(refund.amount),
        words.day(refund.refund_by),
        "settled otherwise" if refund.settled_otherwise else words.if_any(words.instant(refund.refunded_at)),
        "not due" if refund.credit_waived or refund.money_entry_id else refund.credit_note_id,
        refund.refund_id,
    )


def _what(refund: ordering_pb2.WithdrawalRefund) -> str:
    if refund.money_entry_id:
        return f"money that paid nothing ({names.money_id(refund.money_entry_id)})"
    return f"period {refund.period_id}" if refund.period_id else "the order"


def _missing(refund: ordering_pb2.WithdrawalRefund) -> str:
    """What nobody has paid, because an operator accepted less: the credit note credits it, too."""
    return f", {words.money(refund.remitted)} accepted as missing" if refund.remitted.minor else ""
