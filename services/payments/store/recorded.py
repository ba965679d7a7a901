"""The SQL of transfers that an operator recorded by hand: those without a statement, those of another day in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, cast, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.causes import Cause, cause_of
from services.kit.money import Money
from services.payments.domain.receipts import Source
from services.payments.tables import (
    announced_transfers,
    bank_entries,
    ledger_lines,
    ledger_transactions,
    payment_requests,
)

_TRANSFER = announced_transfers.c
_BOOKED = ledger_transactions.c
_RECORDED = (
    select(
        announced_transfers,
        payment_requests.c.order_id,
        payment_requests.c.subscription_id,
        payment_requests.c.period_number,
        payment_requests.c.proforma_number,
        bank_entries.c.booked_on.label("bank_booked_on"),
    )
    .join(payment_requests, payment_requests.c.id == _TRANSFER.request_id)
    .outerjoin(bank_entries, bank_entries.c.identity == _TRANSFER.confirmed_by)
    .order_by(_TRANSFER.recorded_at, _TRANSFER.id)
)
_UNCONFIRMED = _RECORDED.where(_TRANSFER.confirmed_by.is_(None), _TRANSFER.withdrawn_at.is_(None))
_HAS_PAID = exists().where(
    _BOOKED.kind == "receipt",
    _BOOKED.source == Source.ANNOUNCED,
    _BOOKED.source_ref == cast(_TRANSFER.id, String),
    ledger_lines.c.transaction_id == _BOOKED.id,
    ledger_lines.c.ledger_account == "receivable",
)


@dataclass(frozen=True, slots=True)
class RecordedTransfer:
    """A transfer as an operator recorded it, with what it was recorded for.

    Attributes:
        booked_on: the day that the operator wrote; of a transfer that paid the date of the invoice.
        bank_booked_on: the day that a statement tells; None while none has told of it.
    """

    transfer_id: UUID
    request_id: UUID
    cause: Cause
    proforma_number: str
    bank_reference: str
    amount: Money
    booked_on: date
    bank_booked_on: date | None
    recorded_at: datetime


async def unconfirmed_before(conn: AsyncConnection, moment: datetime, most: int) -> list[RecordedTransfer]:
    """Those that have waited for their statement since before a moment, oldest first."""
    return await _read(conn, _UNCONFIRMED.where(_TRANSFER.recorded_at < moment), most)


async def unconfirmed_of(conn: AsyncConnection, amounts: Collection[Money], most: int) -> list[RecordedTransfer]:
    """Those of some amounts that wait for their statement, oldest first: one may tell them under another reference."""
    if not amounts:
        return []
    wanted: ColumnElement[bool] = tuple_(_TRANSFER.minor, _TRANSFER.currency).in_(
        [(amount.minor, amount.currency) for amount in amounts]
    )
    return await _read(conn, _UNCONFIRMED.where(wanted), most)


async def on_another_day(conn: AsyncConnection, most: int) -> list[RecordedTransfer]:
    """Those that paid when they were recorded and that the bank booked on another day than the operator wrote."""
    return await _read(conn, _RECORDED.where(bank_entries.c.booked_on != _TRANSFER.booked_on, _HAS_PAID), most)


async def _read(conn: AsyncConnection, query: Select[Any], most: int) -> list[RecordedTransfer]:
    return [_transfer(row) for row in await conn.execute(query.limit(most))]


def _transfer(row: Row[Any]) -> RecordedTransfer:
    return RecordedTransfer(
        transfer_id=row.id,
        request_id=row.request_id,
        cause=cause_of(row),
        proforma_number=row.proforma_number or "",
        bank_reference=row.bank_reference,
        amount=Money(row.minor, row.currency),
        booked_on=row.booked_on,
        bank_booked_on=row.bank_booked_on,
        recorded_at=row.recorded_at,
    )
