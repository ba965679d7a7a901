"""The SQL of what a payment request was paid with, what is left of that, and who had paid, by ledger and bank."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money, total
from services.payments.domain.receipts import Settlement, Source
from services.payments.domain.refunds import TRANSFERS, Means, Received, RefundState, left_of
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
# Each reversal and each movement of a dispute; what was settled with its money had paid nothing.
_TAKEN_BACK = text("""
    SELECT row_number() OVER () AS number, t.kind, t.source, l.currency, l.minor, e.settled_as
    FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
        LEFT JOIN money_entries e ON t.kind = 'reversal' AND (e.source, e.source_ref) = (t.source, t.source_ref)
    WHERE t.request_id = :request
        AND (t.kind, l.ledger_account) IN (('reversal', 'suspense'), ('dispute', 'disputed'))
        AND e.settled_as IS DISTINCT FROM 'taken_back'
    ORDER BY e.settled_at NULLS LAST, t.recorded_at, t.id
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
        came: What it was paid with, whatever went back of it.
        left: The same, less what went back.
        undecided: What was taken back, not by a dispute, and about which nobody has decided.
        set_aside: What was, and a person has set aside; less what counts as a refund of it already.
        but_for_undecided: What would be left, had nothing of `undecided` been taken back.
    """

    came: list[Received]
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
    gone = _once(came, [_taken(row) for row in await conn.execute(_TAKEN_BACK, {"request": request_id})])
    undecided = [each for each in gone if each.is_reversal and each.settled_as is None]
    aside = [each for each in gone if each.settled_as is Settlement.SET_ASIDE]
    made = [each for each in await refunds.of_request(conn, request_id) if each.refund_id != but]
    counted = sum(
        each.money.minor for each in made if each.means is Means.TAKEN_BACK and each.state is not RefundState.CANCELLED
    )
    currency = came[0].left.currency if came else _CURRENCY
    return Standing(
        came=came,
        left=left_of(came, _by_source(gone), made),
        undecided=total((each.amount for each in undecided), currency),
        set_aside=total((each.amount for each in aside), currency) - Money(counted, currency),
        but_for_undecided=left_of(came, _by_source([each for each in gone if each not in undecided]), made),
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """A reversal, or a movement of a dispute, and what became of it."""

    number: int
    source: Source
    amount: Money
    is_reversal: bool
    settled_as: Settlement | None


def _once(came: Sequence[Received], taken: Sequence[_Taken]) -> list[_Taken]:
    """What counts of what was taken back: of each credit one reversal of its amount, as files may tell one twice.

    One that an account's credit has made good counts for its credit, and takes nothing.
    """
    places = Counter((each.source in TRANSFERS, each.left) for each in came)
    counted, used = list[_Taken](), Counter[tuple[bool, Money]]()
    for each in taken:
        key = (each.source in TRANSFERS, each.amount)
        used[key] += each.is_reversal
        again = each.is_reversal and used[key] > places[key] > 0
        if not again and each.settled_as is not Settlement.CREDITED:
            counted.append(each)
    return counted


def _by_source(taken: Iterable[_Taken]) -> dict[Source, Money]:
    sums = dict[Source, Money]()
    for each in taken:
        sums[each.source] = sums.get(each.source, Money(0, each.amount.currency)) + each.amount
    return sums


def _taken(row: Row[Any]) -> _Taken:
    settled_as = None if row.settled_as is None else Settlement(row.settled_as)
    amount = Money(int(row.minor), row.currency)
    return _Taken(row.number, Source(row.source), amount, row.kind == "reversal", settled_as)


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
