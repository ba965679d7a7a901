"""The SQL of part payments' invoices: whose money each invoices, of which sale, and which invoice deducts it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.documents import DocumentKind
from services.invoicing.domain.transmissions import State
from services.invoicing.tables import advance_invoices, documents, lines, transmissions
from services.kit.causes import Cause, OrderCause
from services.kit.money import Money

_DEDUCTED = (
    select(
        lines.c.document_id.label("invoice_id"),
        documents.c.id,
        documents.c.number,
        documents.c.date,
        documents.c.currency,
        (-func.sum(lines.c.net + lines.c.tax)).label("gross"),
    )
    .join(documents, documents.c.id == lines.c.advance_id)
    .group_by(lines.c.document_id, documents.c.id)
    .order_by(documents.c.year, documents.c.sequence)
)

_DEDUCTED_IN = _DEDUCTED.where(lines.c.document_id.in_(bindparam("ids", expanding=True)))
_DEDUCTING = (
    _DEDUCTED.join(transmissions, transmissions.c.invoice_id == lines.c.document_id)
    .where(lines.c.advance_id.in_(bindparam("ids", expanding=True)))
    .where(transmissions.c.state != State.GIVEN_UP)
)


def with_money(query: Select[Any]) -> Select[Any]:
    """Adds to a query of documents the money whose part payment each invoices."""
    return query.add_columns(advance_invoices.c.money_entry_id).outerjoin(
        advance_invoices, advance_invoices.c.document_id == documents.c.id
    )


async def insert_advance(conn: AsyncConnection, document_id: UUID, money_entry_id: UUID) -> bool:
    """Stores whose money a document invoices.

    Returns:
        False if this money is invoiced already.
    """
    inserted = await conn.execute(
        insert(advance_invoices)
        .values(document_id=document_id, money_entry_id=money_entry_id)
        .on_conflict_do_nothing()
        .returning(advance_invoices.c.document_id)
    )
    return inserted.first() is not None


async def of_cause(conn: AsyncConnection, cause: Cause) -> list[UUID]:
    """The invoices of part payments of a sale, oldest first, but for those given up: they count as never issued."""
    column = documents.c.order_id if isinstance(cause, OrderCause) else documents.c.period_id
    query = (
        select(documents.c.id)
        .join(transmissions, transmissions.c.invoice_id == documents.c.id)
        .where(documents.c.kind == DocumentKind.ADVANCE_INVOICE, column == cause.key)
        .where(transmissions.c.state != State.GIVEN_UP)
        .order_by(documents.c.year, documents.c.sequence)
    )
    return [row.id for row in await conn.execute(query)]


async def deducted_in(conn: AsyncConnection, invoice_ids: Sequence[UUID]) -> list[DeductedAdvance]:
    """What invoices deduct, oldest first."""
    return await _read(conn, _DEDUCTED_IN, invoice_ids)


async def deducting(conn: AsyncConnection, advance_ids: Sequence[UUID]) -> list[DeductedAdvance]:
    """The invoices of part payments among these that an invoice deducts; one that was given up deducts nothing."""
    return await _read(conn, _DEDUCTING, advance_ids)


async def _read(conn: AsyncConnection, query: Select[Any], ids: Sequence[UUID]) -> list[DeductedAdvance]:
    return [
        DeductedAdvance(row.id, row.invoice_id, row.number, row.date, Money(int(row.gross), row.currency))
        for row in await conn.execute(query, {"ids": list(ids)})
    ]
