"""The SQL of what a payment request was paid with, what is left of that, and who had paid, by ledger and bank."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.receipts import Source
from services.payments.domain.refunds import Means, Received, RefundState, left_of
from services.payments.store import refunds
from services.payments.store.books import CREDIT

_CURRENCY = "EUR"

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
# What an account's credit has made good is here again, and what was settled with its money had paid nothing.
_TAKEN_BACK = text("""
    SELECT t.source, l.currency, sum(l.minor) AS minor,
        coalesce(sum(l.minor) FILTER (WHERE t.kind = 'reversal' AND e.settled_at IS NULL), 0) AS undecided,
        coalesce(sum(l.minor) FILTER (WHERE t.kind = 'reversal' AND e.settled_as = 'set_aside'), 0) AS set_aside
    FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
        LEFT JOIN money_entries e ON t.kind = 'reversal' AND (e.source, e.source_ref) = (t.source, t.source_ref)
    WHERE t.request_id = :request
        AND (t.kind, l.ledger_account) IN (('reversal', 'suspense'), ('dispute', 'disputed'))
        AND (e.settled_as IS NULL OR e.settled_as NOT IN ('credited', 'taken_back'))
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


@dataclass(frozen=True, slots=True)
class Standing:
    """What may still go back of a payment request, beside what was taken back of it.

    Attributes:
        left: What it was paid with, less what went back.
        undecided: What was taken back, not by a dispute, and about which nobody has decided.
        set_aside: What was, and a person has set aside; less what counts as a refund of it already.
        but_for_undecided: What would be left, had nothing of `undecided` been taken back.
    """

    left: list[Received]
    undecided: Money
    set_aside: Money
    but_for_undecided: list[Received]


async def standing(conn: AsyncConnection, request_id: UUID, *, but: UUID | None = None) -> Standing:
    """What may still go back of a request; a caller that refunds of it holds the request.

    Args:
        conn: The transaction.
        request_id: The request.
        but: A refund that does not count.
    """
    came = await received(conn, request_id)
    rows = (await conn.execute(_TAKEN_BACK, {"request": request_id})).all()
    made = [each for each in await refunds.of_request(conn, request_id) if each.refund_id != but]
    gone = {Source(row.source): Money(int(row.minor), row.currency) for row in rows}
    decided = {Source(row.source): Money(int(row.minor - row.undecided), row.currency) for row in rows}
    counted = sum(
        each.money.minor for each in made if each.means is Means.TAKEN_BACK and each.state is not RefundState.CANCELLED
    )
    currency = came[0].left.currency if came else _CURRENCY
    return Standing(
        left=left_of(came, gone, made),
        undecided=Money(int(sum(row.undecided for row in rows)), currency),
        set_aside=Money(int(sum(row.set_aside for row in rows)) - counted, currency),
        but_for_undecided=left_of(came, decided, made),
    )


async def left(conn: AsyncConnection, request_id: UUID) -> list[Received]:
    """What a request was paid with, less what went back."""
    return (await standing(conn, request_id)).left


async def payer(conn: AsyncConnection, source_ref: str) -> tuple[str, str]:
    """IBAN and name of who sent a transfer, as the bank told them; empty where it did not."""
    row = (await conn.execute(_PAYER, {"source_ref": source_ref})).first()
    return ("", "") if row is None else (row.iban or "", row.name or "")


async def last_payer(conn: AsyncConnection, account_id: UUID) -> tuple[str, str]:
    """IBAN and name of who last sent a transfer that paid something for an account or became its credit."""
    row = (await conn.execute(_LAST_PAYER, {"account": account_id})).first()
    return ("", "") if row is None else (row.iban or "", row.name or "")
