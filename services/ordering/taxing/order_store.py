"""How an order's tax is written: each change says from which state it starts, so that exactly one settles it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.states import OrderState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import TaxDecision, Waiting
from services.ordering.orders.rows import COLUMNS, OrderRow, order_from
from services.ordering.tables import orders


async def settle(
    conn: AsyncConnection,
    order_id: UUID,
    treatment: TaxTreatment,
    at: datetime,
    decision: TaxDecision | None = None,
    business_proof_id: UUID | None = None,
    vat_check_id: UUID | None = None,
) -> OrderRow | None:
    """Settle an open order's tax, once, with what it rests on for good. None where it is settled or not open."""
    values: dict[str, Any] = {
        "tax_treatment": str(treatment),
        "tax_settled_at": at,
        "tax_ask_at": None,
        "tax_decision": None if decision is None else str(decision),
        "business_proof_id": business_proof_id,
        "vat_check_id": vat_check_id,
        "next_at": at,
    }
    return await _change(conn, order_id, orders.c.state == OrderState.OPEN, orders.c.tax_settled_at.is_(None), values)


async def wait(conn: AsyncConnection, order_id: UUID, waiting: Waiting) -> OrderRow | None:
    """Note how an order waits for its tax. None where it is settled or the order is not open."""
    values = {
        "tax_attempts": waiting.attempts,
        "tax_ask_at": waiting.ask_at,
        "tax_decide_at": waiting.decide_at,
        "next_at": waiting.ask_at,
    }
    return await _change(conn, order_id, orders.c.state == OrderState.OPEN, orders.c.tax_settled_at.is_(None), values)


async def refuse(conn: AsyncConnection, order_id: UUID, at: datetime) -> OrderRow | None:
    """End an open order whose tax is not settled: nothing was asked for yet. None where it is settled or not open."""
    values = {
        "state": str(OrderState.CANCELLED),
        "ended_at": at,
        "tax_decision": str(TaxDecision.REFUSE),
        "tax_ask_at": None,
        "next_at": at,
    }
    return await _change(conn, order_id, orders.c.state == OrderState.OPEN, orders.c.tax_settled_at.is_(None), values)


async def confirm(
    conn: AsyncConnection,
    order_id: UUID,
    at: datetime,
    vat_check_id: UUID | None,
    decision: TaxDecision | None = None,
) -> OrderRow | None:
    """Note that a paid order's tax holds for its invoice, once, and the answer of VIES on which it rests.

    None where it is noted or the order is not paid.
    """
    values: dict[str, Any] = {"tax_confirmed_at": at, "tax_ask_at": None, "vat_check_id": vat_check_id, "next_at": at}
    if decision is not None:
        values["tax_decision"] = str(decision)
    return await _change(conn, order_id, orders.c.state == OrderState.PAID, orders.c.tax_confirmed_at.is_(None), values)


async def wait_with_invoice(conn: AsyncConnection, order_id: UUID, ask_at: datetime) -> OrderRow | None:
    """Note when VIES is asked again about a paid order. None where its tax is confirmed or the order is not paid."""
    values = {"tax_ask_at": ask_at, "next_at": ask_at}
    return await _change(conn, order_id, orders.c.state == OrderState.PAID, orders.c.tax_confirmed_at.is_(None), values)


async def _change(
    conn: AsyncConnection, order_id: UUID, state: Any, still: Any, values: dict[str, Any]
) -> OrderRow | None:
    change = update(orders).where(orders.c.id == order_id, state, still).values(**values).returning(*COLUMNS)
    row = (await conn.execute(change)).first()
    return order_from(row) if row else None
