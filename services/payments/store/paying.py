"""The SQL by which a payment request ends paid: its own change, the credit that it had used, and the wake."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.store import books, credit, requests, waking
from services.payments.store.books import CREDIT, Header, Line, between
from services.payments.store.credit import CreditCause
from services.payments.tables import ledger_lines, ledger_transactions


async def pay(conn: AsyncConnection, request_id: UUID, amount: Money, available_on: date, now: datetime) -> bool:
    """Let money pay an open request, if it is exactly what must come as money; the caller posts that money.

    Returns:
        Whether this call did it; False when the request is not open any more.
    """
    paid = await requests.pay(conn, request_id, amount, available_on, now)
    if paid is None:
        return False
    if paid.credit:
        await apply_reserved(conn, request_id, paid.credit, available_on, now)
    await waking.wake_for_payment(conn, paid.cause, now)
    await waking.wake_naming(conn, request_id, now)
    return True


async def apply_reserved(conn: AsyncConnection, request_id: UUID, used: Money, day: date, now: datetime) -> None:
    """Let the credit that a request had used pay its part."""
    header = Header("credit_payment", CREDIT, str(request_id), now, request_id, day)
    await books.post(conn, header, used.currency, *between("reserved", "receivable", used))


async def reserve(conn: AsyncConnection, request_id: UUID, account_id: UUID, used: Money, now: datetime) -> None:
    """Put the credit that was taken for a request where no other request can use it."""
    header = Header("credit_use", CREDIT, str(request_id), now, request_id)
    await books.post(conn, header, used.currency, Line(CREDIT, used.minor, account_id), Line("reserved", -used.minor))


async def give_back(conn: AsyncConnection, request_id: UUID, account_id: UUID, used: Money, now: datetime) -> None:
    """Give the credit of a request that was closed unpaid back to its account."""
    header = Header("credit_return", CREDIT, str(request_id), now, request_id)
    lines = (Line("reserved", used.minor), Line(CREDIT, -used.minor, account_id))
    if await books.post(conn, header, used.currency, *lines):
        await credit.give(conn, account_id, used, CreditCause.RETURNED, now)


async def left_over(conn: AsyncConnection, request_id: UUID) -> Money:
    """What was left over of money that an operator gave to a request, and became credit."""
    query = select(func.coalesce(-func.sum(ledger_lines.c.minor), 0)).where(
        ledger_lines.c.transaction_id == ledger_transactions.c.id,
        ledger_lines.c.ledger_account == CREDIT,
        ledger_transactions.c.request_id == request_id,
        ledger_transactions.c.kind == "assignment",
    )
    return Money(int(await conn.scalar(query) or 0))
