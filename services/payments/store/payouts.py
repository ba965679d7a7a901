"""The SQL of the provider's payouts: what lies there by the ledger, and the contra entry of one booked by mistake."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import require_transaction
from services.kit.money import Money
from services.payments.domain.receipts import Source
from services.payments.store import books
from services.payments.store.books import Header, Line
from services.payments.tables import ledger_lines, ledger_transactions

BOOKED, UNDONE = "provider_payout", "provider_payout_undone"
_LEDGER = ledger_transactions.c
_LINE = ledger_lines.c


async def at_provider(conn: AsyncConnection, currency: str) -> Money:
    """What lies at the provider by the ledger; held, or two payouts booked at once would both see it there."""
    require_transaction(conn)
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('payouts of the provider', 0))"))
    lies = select(func.sum(_LINE.minor)).where(_LINE.ledger_account == Source.STRIPE, _LINE.currency == currency)
    return Money(int(await conn.scalar(lies) or 0), currency)


async def reference(conn: AsyncConnection, source_ref: str) -> str:
    """How the ledger calls the present booking of money: the reference alone, then with how often it was undone."""
    of_it = func.split_part(_LEDGER.source_ref, ":", 1) == source_ref
    undone = await conn.scalar(select(func.count()).where(_LEDGER.kind == UNDONE, of_it))
    return f"{source_ref}:{undone}" if undone else source_ref


async def undo(conn: AsyncConnection, header: Header) -> bool:
    """Write the contra entry of a booking of the same reference; False where there is none."""
    rows = await conn.execute(
        select(_LINE.ledger_account, _LINE.minor, _LINE.currency)
        .join(ledger_transactions, _LEDGER.id == _LINE.transaction_id)
        .where(_LEDGER.kind == BOOKED, _LEDGER.source_ref == header.source_ref)
        .order_by(_LINE.position)
    )
    booked = list(rows)
    if not booked:
        return False
    contra = [Line(row.ledger_account, -row.minor) for row in booked]
    return await books.post(conn, header, booked[0].currency, *contra)
