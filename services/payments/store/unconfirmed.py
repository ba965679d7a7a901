"""The SQL of transfers that an operator recorded by hand and of which no statement has told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.causes import Cause, cause_of
from services.kit.money import Money
from services.payments.tables import announced_transfers, payment_requests

_TRANSFER = announced_transfers.c
_UNCONFIRMED = (
    select(
        announced_transfers,
        payment_requests.c.order_id,
        payment_requests.c.subscription_id,
        payment_requests.c.period_number,
        payment_requests.c.proforma_number,
    )
    .join(payment_requests, payment_requests.c.id == _TRANSFER.request_id)
    .where(_TRANSFER.confirmed_by.is_(None), _TRANSFER.withdrawn_at.is_(None))
    .order_by(_TRANSFER.recorded_at, _TRANSFER.id)
)


@dataclass(frozen=True, slots=True)
class UnconfirmedTransfer:
    """A transfer as an operator recorded it, with what it was recorded for."""

    transfer_id: UUID
    request_id: UUID
    cause: Cause
    proforma_number: str
    bank_reference: str
    amount: Money
    booked_on: date
    recorded_at: datetime


async def recorded_before(conn: AsyncConnection, moment: datetime, most: int) -> list[UnconfirmedTransfer]:
    """Those that have waited for their statement since before a moment, oldest first."""
    return await _read(conn, _TRANSFER.recorded_at < moment, most)


async def of_amounts(conn: AsyncConnection, amounts: Collection[Money], most: int) -> list[UnconfirmedTransfer]:
    """Those of some amounts, oldest first: perhaps a statement has told of them under another reference."""
    if not amounts:
        return []
    wanted = [(amount.minor, amount.currency) for amount in amounts]
    return await _read(conn, tuple_(_TRANSFER.minor, _TRANSFER.currency).in_(wanted), most)


async def _read(conn: AsyncConnection, which: ColumnElement[bool], most: int) -> list[UnconfirmedTransfer]:
    return [
        UnconfirmedTransfer(
            transfer_id=row.id,
            request_id=row.request_id,
            cause=cause_of(row),
            proforma_number=row.proforma_number or "",
            bank_reference=row.bank_reference,
            amount=Money(row.minor, row.currency),
            booked_on=row.booked_on,
            recorded_at=row.recorded_at,
        )
        for row in await conn.execute(_UNCONFIRMED.where(which).limit(most))
    ]
