"""Whether the consumer has withdrawn from a contract, as orders and subscriptions, too, must know."""

from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.tables import orders, subscriptions, withdrawals

_IS_WITHDRAWN = select(exists().where(withdrawals.c.order_id == bindparam("order")))
WITHDRAWN_ORDERS = orders.outerjoin(subscriptions, subscriptions.c.id == orders.c.subscription_id).join(
    withdrawals, (withdrawals.c.order_id == orders.c.id) | (withdrawals.c.order_id == subscriptions.c.order_id)
)
"""Orders with the withdrawals by which their contracts have ended: from an order itself, or from what it adds to."""
_OF_CONTRACT = (
    select(withdrawals.c.order_id)
    .select_from(WITHDRAWN_ORDERS)
    .where(orders.c.id == bindparam("order"))
    .order_by(withdrawals.c.order_id != orders.c.id)
    .limit(1)
)


async def withdrawal_of(conn: AsyncConnection, order_id: UUID) -> UUID | None:
    """The order by whose withdrawal an order's contract has ended: itself, or the one that made what it adds to."""
    found: UUID | None = (await conn.execute(_OF_CONTRACT, {"order": order_id})).scalar()
    return found


async def is_withdrawn(conn: AsyncConnection, order_id: UUID) -> bool:
    """Whether the consumer has withdrawn from the contract that an order made."""
    return bool((await conn.execute(_IS_WITHDRAWN, {"order": order_id})).scalar_one())
