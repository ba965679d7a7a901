"""The SQL of credits: what each credit note credits and why, and what was credited of an invoice so far.

A credit note that was given up counts as never issued, so it is left out of what was credited.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.credits import Credit, CreditNoteInfo, CreditReason, RefundMethod, RefundPart, ServedDays
from services.invoicing.domain.transmissions import State
from services.invoicing.tables import credit_notes, documents, transmissions
from services.kit.money import Money

_INVOICE = documents.alias("invoice")
COUNTED = and_(credit_notes.c.document_id == transmissions.c.invoice_id, transmissions.c.state != State.GIVEN_UP)
"""How a query of credits joins the transmissions of those that count."""
_NOTES = (
    select(
        credit_notes.c.invoice_id,
        credit_notes.c.reason,
        credit_notes.c.refund_method,
        credit_notes.c.remitted_minor,
        documents,
    )
    .join(documents, documents.c.id == credit_notes.c.document_id)
    .join(transmissions, COUNTED)
    .where(credit_notes.c.invoice_id.in_(bindparam("invoices", expanding=True)))
    .order_by(documents.c.issued_at, documents.c.id)
)


def with_credit(query: Select[Any]) -> Select[Any]:
    """Adds to a query of documents what `credit_of` reads."""
    return (
        query.add_columns(
            credit_notes.c.invoice_id.label("credited_id"),
            _INVOICE.c.number.label("credited_number"),
            _INVOICE.c.date.label("credited_date"),
            *(column for column in credit_notes.c if column.name not in {"document_id", "invoice_id"}),
        )
        .outerjoin(credit_notes, credit_notes.c.document_id == documents.c.id)
        .outerjoin(_INVOICE, _INVOICE.c.id == credit_notes.c.invoice_id)
    )


def credit_of(row: Row[Any]) -> Credit | None:
    """What a credit note credits, from its row; None for any other document."""
    if row.credited_id is None:
        return None
    served = None if row.served_from is None else ServedDays(row.served_from, row.served_until, row.days_of_term)
    return Credit(
        invoice_id=row.credited_id,
        invoice_number=row.credited_number,
        invoice_date=row.credited_date,
        reason=CreditReason(row.reason),
        cause_date=row.cause_date,
        refund_method=None if row.refund_method is None else RefundMethod(row.refund_method),
        served=served,
        refund_follows=row.refund_follows,
        other_refund=None
        if row.other_method is None
        else RefundPart(RefundMethod(row.other_method), Money(row.other_minor, row.currency)),
        remitted=None if row.remitted_minor is None else Money(row.remitted_minor, row.currency),
    )


async def insert_credit(conn: AsyncConnection, document_id: UUID, credit: Credit) -> None:
    """Stores what a credit note credits."""
    served, other = credit.served, credit.other_refund
    await conn.execute(
        insert(credit_notes).values(
            document_id=document_id,
            invoice_id=credit.invoice_id,
            reason=credit.reason,
            cause_date=credit.cause_date,
            refund_method=credit.refund_method,
            served_from=None if served is None else served.first_day,
            served_until=None if served is None else served.last_day,
            days_of_term=None if served is None else served.days_of_term,
            refund_follows=credit.refund_follows,
            other_method=None if other is None else other.method,
            other_minor=None if other is None else other.amount.minor,
            remitted_minor=None if credit.remitted is None else credit.remitted.minor,
        )
    )


async def notes_on(conn: AsyncConnection, invoice_ids: Sequence[UUID]) -> list[CreditNoteInfo]:
    """Reads the credit notes on invoices, oldest first."""
    return [
        CreditNoteInfo(
            row.id,
            row.invoice_id,
            row.number,
            row.date,
            Money(row.gross, row.currency),
            CreditReason(row.reason),
            None if row.refund_method is None else RefundMethod(row.refund_method),
            None if row.remitted_minor is None else Money(row.remitted_minor, row.currency),
        )
        for row in await conn.execute(_NOTES, {"invoices": list(invoice_ids)})
    ]
