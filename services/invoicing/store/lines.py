"""The SQL of lines."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.sums import Line
from services.invoicing.domain.tax import Natura
from services.invoicing.store.credit_notes import COUNTED
from services.invoicing.tables import credit_notes, lines, transmissions
from services.kit.money import Money

_LINES = select(lines).where(lines.c.document_id == bindparam("id")).order_by(lines.c.position)
_INSERT = insert(lines)
_CREDITED = (
    select(lines)
    .join(credit_notes, credit_notes.c.document_id == lines.c.document_id)
    .join(transmissions, COUNTED)
    .where(credit_notes.c.invoice_id == bindparam("invoice"))
)


async def insert_lines(conn: AsyncConnection, document_id: UUID, made: Sequence[Line]) -> None:
    """Stores a document's lines."""
    await conn.execute(_INSERT, [_row(document_id, line) for line in made])


async def lines_of(conn: AsyncConnection, document_id: UUID, currency: str) -> tuple[Line, ...]:
    """Reads a document's lines, in their order."""
    return tuple(_line(row, currency) for row in await conn.execute(_LINES, {"id": document_id}))


async def credited_lines(conn: AsyncConnection, invoice_id: UUID, currency: str) -> list[Line]:
    """Reads the lines of all credit notes on an invoice that count."""
    return [_line(row, currency) for row in await conn.execute(_CREDITED, {"invoice": invoice_id})]


def _row(document_id: UUID, line: Line) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "position": line.position,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price.minor,
        "net": line.net.minor,
        "vat_rate": line.vat_rate,
        "natura": line.natura,
        "period_start": line.period_start,
        "period_end": line.period_end,
        "tax": None if line.tax is None else line.tax.minor,
        "advance_id": line.advance_id,
    }


def _line(row: Row[Any], currency: str) -> Line:
    return Line(
        position=row.position,
        description=row.description,
        quantity=row.quantity,
        unit_price=Money(row.unit_price, currency),
        net=Money(row.net, currency),
        vat_rate=row.vat_rate,
        natura=None if row.natura is None else Natura(row.natura),
        period_start=row.period_start,
        period_end=row.period_end,
        tax=None if row.tax is None else Money(row.tax, currency),
        advance_id=row.advance_id,
    )
