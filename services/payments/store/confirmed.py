"""The SQL of transfers that an operator recorded by hand and that a statement has confirmed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import String, cast, exists, select
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
_HAS_PAID = exists().where(
    _BOOKED.kind == "receipt",
    _BOOKED.source == Source.ANNOUNCED,
    _BOOKED.source_ref == cast(_TRANSFER.id, String),
    ledger_lines.c.transaction_id == _BOOKED.id,
    ledger_lines.c.ledger_account == "receivable",
)
_ON_ANOTHER_DAY = (
    select(
        announced_transfers,
        payment_requests.c.order_id,
        payment_requests.c.subscription_id,
        payment_requests.c.period_number,
        payment_requests.c.proforma_number,
        bank_entries.c.booked_on.label("bank_booked_on"),
    )
    .join(bank_entries, bank_entries.c.identity == _TRANSFER.confirmed_by)
    .join(payment_requests, payment_requests.c.id == _TRANSFER.request_id)
    .where(bank_entries.c.booked_on != _TRANSFER.booked_on, _HAS_PAID)
    .order_by(_TRANSFER.id)
)


@dataclass(frozen=True, slots=True)
class ConfirmedTransfer:
    """A transfer that paid when an operator recorded it, with the days of both who tell of it."""

    transfer_id: UUID
    request_id: UUID
    cause: Cause
    proforma_number: str
    bank_reference: str
    amount: Money
    booked_on: date
    bank_booked_on: date


async def on_another_day(conn: AsyncConnection, most: int) -> list[ConfirmedTransfer]:
    """Those that the bank booked on another day than the operator wrote; that day is the date of the invoice."""
    return [
        ConfirmedTransfer(
            transfer_id=row.id,
            request_id=row.request_id,
            cause=cause_of(row),
            proforma_number=row.proforma_number or "",
            bank_reference=row.bank_reference,
            amount=Money(row.minor, row.currency),
            booked_on=row.booked_on,
            bank_booked_on=row.bank_booked_on,
        )
        for row in await conn.execute(_ON_ANOTHER_DAY.limit(most))
    ]
