"""The SQL of what a payment request was paid with, what is left of that, and who had paid, by ledger and bank."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.receipts import Source
from services.payments.domain.refunds import Received, left_of
from services.payments.store import refunds
from services.payments.store.books import CREDIT

# What came for a request, by its source, less what an accepted shortfall lacked; that; and what was taken back of it.
_RECEIVED = text("""
    SELECT t.source, t.source_ref, -sum(l.minor) AS minor, l.currency
    FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
    WHERE t.request_id = :request AND l.ledger_account IN ('receivable', 'shortfall')
    GROUP BY t.source, t.source_ref, l.currency ORDER BY t.source, t.source_ref
""")
_SHORTFALL = text("""
    SELECT coalesce(sum(l.minor), 0) FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
    WHERE t.request_id = :request AND l.ledger_account = 'shortfall'
""")
_TAKEN_BACK = text("""
    SELECT t.source, sum(l.minor) AS minor, l.currency
    FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
    WHERE t.request_id = :request
        AND (t.kind, l.ledger_account) IN (('reversal', 'suspense'), ('dispute', 'disputed'))
    GROUP BY t.source, l.currency
""")
_PAYER = text("""
    SELECT e.debtor_iban AS iban, e.debtor_name AS name FROM bank_entries e
        LEFT JOIN announced_transfers a ON a.confirmed_by = e.identity
    WHERE encode(e.identity, 'hex') = :source_ref OR a.id::text = :source_ref
""")
_LAST_PAYER = text("""
    SELECT e.debtor_iban AS iban, e.debtor_name AS name FROM bank_entries e
        JOIN ledger_transactions t ON t.source = 'bank' AND t.source_ref = encode(e.identity, 'hex')
        LEFT JOIN payment_requests r ON r.id = t.request_id
        LEFT JOIN ledger_lines l ON l.transaction_id = t.id AND l.account_id IS NOT NULL
    WHERE (r.account_id = :account OR l.account_id = :account) AND e.debtor_iban IS NOT NULL
    ORDER BY e.imported_at DESC LIMIT 1
""")


async def received(conn: AsyncConnection, request_id: UUID) -> list[Received]:
    """What a request was paid with, whatever went back of it; an accepted shortfall is none of it."""
    return [
        Received(
            None if row.source == CREDIT else Source(row.source), row.source_ref, Money(int(row.minor), row.currency)
        )
        for row in await conn.execute(_RECEIVED, {"request": request_id})
    ]


async def shortfall(conn: AsyncConnection, request_id: UUID) -> Money:
    """What an operator accepted as missing of a request; zero where nothing is."""
    return Money(int(await conn.scalar(_SHORTFALL, {"request": request_id}) or 0))


async def left(conn: AsyncConnection, request_id: UUID) -> list[Received]:
    """What a request was paid with, less what went back; a caller that refunds of it holds the request."""
    came = await received(conn, request_id)
    taken_back = {
        Source(row.source): Money(int(row.minor), row.currency)
        for row in await conn.execute(_TAKEN_BACK, {"request": request_id})
    }
    return left_of(came, taken_back, await refunds.of_request(conn, request_id))


async def payer(conn: AsyncConnection, source_ref: str) -> tuple[str, str]:
    """IBAN and name of who sent a transfer, as the bank told them; empty where it did not."""
    row = (await conn.execute(_PAYER, {"source_ref": source_ref})).first()
    return ("", "") if row is None else (row.iban or "", row.name or "")


async def last_payer(conn: AsyncConnection, account_id: UUID) -> tuple[str, str]:
    """IBAN and name of who last sent a transfer that paid something for an account or became its credit."""
    row = (await conn.execute(_LAST_PAYER, {"account": account_id})).first()
    return ("", "") if row is None else (row.iban or "", row.name or "")
