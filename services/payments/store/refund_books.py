"""The SQL by which refunds move money in the ledger: owed to the payer, paid out, come back, given up.

What a dispute has taken lies in `disputed`: paid out, it is no more to be decided about there. What bank or provider
took back lies in `set_aside`, once a person has set it aside: paid out, it is no loss.
"""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.payments.domain.receipts import Source
from services.payments.domain.refunds import Means, Refund
from services.payments.store import books, credit, settling
from services.payments.store.books import CREDIT, DISPUTED, SET_ASIDE, Header, Line, between
from services.payments.store.credit import CreditCause

_REFUND, _OWED = "refund", "refunds"


async def owe(conn: AsyncConnection, refund: Refund, now: datetime) -> None:
    """Owe the money to the payer from now on; what goes back as credit is the account's at once."""
    source, money, back = _source(refund), refund.money.minor, refund.credited
    await books.post(
        conn,
        Header("refund", _REFUND, str(refund.refund_id), now, refund.request_id),
        refund.money.currency,
        Line(source.ledger_account, refund.amount.minor, source.account_id),
        Line(_OWED, -money),
        Line(CREDIT, -back.minor, refund.account_id),
    )
    if back and refund.account_id is not None:
        await credit.give(conn, refund.account_id, back, CreditCause.REFUNDED_TO, now)


async def pay_out(conn: AsyncConnection, refund: Refund, day: date | None, now: datetime) -> None:
    """The money has left."""
    header = Header("payout", _REFUND, refund.key, now, refund.request_id, day)
    await books.post(conn, header, refund.money.currency, *between(_OWED, _lies(refund), refund.money))


async def come_back(conn: AsyncConnection, refund: Refund, day: date | None, now: datetime) -> None:
    """Money that had left is here again, and owed again."""
    header = Header("payout_return", _REFUND, refund.key, now, refund.request_id, day)
    await books.post(conn, header, refund.money.currency, *between(_lies(refund), _OWED, refund.money))


async def give_up(conn: AsyncConnection, refund: Refund, now: datetime) -> None:
    """The money is owed no more: it goes back to where it was asked from."""
    source, minor = _source(refund), refund.money.minor
    await books.post(
        conn,
        Header("refund_cancellation", _REFUND, str(refund.refund_id), now, refund.request_id),
        refund.money.currency,
        Line(_OWED, minor),
        Line(source.ledger_account, -minor, source.account_id),
    )
    if refund.entry_id is not None:
        await settling.reopen(conn, refund.entry_id, now)
        await settling.settle_pair(conn, refund.entry_id, now)
    elif refund.request_id is None and refund.account_id is not None:
        await credit.give(conn, refund.account_id, refund.money, CreditCause.REFUNDED_TO, now)


def _source(refund: Refund) -> Line:
    """From which ledger account the money is asked, as a line without its amount."""
    if refund.request_id is not None:
        return Line("returned", 0)
    return Line("suspense", 0) if refund.entry_id is not None else Line(CREDIT, 0, refund.account_id)


def _lies(refund: Refund) -> str:
    """Where the money lies until it leaves."""
    if refund.means is Means.CHARGEBACK:
        return DISPUTED
    if refund.means is Means.TAKEN_BACK:
        return SET_ASIDE
    return Source.STRIPE if refund.means is Means.STRIPE else Source.BANK
