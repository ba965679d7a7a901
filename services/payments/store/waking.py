"""Whom this room wakes: who waits for a payment, for money that names it, or for a refund."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.causes import Cause, cause_of
from services.kit.wakes import cause_wake, erasure_news, money_news, money_wake
from services.payments.domain.payment_requests import RequestState
from services.payments.store import queue
from services.payments.tables import disputes, payment_requests
from workflows import names

_DISPUTES_OF = select(disputes.c.account_id).where(
    disputes.c.entry_id == bindparam("entry"), disputes.c.account_id.is_not(None)
)


async def wake_for_payment(conn: AsyncConnection, cause: Cause, now: datetime) -> None:
    """Tell the workflow that waits for this money that its payment is complete."""
    await outbox.wake(conn, cause_wake(cause, names.PAYMENT_COMPLETED), now)


async def wake_named(conn: AsyncConnection, named: Sequence[UUID], now: datetime) -> None:
    """Tell who waits for these requests that money which names them waits or is gone, or that some was taken back.

    Those are the workflows of the requests, where they are open, and of all else that waits and names them: what may be
    the whole with that money, or was not while it was not known what was taken back.
    """
    query: Select[Any] = (
        select(
            payment_requests.c.order_id,
            payment_requests.c.subscription_id,
            payment_requests.c.period_number,
            payment_requests.c.account_id,
        )
        .where(payment_requests.c.id.in_(named), payment_requests.c.state == RequestState.OPEN)
        .order_by(payment_requests.c.id)
    )
    for row in (await conn.execute(query)).all():
        await outbox.wake(conn, cause_wake(cause_of(row), names.MONEY_WAITING), now)
        await outbox.wake(conn, erasure_news(row.account_id), now)
    for request_id in named:
        await wake_naming(conn, request_id, now)


async def wake_naming(conn: AsyncConnection, request_id: UUID, now: datetime) -> None:
    """Tell the workflows of what waits and names a request, disputes too, that something has become of that."""
    for entry_id in await queue.all_naming(conn, request_id):
        await outbox.wake(conn, money_wake(entry_id), now)


async def wake_money(conn: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """Tell the workflow of money that waits that something has become of it; none begins for what is finished.

    So is that of money which a debit may have sent back before the rows were restored, and the erasure of an account
    whose dispute it is, which waits for the end of that.
    """
    wake = money_news(entry_id) if await queue.is_finished(conn, entry_id) else money_wake(entry_id)
    await outbox.wake(conn, wake, now)
    for other in await queue.perhaps_sent_back_by(conn, entry_id):
        await outbox.wake(conn, money_wake(other), now)
    for account_id in await conn.scalars(_DISPUTES_OF, {"entry": entry_id}):
        await outbox.wake(conn, erasure_news(account_id), now)
