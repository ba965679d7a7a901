"""The SQL that lists what was given up: each with its entry in the audit trail, which is written with it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.documents import DocumentKind
from services.invoicing.domain.transmissions import State
from services.invoicing.tables import documents, transmissions
from services.kit import audit
from services.kit.audit import KeptEntry

GIVE_UP = "give_up_transmission"
"""The deed's name in the audit trail."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An invoice or credit note whose transmission was given up, with who did it, when and why."""

    invoice_id: UUID
    kind: DocumentKind
    number: str
    date: date
    error_codes: tuple[str, ...]
    deed: KeptEntry


async def page(conn: AsyncConnection, after: UUID | None, limit: int) -> list[GivenUp]:
    """Reads the invoices and credit notes whose transmission was given up after one, by id."""
    query = (
        select(
            transmissions.c.invoice_id,
            transmissions.c.error_codes,
            documents.c.kind,
            documents.c.number,
            documents.c.date,
        )
        .join(documents, documents.c.id == transmissions.c.invoice_id)
        .where(transmissions.c.state == State.GIVEN_UP)
        .order_by(transmissions.c.invoice_id)
        .limit(limit)
    )
    rows = (await conn.execute(query if after is None else query.where(transmissions.c.invoice_id > after))).all()
    found = []
    for row in rows:
        deed = await audit.newest(conn, row.invoice_id, GIVE_UP)
        if deed is None:
            raise AssertionError("a transmission is given up and its audit entry written in one transaction")
        kind, codes = DocumentKind(row.kind), tuple(row.error_codes)
        found.append(GivenUp(row.invoice_id, kind, row.number, row.date, codes, deed))
    return found
