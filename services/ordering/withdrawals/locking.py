"""How a withdrawal is held while something about it is decided or noted, so that refunds are fixed once."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.errors import NotFound
from services.ordering.domain.states import SubscriptionState
from services.ordering.domain.withdrawal_next import Owed, WithdrawalStanding
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import lock_order
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.subscriptions.store import find_subscription_of_order, lock_subscription
from services.ordering.withdrawals import store
from services.ordering.withdrawals.paying import Payments, read_payments
from services.ordering.withdrawals.rows import RefundRow, WithdrawalRow


@dataclass(frozen=True, slots=True)
class Locked:
    """A withdrawal with its order, its subscription where one began, and what was paid."""

    withdrawal: WithdrawalRow
    order: OrderRow
    subscription: SubscriptionRow | None
    payments: Payments

    @property
    def standing(self) -> WithdrawalStanding:
        """What decides on the withdrawal; a subscription that ends for another reason is closed by its own renewal."""
        closing = self.subscription
        carries = closing is not None and closing.withdrawn and closing.state is SubscriptionState.CLOSING
        refunds = [
            Owed(each.refunded_at is not None, each.credited, each.payment.is_money) for each in self.withdrawal.refunds
        ]
        return WithdrawalStanding(self.payments.known, refunds, closing.purge_at if closing and carries else None)


async def locked(conn: AsyncConnection, order_id: UUID) -> Locked:
    """A withdrawal, held until the transaction ends: its order's row first, then its subscription's.

    Raises:
        NotFound: There is no such withdrawal.
    """
    order = await lock_order(conn, order_id)
    withdrawal = await store.find_withdrawal(conn, order_id)
    if order is None or withdrawal is None:
        raise NotFound("there is no withdrawal from this order")
    begun = await find_subscription_of_order(conn, order_id)
    subscription = await lock_subscription(conn, begun.subscription_id) if begun else None
    payments = await read_payments(conn, order, subscription, withdrawal.ground)
    return Locked(withdrawal, order, subscription, payments)


def refund_of(withdrawal: WithdrawalRow, refund_id: UUID) -> RefundRow:
    """One of its refunds.

    Raises:
        NotFound: It has no such refund.
    """
    found = next((each for each in withdrawal.refunds if each.refund_id == refund_id), None)
    if found is None:
        raise NotFound("the withdrawal has no such refund")
    return found
