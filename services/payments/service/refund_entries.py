"""What a statement's entries say of refunds: a debit shows that one has left, a credit that it came back."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import recovery_hold
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.money import Money
from services.payments.domain.receipts import Fate, Settlement, Source
from services.payments.domain.refunds import RETURNED, Means, Refund, RefundState, refund_meant
from services.payments.statements.entries import Entry
from services.payments.store import (
    bank,
    books,
    queue,
    refund_books,
    refund_debits,
    refunds,
    refunds_in_files,
    settling,
    waking,
)
from services.payments.store.books import Header, between
from services.payments.store.refund_debits import LostDebit

_UNSENT = frozenset({RefundState.REQUESTED, RefundState.APPROVED})
_MAY_HAVE_LEFT = _UNSENT | {RefundState.SENT, RefundState.FAILED}


class RefundEntries:
    """Knows refunds again by their end-to-end ids."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def leaves(self, debit: Entry) -> Fate | None:
        """Take a debit in that is a refund of ours, once; None where it is none, or not as it was asked for.

        A debit of a refund that an operator had called refused is its end all the same: the money has left. So
        is one of a refund that restored rows know as not sent yet.
        """
        meant = refund_meant(debit.end_to_end)
        if meant is None:
            return None
        now = self._clock.now()
        async with self._database.transaction() as conn:
            refund = await refunds.by_id(conn, meant[0], lock=True)
            if refund is None and await recovery_hold.ever(conn):
                await refunds_in_files.note_debit(conn, *meant, debit.identity)
                amount = Money(debit.minor, debit.currency)
                await refund_debits.note_lost(conn, LostDebit(debit.identity, *meant, amount, debit.booking_date), now)
            if refund is None or not _fits(refund, debit):
                return None
            if await refund_debits.is_known(conn, debit.identity):
                return Fate.KNOWN
            if refund.attempt != meant[1] or refund.state not in _MAY_HAVE_LEFT:
                return None
            if refund.state in _UNSENT:
                if not await recovery_hold.ever(conn):
                    return None
                refund = await had_left(conn, refund, now)
            shown = await shown_by(conn, refund, debit.identity, debit.booking_date, now)
        return Fate.REFUNDED if shown else None

    async def comes_back(self, credit: Entry, statement_id: str, sha256: bytes) -> Fate:
        """Take a credit in that is a refund of ours coming back, once; it has failed then."""
        meant = refund_meant(credit.end_to_end)
        if meant is None:
            return Fate.IGNORED
        now = self._clock.now()
        async with self._database.transaction() as conn:
            refund = await refunds.by_id(conn, meant[0], lock=True)
            if refund is None or not _fits(refund, credit):
                return Fate.IGNORED
            if await bank.known_entry(conn, credit.identity):
                return Fate.KNOWN
            if refund.attempt != meant[1] or refund.state is not RefundState.DONE:
                return Fate.IGNORED
            await bank.insert_entry(conn, credit, statement_id, sha256, now)
            await refund_books.come_back(conn, refund, credit.booking_date, now)
            await refunds.move(conn, refund, RefundState.FAILED, now, failure=RETURNED, done_on=None)
        return Fate.RETURNED


async def had_left(conn: AsyncConnection, refund: Refund, now: datetime) -> Refund:
    """Mark a refund as sent that had left before the rows were restored, by a file of which these know nothing."""
    sent = await refunds.move(conn, refund, RefundState.SENT, now, failure="", sent_at=now, statement_by=rome_date(now))
    if sent is None:
        raise AssertionError("the refund is held")
    return sent


async def shown_by(conn: AsyncConnection, refund: Refund, debit: bytes, booked_on: date | None, now: datetime) -> bool:
    """Let a statement's debit be the end of a refund, which the caller holds; whether it is.

    Where it came before the rows knew that this refund had left, it waits in the queue as money taken back, and is
    withdrawn from there. It is no refund's end where a person has decided about it, or this try has another debit.
    """
    waiting = await queue.reversal(conn, debit)
    if waiting is not None and (waiting.settled_at is not None or waiting.takes_back is not None):
        return False
    if not await refund_debits.insert_new(conn, debit, refund, booked_on, now):
        return False
    if waiting is not None:
        settled = await settling.settle_entry(conn, waiting.entry_id, Settlement.WITHDRAWN, None, now)
        header = Header("withdrawal", Source.BANK, settled.source_ref, now, booked_on=booked_on)
        await books.post(conn, header, settled.amount.currency, *between(Source.BANK, "suspense", settled.amount))
        await waking.wake_named(conn, settled.named, now)
    day = booked_on or rome_date(now)
    await refund_books.pay_out(conn, refund, day, now)
    await refunds.move(conn, refund, RefundState.DONE, now, done_on=day, failure="")
    return True


def _fits(refund: Refund, entry: Entry) -> bool:
    same = (entry.minor, entry.currency) == (refund.money.minor, refund.money.currency)
    return same and refund.means is Means.BANK_TRANSFER
