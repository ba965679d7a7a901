"""The SQL of the numbers of invoices and proformas: a row a series, locked until its document is there."""

from sqlalchemy import bindparam, exists, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.documents import DocumentKind
from services.invoicing.domain.numbering import series_of
from services.invoicing.tables import numbering, outside_documents

_NEXT = insert(numbering).values(series=bindparam("series"), issuer=bindparam("issuer"), year=bindparam("year"), last=1)
_NEXT_NUMBER = _NEXT.on_conflict_do_update(
    index_elements=[numbering.c.series, numbering.c.issuer, numbering.c.year], set_={"last": numbering.c.last + 1}
).returning(
    numbering.c.last, exists().where(outside_documents.c.document_id.is_(None), outside_documents.c.kind.is_not(None))
)
_GIVE_BACK = (
    update(numbering)
    .where(numbering.c.series == bindparam("wanted_series"), numbering.c.issuer == bindparam("of_issuer"))
    .where(numbering.c.year == bindparam("of_year"))
    .values(last=numbering.c.last - 1)
)


async def next_number(conn: AsyncConnection, kind: DocumentKind, issuer: str, year: int) -> tuple[int, bool]:
    """Takes the next number of a series; its row stays locked until the end of the transaction.

    Whoever asks next waits for that, so that a rollback gives the number back and no gap arises.

    Args:
        conn: The transaction that stores the document.
        kind: Of the document; a credit note is numbered among the invoices.
        issuer: The issuer's VAT number.
        year: Year of the document's date.

    Returns:
        The number, and whether documents that left before a restore wait for who takes them over (`store.outside`).
    """
    taken = await conn.execute(_NEXT_NUMBER, {"series": series_of(kind), "issuer": issuer, "year": year})
    number, others_wait = taken.one()
    return int(number), bool(others_wait)


async def give_number_back(conn: AsyncConnection, kind: DocumentKind, issuer: str, year: int) -> None:
    """Gives back the number that this transaction took: its document bears one that was used outside."""
    wanted = {"wanted_series": series_of(kind), "of_issuer": issuer, "of_year": year}
    await conn.execute(_GIVE_BACK, wanted)
