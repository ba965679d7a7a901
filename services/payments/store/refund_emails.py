"""The SQL of the emails about transfers that have left: of which a customer is still to be told, and that they were."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import require_transaction
from services.payments.domain.refunds import Means, Refund, RefundState
from services.payments.tables import refunds

_REFUND = refunds.c
_DUE = (
    (_REFUND.means == Means.BANK_TRANSFER)
    & (_REFUND.state == RefundState.DONE)
    & _REFUND.account_id.is_not(None)
    & _REFUND.request_id.is_(None)
    & _REFUND.withdrawal_order_id.is_(None)
    & _REFUND.told_attempt.is_distinct_from(_REFUND.attempt)
)
"""Of what paid a request the credit note's email tells, of a withdrawal's its receipt, and its later email of money."""


async def untold(conn: AsyncConnection, most: int) -> list[UUID]:
    """The refunds that have left without their customers having been told, oldest first."""
    query = select(_REFUND.id).where(_DUE).order_by(_REFUND.done_on, _REFUND.id).limit(most)
    return list(await conn.scalars(query))


async def tell(conn: AsyncConnection, refund: Refund) -> bool:
    """Note that the email about a refund is written, or never will be; False where none is due."""
    require_transaction(conn)
    noted = await conn.execute(
        update(refunds)
        .where(_REFUND.id == refund.refund_id, _REFUND.attempt == refund.attempt, _DUE)
        .values(told_attempt=refund.attempt)
        .returning(_REFUND.id)
    )
    return noted.first() is not None
