"""What becomes of money that waits and pays nothing: credit of an account, or set aside.

Whatever is decided, one guarded statement takes the entry out of the queue, so that of two operators one wins and the
other is told.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.payments.domain.matching import QueueReason
from services.payments.domain.payment_requests import PaymentRequest
from services.payments.domain.receipts import MoneyEntry, Settlement
from services.payments.errors import AmountMismatch, CreditTooSmall, MoneySettled
from services.payments.service import taking_back
from services.payments.service.disputes import lost
from services.payments.service.refund_guards import debit_that_waits
from services.payments.store import books, credit, disputes, queue, requests, settling, twins, waking
from services.payments.store.books import CREDIT, SET_ASIDE, Header, Line
from services.payments.store.credit import CreditCause, CreditMovement

_CURRENCY = "EUR"


class MoneyDesk:
    """Settles money that waits, and reads what became of it and of account credit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def entry(self, entry_id: UUID) -> tuple[MoneyEntry, list[PaymentRequest]]:
        """An entry, settled or not, with the requests that it names and then those that it may be for.

        Raises:
            NotFound: No such entry.
        """
        async with self._database.reading() as conn:
            entry = await queue.by_id(conn, entry_id)
            if entry is None:
                raise NotFound
            (entry,) = await twins.with_twins(conn, await disputes.with_disputes(conn, [entry]))
            entry = replace(entry, perhaps_gone_back_by=await debit_that_waits(conn, entry))
            return entry, await requests.by_ids(conn, (*entry.named, *entry.suggestions))

    async def credit(self, call: Call, entry_id: UUID, account_id: UUID, by: AuditEntry) -> Money:
        """Make money credit of an account; what was taken back lowers its credit.

        Raises:
            NotFound: No such entry.
            MoneySettled: The entry is settled, its money was taken back, or what it took back was no credit.
            AmountMismatch: It is in another currency than credit.
            CreditTooSmall: The account has less than was taken back.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, entry_id) is None:
                entry = await waiting(conn, entry_id)
                taking_back.check_is_here(entry)
                if entry.lowers_no_credit:
                    raise MoneySettled("what it took back was no account's credit: set it aside")
                if entry.amount.currency != _CURRENCY:
                    raise AmountMismatch("account credit is in euro")
                await audit.record(conn, by, now, account_id=account_id)
                await settling.settle_entry(conn, entry_id, Settlement.CREDITED, account_id, now)
                await _post(conn, "crediting", entry, CREDIT, account_id, now)
                if not entry.taken_back:
                    await credit.give(conn, account_id, entry.amount, CreditCause.MONEY, now)
                elif not await credit.take(conn, account_id, -entry.amount, CreditCause.TAKEN_BACK, now):
                    raise CreditTooSmall
                await waking.wake_named(conn, entry.named, now)
        return await self.credit_of(account_id)

    async def set_aside(self, call: Call, entry_id: UUID, by: AuditEntry) -> MoneyEntry:
        """Take money out of the queue that is none of the customers', or is settled outside.

        What was taken back and is set aside counts as a withdrawal's refund that waited for that.

        Raises:
            NotFound: No such entry.
            MoneySettled: The entry is settled.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, entry_id) is None:
                entry = await waiting(conn, entry_id)
                await audit.record(conn, by, now, account_id=await requests.owner(conn, entry.named))
                await settling.settle_entry(conn, entry_id, Settlement.SET_ASIDE, None, now)
                await _post(conn, "setting_aside", entry, SET_ASIDE, None, now)
                if entry.reason is QueueReason.REVERSED:
                    await taking_back.count_as_refunded(conn, entry, now)
                await waking.wake_named(conn, entry.named, now)
        return (await self.entry(entry_id))[0]

    async def credit_of(self, account_id: UUID) -> Money:
        """What an account has as credit."""
        async with self._database.reading() as conn:
            return await credit.balance(conn, account_id, _CURRENCY)

    async def credits(self, after: UUID | None, most: int) -> list[tuple[UUID, Money]]:
        """The accounts after one that have credit, by id, each with how much."""
        async with self._database.reading() as conn:
            return await credit.page(conn, _CURRENCY, after, most)

    async def movements(
        self, account_id: UUID, before: tuple[datetime, UUID] | None, most: int
    ) -> list[CreditMovement]:
        """What made and used an account's credit before a moment, newest first."""
        async with self._database.reading() as conn:
            return await credit.movements(conn, account_id, before, most)


async def waiting(conn: AsyncConnection, entry_id: UUID) -> MoneyEntry:
    """An entry that waits, held.

    Raises:
        NotFound: No such entry.
        MoneySettled: It is settled, or a dispute that is not lost.
    """
    entry = await queue.by_id(conn, entry_id, lock=True)
    if entry is None:
        raise NotFound("no such money entry")
    if entry.settled_at is not None:
        raise MoneySettled
    if entry.reason is QueueReason.DISPUTED:
        await lost(conn, entry_id)
    return entry


async def _post(
    conn: AsyncConnection, kind: str, entry: MoneyEntry, to: str, account_id: UUID | None, now: datetime
) -> None:
    """Move an entry out of the ledger account where it lies; what was taken back has an amount below zero."""
    header = Header(kind, entry.source, entry.source_ref, now, booked_on=entry.available_on)
    minor = entry.amount.minor
    await books.post(conn, header, entry.amount.currency, Line(entry.lies_in, minor), Line(to, -minor, account_id))
