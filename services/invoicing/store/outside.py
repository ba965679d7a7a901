"""The SQL of documents that left the house after the instant of restored rows, and of the numbers that they used."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.documents import Document, DocumentKind
from services.invoicing.domain.numbering import number_of
from services.invoicing.fatturapa.own_files import OwnFile, read_own_file
from services.invoicing.tables import documents, messages, outside_documents, transmissions
from services.kit.money import Money

_OUTSIDE = outside_documents.c
_SAME_SALE = timedelta(days=25)
"""So far apart the dates of what left and of what asks again may be: a month later the next period has this essence."""
_WAITING = select(outside_documents).where(
    _OUTSIDE.document_id.is_(None),
    _OUTSIDE.essence == bindparam("essence"),
    _OUTSIDE.date.between(bindparam("earliest"), bindparam("latest")),
)

# A number up to the highest that was seen outside, which no row here bears, was used too.
_FILL = text("""
    INSERT INTO outside_documents (issuer, year, sequence, read_at)
    SELECT :issuer, :year, missing, :now FROM generate_series(1 + coalesce((
        SELECT last FROM numbering WHERE series = 'invoice' AND issuer = :issuer AND year = :year
    ), 0), :highest) missing
    ON CONFLICT DO NOTHING
""")
_RAISE = text("""
    INSERT INTO numbering (series, issuer, year, last) VALUES ('invoice', :issuer, :year, :highest)
    ON CONFLICT (series, issuer, year) DO UPDATE SET last = greatest(numbering.last, excluded.last)
""")
_SKIP_PROFORMAS = text("UPDATE numbering SET last = last + :skipped WHERE series = 'proforma'")
_RAISE_FILES = text("""
    SELECT setval('file_numbers', greatest(:highest, (SELECT last_value FROM file_numbers)))
""")


@dataclass(frozen=True, slots=True)
class OutsideDocument:
    """A document that left, by its file."""

    file: OwnFile
    file_name: str
    content: bytes
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """A number that was used outside and that no document here bears; without a kind it is not known for what."""

    number: str
    year: int
    kind: DocumentKind | None
    date: date | None
    gross: Money | None
    file_name: str | None
    left: OwnFile | None


async def number_is_known(conn: AsyncConnection, issuer: str, number: str) -> bool:
    """Whether a document here bears a number."""
    ours = documents.c.kind != DocumentKind.PROFORMA, documents.c.issuer == issuer, documents.c.number == number
    return (await conn.execute(select(documents.c.id).where(*ours))).first() is not None


async def keep(conn: AsyncConnection, found: OutsideDocument, issuer: str, now: datetime) -> bool:
    """Keeps a document whose number no row here bears; what was read of that number first stays.

    Returns:
        Whether it is new.
    """
    file = found.file
    facts = {
        "kind": file.kind, "date": file.date, "gross": file.gross.minor, "currency": file.gross.currency,
        "essence": file.essence, "file_name": found.file_name, "content": found.content, "sent_at": found.sent_at,
    }  # fmt: skip
    kept = insert(outside_documents).values(issuer=issuer, year=file.year, sequence=file.sequence, read_at=now, **facts)
    unknown = _OUTSIDE.kind.is_(None)
    new = kept.on_conflict_do_update(index_elements=["issuer", "year", "sequence"], set_=facts, where=unknown)
    return (await conn.execute(new.returning(_OUTSIDE.sequence))).first() is not None


async def raise_numbers(conn: AsyncConnection, issuer: str, highest: dict[int, int], now: datetime) -> None:
    """Lets the series of each year go on after the highest number seen outside; what lies between is used."""
    for year, sequence in highest.items():
        wanted = {"issuer": issuer, "year": year, "highest": sequence}
        await conn.execute(_FILL, {**wanted, "now": now})
        await conn.execute(_RAISE, wanted)


async def raise_file_numbers(conn: AsyncConnection, highest: int) -> None:
    """Lets file names go on after the highest one seen outside."""
    await conn.execute(_RAISE_FILES, {"highest": highest})


async def skip_proformas(conn: AsyncConnection, skipped: int) -> None:
    """Lets the proformas' series go on further up: theirs may have gaps, and who left with which is not known."""
    await conn.execute(_SKIP_PROFORMAS, {"skipped": skipped})


async def waiting(conn: AsyncConnection) -> list[Used]:
    """The numbers that were used outside and that no document here bears."""
    left = select(outside_documents).where(_OUTSIDE.document_id.is_(None))
    return [_used(row) for row in await conn.execute(left.order_by(_OUTSIDE.year, _OUTSIDE.sequence))]


async def of_sale(conn: AsyncConnection, asked: OwnFile, day: date) -> OutsideDocument | None:
    """The oldest waiting document, locked, that can be the one asked for: of its essence, and dated about a day.

    A buyer's sales of one essence are told apart by their payments; where these tell nothing, by nothing.
    """
    oldest_first = _WAITING.order_by(_OUTSIDE.year, _OUTSIDE.sequence).with_for_update()
    wanted = {"essence": asked.essence, "earliest": day - _SAME_SALE, "latest": day + _SAME_SALE}
    left = [_left(row) for row in await conn.execute(oldest_first, wanted)]
    may_be = [each for each in left if each.file.may_be(asked.paid_by)]
    return min(may_be, key=lambda each: each.file.paid_by.isdisjoint(asked.paid_by), default=None)


async def notes_on(conn: AsyncConnection, invoice: Document, gross: Money) -> list[OwnFile]:
    """The waiting credit notes on an invoice over a sum, the oldest first."""
    notes = select(outside_documents).where(
        _OUTSIDE.document_id.is_(None), _OUTSIDE.kind == DocumentKind.CREDIT_NOTE,
        _OUTSIDE.gross == gross.minor, _OUTSIDE.currency == gross.currency,
    )  # fmt: skip
    left = [_left(row).file for row in await conn.execute(notes.order_by(_OUTSIDE.year, _OUTSIDE.sequence))]
    return [each for each in left if (invoice.number, invoice.date.isoformat()) in each.credited]


async def taken_over_by(conn: AsyncConnection, document_id: UUID) -> OwnFile | None:
    """What had left and is a document here; None of a document that had not left."""
    row = (await conn.execute(select(outside_documents).where(_OUTSIDE.document_id == document_id))).first()
    return None if row is None else _left(row).file


async def take_over(conn: AsyncConnection, issuer: str, year: int, sequence: int, document_id: UUID) -> None:
    """Notes which document here has taken over what had left."""
    ours = _OUTSIDE.issuer == issuer, _OUTSIDE.year == year, _OUTSIDE.sequence == sequence
    await conn.execute(update(outside_documents).where(*ours).values(document_id=document_id))


async def open_proformas(conn: AsyncConnection) -> list[UUID]:
    """The proformas whose order or period has no invoice."""
    invoiced = documents.alias()
    same = (invoiced.c.order_id == documents.c.order_id) | (invoiced.c.period_id == documents.c.period_id)
    theirs = select(invoiced).where(invoiced.c.kind == DocumentKind.INVOICE, same).exists()
    return list(await conn.scalars(select(documents.c.id).where(documents.c.kind == DocumentKind.PROFORMA, ~theirs)))


async def match(conn: AsyncConnection, message_id: UUID, invoice_id: UUID, detail: str) -> None:
    """Notes that a kept message turned out to be a receipt of a document here."""
    ours = messages.c.id == message_id
    await conn.execute(update(messages).where(ours).values(outcome="receipt", invoice_id=invoice_id, detail=detail))


async def kept_messages(conn: AsyncConnection, since: datetime) -> list[bytes]:
    """The messages of the certified mailbox that were read since an instant, as they came."""
    read = select(messages.c.raw).where(messages.c.read_at >= since).order_by(messages.c.generation, messages.c.uid)
    return [row.raw for row in await conn.execute(read)]


async def unmatched_receipts(conn: AsyncConnection) -> list[tuple[UUID, bytes]]:
    """Kept receipts for files that no attempt bore, where a taken over document waits for one."""
    waits = (
        select(outside_documents)
        .join(transmissions, transmissions.c.invoice_id == _OUTSIDE.document_id)
        .where(transmissions.c.state == "sent")
        .exists()
    )
    kept = select(messages.c.id, messages.c.raw).where(messages.c.outcome == "unknown_file", waits)
    return [(row.id, row.raw) for row in await conn.execute(kept.order_by(messages.c.uid))]


def sentence(used: Used) -> str:
    """What is known of a number that was used outside, for a person."""
    if used.kind is None or used.gross is None:
        return f"{used.number} was used before the rows were restored, it is not known for what"
    words = used.kind.replace("_", " ")
    return (
        f"{used.number}, {words} of {used.date} over {used.gross.decimal} {used.gross.currency}, left as "
        f"{used.file_name} before the rows were restored"
    )


def _used(row: Row[Any]) -> Used:
    kind = DocumentKind(row.kind) if row.kind else None
    gross = Money(row.gross, row.currency) if row.kind else None
    number = number_of(kind or DocumentKind.INVOICE, row.year, row.sequence)
    return Used(number, row.year, kind, row.date, gross, row.file_name, _left(row).file if row.kind else None)


def _left(row: Row[Any]) -> OutsideDocument:
    return OutsideDocument(read_own_file(row.content, row.issuer), row.file_name, row.content, row.sent_at)
