"""How orders are kept: read, listed and changed by guarded statements; each change says from which state it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Update, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import Period
from services.kit.outbox import Wake
from services.kit.wakes import order_wake, unfinished
from services.ordering.domain.states import OrderState
from services.ordering.orders.rows import COLUMNS, OrderRow, order_from
from services.ordering.tables import orders


@dataclass(frozen=True, slots=True)
class Proforma:
    """What an order learns about its proforma."""

    payment_request_id: UUID
    proforma_id: UUID
    number: str


async def insert_order(conn: AsyncConnection, values: dict[str, Any]) -> OrderRow:
    """Write a new order."""
    return order_from((await conn.execute(_INSERT, values)).one())


async def find_order(conn: AsyncConnection, order_id: UUID, owner: UUID | None = None) -> OrderRow | None:
    """An order; with an owner only if it is that account's."""
    found = _FIND if owner is None else _FIND_OWN
    row = (await conn.execute(found, {"order": order_id, "owner": owner})).first()
    return order_from(row) if row else None


async def lock_order(conn: AsyncConnection, order_id: UUID) -> OrderRow | None:
    """An order, locked until the transaction's end."""
    row = (await conn.execute(_LOCK, {"order": order_id})).first()
    return order_from(row) if row else None


async def list_orders(conn: AsyncConnection, account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[OrderRow]:
    """An account's orders, newest first; ids rise with time."""
    found = select(*COLUMNS).where(orders.c.account_id == account_id).order_by(orders.c.id.desc()).limit(limit)
    if after is not None:
        found = found.where(orders.c.id < after)
    return [order_from(row) for row in await conn.execute(found)]


async def note_cancel_request(conn: AsyncConnection, order_id: UUID, at: datetime) -> OrderRow | None:
    """Note that an open order is to be cancelled, once. None where that is noted already or it is not open."""
    return await _change(conn, _NOTE_CANCEL_REQUEST, order_id, {"at": at})


async def record_proforma(
    conn: AsyncConnection, order_id: UUID, proforma: Proforma, at: datetime, expires_at: datetime, next_at: datetime
) -> OrderRow | None:
    """Write an open order's proforma and expiry, once.

    None where there is one already, its tax is still open, or the order is not open.
    """
    return await _change(
        conn,
        _RECORD_PROFORMA,
        order_id,
        {
            "payment_request_id": proforma.payment_request_id,
            "proforma_id": proforma.proforma_id,
            "proforma_number": proforma.number,
            "proforma_at": at,
            "expires_at": expires_at,
            "next_at": next_at,
        },
    )


async def end(
    conn: AsyncConnection, order_id: UUID, outcome: OrderState, available_on: date | None, at: datetime
) -> OrderRow | None:
    """Write how an open order ended. None where it has ended before: the first outcome stays."""
    values = {"state": str(outcome), "ended_at": at, "available_on": available_on, "next_at": at}
    return await _change(conn, _END, order_id, values)


async def record_unlock(
    conn: AsyncConnection, order_id: UUID, unlocked_at: datetime, period: Period
) -> OrderRow | None:
    """Write a paid order's unlock and period, once. None where they are written or it is not paid."""
    values = {"unlocked_at": unlocked_at, "period_start": period.first, "period_end": period.last}
    return await _change(conn, _RECORD_UNLOCK, order_id, values)


async def fulfil(conn: AsyncConnection, order_id: UUID, invoice_id: UUID, at: datetime) -> OrderRow | None:
    """Complete a paid and unlocked order. None where it is not paid or was completed before."""
    values = {"state": str(OrderState.FULFILLED), "invoice_id": invoice_id, "fulfilled_at": at, "next_at": None}
    return await _change(conn, _FULFIL, order_id, values)


async def note_termination(conn: AsyncConnection, order_id: UUID, at: datetime) -> None:
    """Note that what a locked order added to its contract has ended alone."""
    await conn.execute(update(orders).where(orders.c.id == order_id).values(terminated_at=at))


async def set_next(conn: AsyncConnection, order_id: UUID, next_at: datetime | None) -> None:
    """Note when an order should have moved on; None once nothing more is to be done."""
    await conn.execute(update(orders).where(orders.c.id == order_id).values(next_at=next_at))


async def unfinished_orders(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """Orders for which something is still to be done, for the reconciler."""
    query = select(orders.c.id).where(unfinished(orders.c.next_at, due_before))
    return [order_wake(order_id) for order_id in await conn.scalars(query)]


async def _change(conn: AsyncConnection, change: Update, order_id: UUID, values: dict[str, Any]) -> OrderRow | None:
    row = (await conn.execute(change, {"order": order_id, **values})).first()
    return order_from(row) if row else None


_FIND = select(*COLUMNS).where(orders.c.id == bindparam("order"))
_FIND_OWN = _FIND.where(orders.c.account_id == bindparam("owner"))
_LOCK = _FIND.with_for_update()
_INSERT = insert(orders).returning(*COLUMNS)
_CHANGE = update(orders).where(orders.c.id == bindparam("order")).returning(*COLUMNS)
_OF_OPEN = _CHANGE.where(orders.c.state == OrderState.OPEN)


def _setting(change: Update, *columns: str) -> Update:
    """A change of these columns to parameters of their names: made once, as what is made costs as what is run."""
    return change.values({name: bindparam(name, type_=orders.c[name].type) for name in columns})


_NOTE_CANCEL_REQUEST = _OF_OPEN.where(orders.c.cancel_requested_at.is_(None)).values(
    cancel_requested_at=bindparam("at"), next_at=bindparam("at")
)
_RECORD_PROFORMA = _setting(
    _OF_OPEN.where(orders.c.proforma_id.is_(None), orders.c.tax_settled_at.is_not(None)),
    "payment_request_id", "proforma_id", "proforma_number", "proforma_at", "expires_at", "next_at",
)  # fmt: skip
_END = _setting(_OF_OPEN, "state", "ended_at", "available_on", "next_at")
_RECORD_UNLOCK = _setting(
    _CHANGE.where(orders.c.state.in_((OrderState.PAID, OrderState.FULFILLED)), orders.c.unlocked_at.is_(None)),
    "unlocked_at", "period_start", "period_end",
)  # fmt: skip
_FULFIL = _setting(
    _CHANGE.where(orders.c.state == OrderState.PAID), "state", "invoice_id", "fulfilled_at", "next_at"
)  # fmt: skip
