"""What gateways hear of a withdrawal."""

from services.kit.event_types import EventType
from services.kit.events import Event
from services.ordering.withdrawals.rows import RefundRow, WithdrawalRow


def received_event(withdrawal: WithdrawalRow) -> Event:
    """That a consumer has withdrawn."""
    return Event(EventType.WITHDRAWAL_RECEIVED, withdrawal.account_id, {"order_id": withdrawal.order_id})


def refunded_event(withdrawal: WithdrawalRow, refund: RefundRow) -> Event:
    """That a refund was made; the amount is what went back."""
    ids = {"order_id": withdrawal.order_id, "refund_id": refund.refund_id}
    return Event(EventType.WITHDRAWAL_REFUNDED, withdrawal.account_id, ids, amount=refund.payment.refund)
