"""The SQL of documents: their numbers, lines and customers."""

import dataclasses
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.customers import FIRST_REVISION, Address, Customer, CustomerKind
from services.invoicing.domain.documents import (
    Document,
    DocumentKind,
    Heading,
    Language,
    PaidPart,
    Payment,
    PaymentMethod,
    Span,
    Transfer,
    Wanted,
    paid_on,
)
from services.invoicing.domain.sums import Totals, totals
from services.invoicing.domain.tax import TaxTreatment
from services.invoicing.store import advances, credit_notes, lines
from services.invoicing.tables import (
    customers,
    documents,
    invoice_payments,
    proforma_terms,
    transmissions,
)
from services.kit.causes import Cause, OrderCause, cause_columns, cause_of
from services.kit.money import Money

_DOCUMENT = advances.with_money(
    credit_notes.with_credit(
        select(documents, proforma_terms.c.payable_until, invoice_payments.c.paid_on)
        .outerjoin(proforma_terms, proforma_terms.c.document_id == documents.c.id)
        .outerjoin(invoice_payments, invoice_payments.c.document_id == documents.c.id)
    )
)
_CUSTOMER = select(customers.c.customer).where(customers.c.document_id == documents.c.id)
_LAST = select(func.max(customers.c.revision)).where(customers.c.document_id == documents.c.id).scalar_subquery()
_NEWEST = (
    _CUSTOMER.order_by(customers.c.revision.desc()).limit(1).scalar_subquery().label("customer"),
    _LAST.label("customer_revision"),
)
_REVISION = (
    _CUSTOMER.where(customers.c.revision == bindparam("revision")).scalar_subquery().label("customer"),
    bindparam("revision", type_=customers.c.revision.type).label("customer_revision"),
)
_OF_KIND = _DOCUMENT.add_columns(*_NEWEST).where(documents.c.kind == bindparam("kind"))
_BY_ORDER = _OF_KIND.where(documents.c.order_id == bindparam("cause"))
_BY_PERIOD = _OF_KIND.where(documents.c.period_id == bindparam("cause"))
_BY_ID = _DOCUMENT.add_columns(*_NEWEST).where(documents.c.id == bindparam("id"))
_BEARING = _DOCUMENT.add_columns(*_REVISION).where(documents.c.id == bindparam("id"))
_FISCAL = documents.c.kind != DocumentKind.PROFORMA
_BY_NUMBER = select(documents.c.id).where(
    _FISCAL,
    documents.c.issuer == bindparam("issuer"),
    documents.c.number == bindparam("number"),
)
_INSERT = insert(documents).on_conflict_do_nothing().returning(documents.c.id)
_INSERT_CUSTOMER = insert(customers)
_INVOICES = documents.c.kind.in_([kind for kind in DocumentKind if kind.is_invoice])
_NUMBER = (documents.c.issuer, documents.c.year, documents.c.sequence)
_LOCK = select(documents.c.id).where(documents.c.id == bindparam("id"), _INVOICES).with_for_update(key_share=True)


async def insert_document(conn: AsyncConnection, document: Document, issuer: str, sequence: int) -> bool:
    """Stores a document with its lines and its customer as revision 1.

    Returns:
        False if there is this document, or one of its kind for its cause, already: roll back, so that the number is
        given back.
    """
    sums = totals(document.lines)
    row = {
        "id": document.document_id,
        "kind": document.kind,
        **cause_columns(document.cause),
        "account_id": document.account_id,
        "issuer": issuer,
        "year": document.date.year,
        "sequence": sequence,
        "number": document.number,
        "date": document.date,
        "language": document.language,
        "tax_treatment": document.treatment,
        "currency": sums.gross.currency,
        "net": sums.net.minor,
        "vat": sums.vat.minor,
        "gross": sums.gross.minor,
        "payment": _payment_row(document.payment),
        "issued_at": document.issued_at,
    }
    if (await conn.execute(_INSERT, row)).first() is None:
        return False
    await lines.insert_lines(conn, document.document_id, document.lines)
    await insert_customer(conn, document.document_id, FIRST_REVISION, document.customer, document.issued_at)
    if document.credit is not None:
        await credit_notes.insert_credit(conn, document.document_id, document.credit)
    if document.money_entry_id is not None:
        return await advances.insert_advance(conn, document.document_id, document.money_entry_id)
    return True


async def insert_customer(
    conn: AsyncConnection, document_id: UUID, revision: int, customer: Customer, now: datetime
) -> None:
    """Appends a revision of a document's customer."""
    stored = {"customer": dataclasses.asdict(customer), "added_at": now}
    await conn.execute(_INSERT_CUSTOMER, {"document_id": document_id, "revision": revision, **stored})


async def lock_invoice(conn: AsyncConnection, invoice_id: UUID) -> bool:
    """Lets one at a time decide what of an invoice is credited or deducted, until its transaction ends.

    Always taken before the number's lock and that of a transmission: whoever took them the other way round would wait
    for us while we wait for them.

    Returns:
        Whether there is such an invoice.
    """
    return (await conn.execute(_LOCK, {"id": invoice_id})).first() is not None


async def lock_proforma(conn: AsyncConnection, cause: Cause) -> None:
    """Lets one at a time invoice a part payment of a sale, or all of it unpaid; taken before the other locks."""
    column = documents.c.order_id if isinstance(cause, OrderCause) else documents.c.period_id
    query = select(documents.c.id).where(documents.c.kind == DocumentKind.PROFORMA, column == cause.key)
    await conn.execute(query.with_for_update(key_share=True))


async def insert_term(conn: AsyncConnection, document_id: UUID, payable_until: datetime) -> None:
    """Notes until when a proforma can be paid, once: the first moment stays."""
    noted = insert(proforma_terms).values(document_id=document_id, payable_until=payable_until)
    await conn.execute(noted.on_conflict_do_nothing())


async def insert_payment(conn: AsyncConnection, document_id: UUID, paid_on: date, now: datetime) -> None:
    """Notes when an invoice that was issued unpaid was paid, once: the first day stays."""
    noted = insert(invoice_payments).values(document_id=document_id, paid_on=paid_on, recorded_at=now)
    await conn.execute(noted.on_conflict_do_nothing())


async def last_revision(conn: AsyncConnection, document_id: UUID) -> int:
    """The number of a document's newest customer revision."""
    newest = await conn.execute(select(func.max(customers.c.revision)).where(customers.c.document_id == document_id))
    return int(newest.scalar_one())


async def by_cause(conn: AsyncConnection, kind: DocumentKind, cause: Cause) -> Document | None:
    """Reads the document of a kind for an order or period, with its newest customer."""
    statement = _BY_ORDER if isinstance(cause, OrderCause) else _BY_PERIOD
    row = (await conn.execute(statement, {"kind": kind, "cause": cause.key})).one_or_none()
    return None if row is None else await _whole(conn, row)


async def by_id(
    conn: AsyncConnection, document_id: UUID, account_id: UUID | None = None, revision: int | None = None
) -> Document | None:
    """Reads a document.

    Args:
        conn: A connection.
        document_id: Which.
        account_id: To whom it must belong; None for any.
        revision: The customer's revision that it shall bear; None for the newest.
    """
    statement, of = (_BY_ID, {}) if revision is None else (_BEARING, {"revision": revision})
    row = (await conn.execute(statement, {"id": document_id, **of})).one_or_none()
    if row is None or account_id not in {None, row.account_id}:
        return None
    return await _whole(conn, row)


async def id_of_number(conn: AsyncConnection, issuer: str, number: str) -> UUID | None:
    """Finds the invoice or credit note with a number."""
    found: UUID | None = (await conn.execute(_BY_NUMBER, {"issuer": issuer, "number": number})).scalar_one_or_none()
    return found


async def page(
    conn: AsyncConnection, wanted: Wanted, before: tuple[datetime, UUID] | None, limit: int
) -> list[Heading]:
    """Reads an account's documents as a list, newest first.

    Args:
        conn: A connection.
        wanted: Whose, and which of them.
        before: Moment of issue and id of the last document seen; None at the beginning.
        limit: How many at the most.
    """
    conditions = [documents.c.account_id == wanted.account_id]
    if wanted.kind is not None:
        conditions.append(documents.c.kind == wanted.kind)
    if wanted.state is not None:
        in_state = transmissions.c.state == wanted.state
        conditions.append(exists().where(transmissions.c.invoice_id == documents.c.id, in_state))
    if wanted.from_date is not None:
        conditions.append(documents.c.date >= wanted.from_date)
    if wanted.to_date is not None:
        conditions.append(documents.c.date <= wanted.to_date)
    if before is not None:
        conditions.append(tuple_(documents.c.issued_at, documents.c.id) < before)
    newest_first = _DOCUMENT.order_by(documents.c.issued_at.desc(), documents.c.id.desc()).limit(limit)
    return [_heading(row) for row in await conn.execute(newest_first.where(and_(*conditions)))]


async def invoices(conn: AsyncConnection, after: UUID | None, limit: int) -> list[Heading]:
    """Reads the invoices of all accounts after one, those of part payments too, by id."""
    query = _DOCUMENT.where(_INVOICES).order_by(documents.c.id).limit(limit)
    return [
        _heading(row) for row in await conn.execute(query if after is None else query.where(documents.c.id > after))
    ]


async def fiscal(conn: AsyncConnection, span: Span, after: UUID | None, limit: int) -> list[Heading]:
    """Reads the invoices and credit notes of all accounts that are dated within days, by number, those after one."""
    in_span = documents.c.date.between(span.first, span.last)
    in_years = documents.c.year.between(span.first.year, span.last.year)  # as dated, and what the index begins with
    query = _DOCUMENT.where(_FISCAL, in_years, in_span).order_by(*_NUMBER).limit(limit)
    if after is not None:
        place = select(*_NUMBER).where(documents.c.id == after)
        found = (await conn.execute(place)).one_or_none()
        if found is None:
            return []
        query = query.where(tuple_(*_NUMBER) > tuple_(*found))
    return [_heading(row) for row in await conn.execute(query)]


async def _whole(conn: AsyncConnection, row: Row[Any]) -> Document:
    its_lines = await lines.lines_of(conn, row.id, row.currency)
    deducts = row.credited_id is not None or any(line.advance_id is not None for line in its_lines)
    return Document(
        document_id=row.id,
        kind=DocumentKind(row.kind),
        cause=cause_of(row),
        account_id=row.account_id,
        number=row.number,
        date=row.date,
        language=Language(row.language),
        treatment=TaxTreatment(row.tax_treatment),
        customer=_customer(row.customer),
        lines=its_lines,
        payment=_payment(row.payment, row.payable_until),
        issued_at=row.issued_at,
        credit=credit_notes.credit_of(row),
        money_entry_id=row.money_entry_id,
        advances=tuple(await advances.deducted_in(conn, [row.credited_id or row.id])) if deducts else (),
        settled_on=row.paid_on,
        customer_revision=row.customer_revision,
    )


def _heading(row: Row[Any]) -> Heading:
    kind, due_on = DocumentKind(row.kind), _day(row.payment.get("due_on"))
    return Heading(
        document_id=row.id,
        kind=kind,
        cause=cause_of(row),
        account_id=row.account_id,
        number=row.number,
        date=row.date,
        language=Language(row.language),
        treatment=TaxTreatment(row.tax_treatment),
        totals=Totals(Money(row.net, row.currency), Money(row.vat, row.currency), Money(row.gross, row.currency)),
        issued_at=row.issued_at,
        credit=credit_notes.credit_of(row),
        money_entry_id=row.money_entry_id,
        due_on=due_on,
        paid_on=paid_on(kind, row.date, due_on, row.paid_on),
    )


def _customer(stored: dict[str, Any]) -> Customer:
    kind, address = CustomerKind(stored["kind"]), Address(**stored["address"])
    return Customer(**{**stored, "kind": kind, "address": address})


def _payment_row(payment: Payment) -> dict[str, Any]:
    """What is known at the issue; the term follows in a row of its own."""
    stored = dataclasses.asdict(payment)
    del stored["payable_until"]
    stored["due_on"] = payment.due_on.isoformat() if payment.due_on else None
    return stored


def _payment(stored: dict[str, Any], payable_until: datetime | None) -> Payment:
    transfer = Transfer(**stored["transfer"]) if stored["transfer"] else None
    method = PaymentMethod(stored["method"])
    known = {"method": method, "transfer": transfer, "payable_until": payable_until}
    parts = [PaidPart(**{**part, "method": PaymentMethod(part["method"])}) for part in stored.get("parts", ())]
    return Payment(**{**stored, **known, "due_on": _day(stored.get("due_on")), "parts": tuple(parts)})


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
