"""The SQL of account credit: taken and given by guarded statements, and read with what made and used it.

The ledger has every change too, in the same transaction; the proof compares the two.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events
from services.kit.database import require_transaction
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.money import Money
from services.payments.store.books import CREDIT
from services.payments.tables import account_credits, ledger_lines, ledger_transactions, payment_requests

_CREDIT = account_credits.c
_BOOKED, _LINE = ledger_transactions.c, ledger_lines.c

# As much as there is: the row is locked first, so that of two requests made at once the second sees what is left.
_TAKE_UP_TO = text("""
    WITH available AS (
        SELECT least(minor, :most) AS taken FROM account_credits
        WHERE account_id = :account AND currency = :currency FOR UPDATE)
    UPDATE account_credits SET minor = minor - taken FROM available
    WHERE account_id = :account AND currency = :currency AND taken > 0 RETURNING taken
""")
_TAKE = (
    update(account_credits)
    .where(_CREDIT.account_id == bindparam("account"), _CREDIT.currency == bindparam("of_currency"))
    .where(_CREDIT.minor >= bindparam("less"))
    .values(minor=_CREDIT.minor - bindparam("less"))
    .returning(_CREDIT.minor)
)


class CreditCause(StrEnum):
    """Why an account's credit changed: the ledger's kinds of transaction that touch it."""

    MONEY = "money"
    TAKEN_BACK = "taken_back"
    USED = "used"
    RETURNED = "returned"
    REFUND = "refund"
    REFUNDED_TO = "refunded_to"


@dataclass(frozen=True, slots=True)
class CreditMovement:
    """A change of an account's credit, with what it was about."""

    movement_id: UUID
    cause: CreditCause
    amount: Money
    at: datetime
    request_id: UUID | None
    proforma_number: str
    refund_id: UUID | None


async def give(conn: AsyncConnection, account_id: UUID, amount: Money, cause: CreditCause, now: datetime) -> None:
    """Add to an account's credit, and tell of it."""
    require_transaction(conn)
    row = insert(account_credits).values(account_id=account_id, currency=amount.currency, minor=amount.minor)
    await conn.execute(
        row.on_conflict_do_update(
            index_elements=[_CREDIT.account_id, _CREDIT.currency], set_={"minor": _CREDIT.minor + row.excluded.minor}
        )
    )
    await _tell(conn, account_id, amount, cause, now)


async def take(conn: AsyncConnection, account_id: UUID, amount: Money, cause: CreditCause, now: datetime) -> bool:
    """Take exactly this from an account's credit; False when it has less."""
    require_transaction(conn)
    values = {"account": account_id, "of_currency": amount.currency, "less": amount.minor}
    if (await conn.execute(_TAKE, values)).first() is None:
        return False
    await _tell(conn, account_id, -amount, cause, now)
    return True


async def take_up_to(conn: AsyncConnection, account_id: UUID, most: Money, now: datetime) -> Money:
    """Take what an account has as credit for a payment request, at most so much; zero when it has none."""
    require_transaction(conn)
    values = {"account": account_id, "currency": most.currency, "most": most.minor}
    taken = Money(await conn.scalar(_TAKE_UP_TO, values) or 0, most.currency)
    if taken:
        await _tell(conn, account_id, -taken, CreditCause.USED, now)
    return taken


async def balance(conn: AsyncConnection, account_id: UUID, currency: str) -> Money:
    """What an account has as credit."""
    query = select(_CREDIT.minor).where(_CREDIT.account_id == account_id, _CREDIT.currency == currency)
    return Money(await conn.scalar(query) or 0, currency)


async def page(conn: AsyncConnection, currency: str, after: UUID | None, most: int) -> list[tuple[UUID, Money]]:
    """The accounts after one that have credit, by id, each with how much."""
    query = (
        select(_CREDIT.account_id, _CREDIT.minor)
        .where(_CREDIT.currency == currency, _CREDIT.minor > 0)
        .order_by(_CREDIT.account_id)
        .limit(most)
    )
    rows = await conn.execute(query if after is None else query.where(_CREDIT.account_id > after))
    return [(row.account_id, Money(row.minor, currency)) for row in rows]


async def movements(
    conn: AsyncConnection, account_id: UUID, before: tuple[datetime, UUID] | None, most: int
) -> list[CreditMovement]:
    """What made and used an account's credit before a moment, newest first."""
    query = (
        select(
            _BOOKED.id, _BOOKED.kind, _BOOKED.source, _BOOKED.source_ref, _BOOKED.request_id, _BOOKED.recorded_at,
            _LINE.minor, _LINE.currency, payment_requests.c.proforma_number,
        )
        .join(ledger_lines, _LINE.transaction_id == _BOOKED.id)
        .outerjoin(payment_requests, payment_requests.c.id == _BOOKED.request_id)
        .where(_LINE.account_id == account_id, _LINE.ledger_account == CREDIT)
        .order_by(_BOOKED.recorded_at.desc(), _BOOKED.id.desc())
        .limit(most)
    )  # fmt: skip
    if before is not None:
        query = query.where(tuple_(_BOOKED.recorded_at, _BOOKED.id) < tuple_(*before))
    return [
        CreditMovement(
            movement_id=row.id,
            cause=_cause(row.kind, row.minor),
            amount=Money(-row.minor, row.currency),
            at=row.recorded_at,
            request_id=row.request_id,
            proforma_number=row.proforma_number or "",
            refund_id=UUID(row.source_ref) if row.source == "refund" else None,
        )
        for row in await conn.execute(query)
    ]


def _cause(kind: str, minor: int) -> CreditCause:
    """What a ledger transaction of a kind means for credit; a debit (above zero) makes it less."""
    match kind, minor > 0:
        case "credit_use", _:
            return CreditCause.USED
        case "credit_return", _:
            return CreditCause.RETURNED
        case "refund", True:
            return CreditCause.REFUND
        case ("refund", False) | ("refund_cancellation", _):
            return CreditCause.REFUNDED_TO
        case _, True:
            return CreditCause.TAKEN_BACK
        case _:
            return CreditCause.MONEY


async def _tell(conn: AsyncConnection, account_id: UUID, change: Money, cause: CreditCause, now: datetime) -> None:
    await events.tell(conn, Event(EventType.CREDIT_CHANGED, account_id, {}, state=cause, amount=change), now)
