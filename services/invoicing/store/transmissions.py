"""The SQL of transmissions and their attempts.

Who changes a transmission locks its row first, then reads it, so that a sending, a receipt and an operator never
decide at once on what each other is about to change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.credits import RefundMethod
from services.invoicing.domain.customers import FIRST_REVISION, ITALY
from services.invoicing.domain.documents import DocumentKind
from services.invoicing.domain.transmissions import Attempt, Dates, Outcome, SdiError, State, accepted
from services.invoicing.tables import attempts, credit_notes, customers, documents, file_numbers, transmissions
from services.kit.causes import Cause, cause_of
from services.kit.measuring import Gauge
from services.kit.metrics import Values
from services.kit.money import Money
from services.kit.outbox import Wake
from services.kit.row_measures import Measure
from services.kit.wakes import e_invoice_wake, unfinished
from workflows import names

_WHOLE = (
    select(
        transmissions,
        documents.c.kind,
        documents.c.number,
        documents.c.date,
        documents.c.account_id,
        documents.c.order_id,
        documents.c.subscription_id,
        documents.c.period_number,
        customers.c.customer["address"]["country"].astext.label("country"),
        credit_notes.c.invoice_id.label("credited_id"),
        credit_notes.c.refund_method,
        credit_notes.c.refund_follows,
        documents.c.gross,
        documents.c.currency,
    )
    .join(documents, documents.c.id == transmissions.c.invoice_id)
    .join(customers, (customers.c.document_id == documents.c.id) & (customers.c.revision == FIRST_REVISION))
    .outerjoin(credit_notes, credit_notes.c.document_id == transmissions.c.invoice_id)
    .where(transmissions.c.invoice_id == bindparam("invoice"))
)
_LOCKED = _WHOLE.with_for_update(of=transmissions)
_ATTEMPTS = select(attempts).where(attempts.c.invoice_id == bindparam("invoice")).order_by(attempts.c.attempt)
_FIRST = _ATTEMPTS.limit(1)
_STATES = select(transmissions.c.invoice_id, transmissions.c.state).where(
    transmissions.c.invoice_id.in_(bindparam("invoices", expanding=True))
)
_FILE_NUMBER = select(file_numbers.next_value())
_OPEN = insert(transmissions)
_PREPARE = insert(attempts)


@dataclass(frozen=True, slots=True)
class SentFile:
    """An attempt with its file: what the SdI gets and said; `answered_at` is when its receipt was read."""

    attempt: Attempt
    customer_revision: int
    progressive: str
    file_name: str
    sent_at: datetime | None
    sdi_identifier: str
    errors: tuple[SdiError, ...]
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Transmission:
    """A transmission as stored, with what is shown of its invoice or credit note.

    `invoice_id` is the document's own id; `credited_id` that of the invoice which it credits, None for an invoice.
    `refund` is what its workflow refunds, and how; None where it refunds nothing.
    """

    invoice_id: UUID
    kind: DocumentKind
    credited_id: UUID | None
    number: str
    account_id: UUID
    cause: Cause
    abroad: bool
    state: State
    error_codes: tuple[str, ...]
    dates: Dates
    files: tuple[SentFile, ...]
    refund: tuple[RefundMethod, Money] | None

    @property
    def current(self) -> SentFile:
        """The file of the last attempt."""
        return self.files[-1]

    @property
    def errors(self) -> tuple[SdiError, ...]:
        """The errors of the last rejection, those that ``error_codes`` names."""
        told = (file.errors for file in reversed(self.files) if file.attempt.codes == self.error_codes)
        return next(told, ())

    @property
    def sdi_identifier(self) -> str:
        """What the SdI calls the file that is the invoice, or the last one sent; empty before its receipt."""
        return (self.accepted or self.current).sdi_identifier

    @property
    def accepted(self) -> SentFile | None:
        """The file that is the invoice at the tax agency; None where there is none or nobody can tell."""
        found = accepted([file.attempt for file in self.files])
        return None if found is None else next(file for file in self.files if file.attempt is found)


async def next_file_number(conn: AsyncConnection) -> int:
    """Takes a number for a file name: never given out again, whatever becomes of the transaction."""
    return int((await conn.execute(_FILE_NUMBER)).scalar_one())


async def insert_transmission(conn: AsyncConnection, invoice_id: UUID, dates: Dates) -> None:
    """Opens an invoice's transmission; its first attempt follows."""
    opened: dict[str, Any] = {"state": State.PENDING, "attempt": 1, "error_codes": []}
    await conn.execute(_OPEN, {"invoice_id": invoice_id, **opened, **_of(dates)})


async def insert_attempt(
    conn: AsyncConnection, invoice_id: UUID, attempt: int, revision: int, file: tuple[str, str], now: datetime
) -> None:
    """Adds an attempt with its file's progressive and name."""
    progressive, file_name = file
    row: dict[str, Any] = {
        "invoice_id": invoice_id,
        "attempt": attempt,
        "customer_revision": revision,
        "progressive": progressive,
        "file_name": file_name,
        "tries": 0,
        "prepared_at": now,
        "sdi_identifier": "",
        "error_codes": [],
        "error_texts": [],
    }
    await conn.execute(_PREPARE, row)


async def first_file(conn: AsyncConnection, invoice_id: UUID) -> SentFile:
    """Reads the file that an invoice has from its first moment."""
    return _sent_file((await conn.execute(_FIRST, {"invoice": invoice_id})).one())


async def read(conn: AsyncConnection, invoice_id: UUID, *, lock: bool = False) -> Transmission | None:
    """Reads an invoice's transmission; with `lock` nobody else changes it until the transaction ends."""
    statement = _LOCKED if lock else _WHOLE
    row = (await conn.execute(statement, {"invoice": invoice_id})).one_or_none()
    if row is None:
        return None
    found = await conn.execute(_ATTEMPTS, {"invoice": invoice_id})
    return Transmission(
        invoice_id=row.invoice_id,
        kind=DocumentKind(row.kind),
        credited_id=row.credited_id,
        number=row.number,
        account_id=row.account_id,
        cause=cause_of(row),
        abroad=row.country != ITALY,
        state=State(row.state),
        error_codes=tuple(row.error_codes),
        dates=Dates(row.deadline, row.alert_at, row.next_at),
        files=tuple(_sent_file(entry) for entry in found),
        refund=(RefundMethod(row.refund_method), Money(row.gross, row.currency)) if row.refund_follows else None,
    )


async def states(conn: AsyncConnection, invoice_ids: Sequence[UUID]) -> dict[UUID, State]:
    """Reads the states of several invoices' transmissions."""
    found = await conn.execute(_STATES, {"invoices": list(invoice_ids)})
    return {row.invoice_id: State(row.state) for row in found}


async def invoice_of_file(conn: AsyncConnection, file_name: str) -> UUID | None:
    """Finds the invoice whose file bears a name, whatever its case and ending (.xml or .xml.p7m)."""
    found = await conn.execute(
        select(attempts.c.invoice_id).where(func.lower(attempts.c.file_name) == file_name.lower().removesuffix(".p7m"))
    )
    invoice_id: UUID | None = found.scalar_one_or_none()
    return invoice_id


async def count_try(conn: AsyncConnection, invoice_id: UUID, attempt: int) -> None:
    """Notes that a file is about to leave: written before it does, because afterwards we may not live to write it."""
    await conn.execute(
        update(attempts)
        .where(attempts.c.invoice_id == invoice_id, attempts.c.attempt == attempt)
        .values(tries=attempts.c.tries + 1)
    )


async def mark_sent(conn: AsyncConnection, invoice_id: UUID, attempt: int, dates: Dates, now: datetime) -> None:
    """Notes that the channel took a file."""
    await _change(conn, invoice_id, State.SENT, dates, first_sent_at=func.coalesce(transmissions.c.first_sent_at, now))
    await conn.execute(
        update(attempts).where(attempts.c.invoice_id == invoice_id, attempts.c.attempt == attempt).values(sent_at=now)
    )


async def answer(
    conn: AsyncConnection,
    invoice_id: UUID,
    attempt: int,
    outcome: Outcome,
    sdi: tuple[str, Sequence[SdiError]],
    now: datetime,
) -> None:
    """Notes what the SdI said of a file; an answered file was sent, even if we never came to write that down.

    Args:
        conn: The transaction that holds the transmission's lock.
        invoice_id: Which invoice.
        attempt: Which file.
        outcome: What it means.
        sdi: The SdI's identifier and its errors.
        now: The present instant.
    """
    identifier, errors = sdi
    await conn.execute(
        update(attempts)
        .where(attempts.c.invoice_id == invoice_id, attempts.c.attempt == attempt)
        .values(
            outcome=outcome,
            sdi_identifier=identifier,
            error_codes=[error.code for error in errors],
            error_texts=[{"description": error.description, "advice": error.advice} for error in errors],
            answered_at=now,
            sent_at=func.coalesce(attempts.c.sent_at, now),
        )
    )
    await conn.execute(
        update(transmissions)
        .where(transmissions.c.invoice_id == invoice_id)
        .values(first_sent_at=func.coalesce(transmissions.c.first_sent_at, now))
    )


async def move(
    conn: AsyncConnection, invoice_id: UUID, state: State, dates: Dates, error_codes: Sequence[str] = ()
) -> None:
    """Moves a locked transmission to a state with its dates."""
    await _change(conn, invoice_id, state, dates, error_codes=list(error_codes))


async def prepare_next(conn: AsyncConnection, invoice_id: UUID, attempt: int, dates: Dates) -> None:
    """Makes a locked transmission pending again, with a new attempt."""
    await _change(conn, invoice_id, State.PENDING, dates, attempt=attempt)


async def unfinished_ones(conn: AsyncConnection, due_before: datetime | None) -> list[Wake]:
    """The e-invoices that have not ended, for the reconciler: each has an EInvoice workflow that moves it on."""
    query = (
        select(transmissions.c.invoice_id, documents.c.number)
        .join(documents, documents.c.id == transmissions.c.invoice_id)
        .where(unfinished(transmissions.c.next_at, due_before))
    )
    return [e_invoice_wake(row.invoice_id, row.number, names.LOOK_AGAIN) for row in await conn.execute(query)]


async def _change(conn: AsyncConnection, invoice_id: UUID, state: State, dates: Dates, **values: Any) -> None:
    await conn.execute(
        update(transmissions)
        .where(transmissions.c.invoice_id == invoice_id)
        .values(state=state, **_of(dates), **values)
    )


def _of(dates: Dates) -> dict[str, datetime | None]:
    return {"deadline": dates.deadline, "alert_at": dates.alert_at, "next_at": dates.next_at}


def _sent_file(row: Row[Any]) -> SentFile:
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return SentFile(
        attempt=Attempt(row.attempt, row.tries, outcome, tuple(row.error_codes)),
        customer_revision=row.customer_revision,
        progressive=row.progressive,
        file_name=row.file_name,
        sent_at=row.sent_at,
        sdi_identifier=row.sdi_identifier,
        errors=tuple(_errors(row)),
        answered_at=row.answered_at,
    )


def _errors(row: Row[Any]) -> Iterator[SdiError]:
    """The errors with their texts; those of a rejection older than the texts are codes alone."""
    for place, code in enumerate(row.error_codes):
        yield SdiError(code, **row.error_texts[place]) if place < len(row.error_texts) else SdiError(code)


_LATE = Gauge("casella_e_invoices_late", "E-invoices that the SdI does not have, for which a person must look by now.")


async def _measure(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:
    unsent = transmissions.c.state.in_([State.PENDING, State.REJECTED])
    open_ones = transmissions.c.next_at.is_not(None)  # says no more than the states, but there is an index on it
    query = select(func.count()).where(open_ones, unsent, transmissions.c.alert_at <= now)
    return {_LATE.name: {(): (await conn.execute(query)).scalar_one()}}


MEASURE = Measure((_LATE,), _measure)
"""How many are near their last day, by the day that the policy sets."""
