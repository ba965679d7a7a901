"""The SQL by which the ledger is written: a transaction's header, once for each fact, and its lines, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import require_transaction
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.tables import ledger_lines, ledger_transactions

CREDIT = "credit"
"""The ledger account of account credit: each of its lines names the account whose credit it is."""
PROVIDER_FEES = "provider_fees"
DISPUTED = "disputed"
SET_ASIDE = "set_aside"
"""The ledger account of what disputes have taken, until it comes back or is decided about."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a ledger transaction is about.

    Attributes:
        kind: What happened: `receipt`, `assignment`, …; the table's check names all.
        source: Where the fact comes from.
        source_ref: Its identity there; of one kind there is one transaction for it.
        at: By the service's clock.
        request_id: The payment request that it is about.
        booked_on: The bank's or provider's day.
    """

    kind: str
    source: str
    source_ref: str
    at: datetime
    request_id: UUID | None = None
    booked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A debit above zero or a credit below, in minor units; `account_id` for account credit alone."""

    ledger_account: str
    minor: int
    account_id: UUID | None = None


def between(debit: str, credit: str, amount: Money) -> tuple[Line, Line]:
    """The two lines by which an amount is debited to one ledger account and credited to another."""
    return Line(debit, amount.minor), Line(credit, -amount.minor)


async def begin(conn: AsyncConnection, header: Header) -> UUID | None:
    """Begin a ledger transaction; None when there is one of this kind for this fact already."""
    require_transaction(conn)
    inserted = await conn.execute(
        insert(ledger_transactions)
        .values(
            id=new_id(),
            kind=header.kind,
            source=header.source,
            source_ref=header.source_ref,
            request_id=header.request_id,
            booked_on=header.booked_on,
            recorded_at=header.at,
        )
        .on_conflict_do_nothing()
        .returning(ledger_transactions.c.id)
    )
    row = inserted.first()
    return None if row is None else row.id


async def write(conn: AsyncConnection, transaction_id: UUID, currency: str, lines: Sequence[Line]) -> None:
    """Write all lines of a transaction; the database refuses one that does not balance. Lines of zero are left out."""
    await conn.execute(
        plain_insert(ledger_lines),
        [
            {
                "transaction_id": transaction_id,
                "position": position,
                "ledger_account": line.ledger_account,
                "minor": line.minor,
                "currency": currency,
                "account_id": line.account_id,
            }
            for position, line in enumerate(line for line in lines if line.minor)
        ],
    )


async def post(conn: AsyncConnection, header: Header, currency: str, *lines: Line) -> bool:
    """Write a whole transaction; False when there is one of this kind for this fact already."""
    transaction_id = await begin(conn, header)
    if transaction_id is None:
        return False
    await write(conn, transaction_id, currency, lines)
    return True
