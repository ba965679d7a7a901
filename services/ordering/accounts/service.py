"""Decides whether an account may be closed, and what holds its purge.

CloseAccount and PlaceOrder lock the same row: whichever comes first decides, and the other one is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry, KeptEntry
from services.kit.causes import PeriodCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.outbox import Wake
from services.kit.requests import Call, claim
from services.kit.wakes import (
    erasure_news,
    erasure_wake,
    purge_wake,
    renewal_wake,
    reseller_wake,
    trial_wake,
    withdrawal_wake,
)
from services.ordering.accounts import store
from services.ordering.accounts.store import AccountRow, Standing
from services.ordering.domain.dates import hold_until
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.states import ClosureReason
from services.ordering.errors import (
    AccountIsPurged,
    AnotherHoldStands,
    ClosingDaysNotOver,
    LegalHoldStands,
    MoneyWaits,
    OrderIsOpen,
    SubscriptionRuns,
)
from services.ordering.readings import Readings
from services.ordering.resellers.store import end_with_account
from services.ordering.subscriptions.ending import void_scheduled
from services.ordering.subscriptions.events import subscription_event
from services.ordering.subscriptions.period_store import set_next
from services.ordering.subscriptions.store import end_closing, find_subscription_of_account
from workflows.names import WITHDRAWAL_CHANGED

SET_HOLD, LIFT_HOLD = "set_legal_hold", "lift_legal_hold"
"""The deeds' names in the audit trail."""


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """An account's row, if it has one yet, and its orders."""

    account: AccountRow | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class WaitingFor:
    """Money that waits for an account at payments: whether there is any, and the entries as far as they were told."""

    waits: bool
    entry_ids: Sequence[UUID] = ()


class Accounts:
    """Closing, holds and standing of accounts."""

    def __init__(self, database: Database, clock: Clock, readings: Readings, policy: OrderingPolicy) -> None:
        """Take the database, the clock, the rooms that may be asked, and for how long a purge may be held."""
        self._database = database
        self._clock = clock
        self._readings = readings
        self._policy = policy

    async def standing(self, account_id: UUID) -> AccountStanding:
        """Whether orders hold or end the trial; an account without orders has neither."""
        async with self._database.reading() as conn:
            account = await store.find_account(conn, account_id)
            return AccountStanding(account, await store.standing(conn, account_id))

    async def hold(self, account_id: UUID) -> KeptEntry | None:
        """Who set the hold that stands, when and why; None where none stands."""
        async with self._database.reading() as conn:
            account = await store.find_account(conn, account_id)
            if account is None or not account.legal_hold:
                return None
            return await audit.newest(conn, account_id, SET_HOLD)

    async def close(self, account_id: UUID, reason: ClosureReason, money: WaitingFor) -> AccountRow:
        """Close an account and start its purge, in one transaction; a repetition gets the first closure.

        Args:
            account_id: Which.
            reason: Why.
            money: That which names an order or a period of the account and waits for an operator. It holds the purge
                for as long as an open order could, of a subscription that has ended counted from the end of its closing
                days: what is never settled must not keep the data for ever.

        Raises:
            LegalHoldStands: Nothing may be deleted.
            OrderIsOpen: An order waits for its payment, or is paid and not fulfilled yet.
            SubscriptionRuns: A subscription runs.
            ClosingDaysNotOver: It has ended, but what is there must stay readable for some days.
            MoneyWaits: Money waits, and the purge may still be held.
            NotReady: Trial, which knows the purge's date, does not answer.
        """
        now = self._clock.now()
        purge_at = await self._readings.purge_at(account_id) if money.waits else None
        async with self._database.transaction() as conn:
            account = await store.lock_account(conn, account_id, now)
            if account.closed:
                return account
            if account.legal_hold:
                raise LegalHoldStands
            standing = await store.standing(conn, account_id)
            if standing.open_order_id is not None or standing.unfulfilled:
                raise OrderIsOpen
            if standing.subscribed:
                raise SubscriptionRuns
            if not _may_close(standing, reason, now):
                raise ClosingDaysNotOver
            if purge_at is not None:
                _check_not_held(hold_until(standing.readable_until or purge_at, self._policy), money, now)
            await self._end_subscription(conn, account_id, now, erasing=reason is ClosureReason.ERASURE)
            if await end_with_account(conn, account_id, now):
                await outbox.wake(conn, reseller_wake(account_id), now)
            closed = await store.close(conn, account_id, reason, now)
            await outbox.wake(conn, purge_wake(account_id), now)
            await events.tell(conn, Event(EventType.ACCOUNT_CLOSED, account_id, state=reason), now)
        return closed

    async def closure(self, account_id: UUID) -> AccountRow:
        """A closed account.

        Raises:
            NotFound: It is not closed: nothing may be deleted.
        """
        async with self._database.reading() as conn:
            account = await store.find_account(conn, account_id)
        if account is None or not account.closed:
            raise NotFound("the account is not closed")
        return account

    async def record_purged(self, account_id: UUID, domains: int, mailboxes: int) -> AccountRow:
        """Write the purge's end; the first one stays.

        Raises:
            NotFound: The account is not closed.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            purged = await store.record_purged(conn, account_id, domains, mailboxes, now)
            if purged is not None:
                await events.tell(conn, Event(EventType.ACCOUNT_PURGED, account_id), now)
                if purged.erasure_at is not None:
                    await outbox.wake(conn, trial_wake(account_id), now)  # it did not close the account itself
                    await outbox.wake(conn, erasure_wake(account_id), now)
                return purged
        return await self.closure(account_id)

    async def set_legal_hold(self, call: Call, entry: AuditEntry, *, hold: bool) -> tuple[AccountRow, bool]:
        """Set or lift a hold; wakes what acts on it: the trial with its reminders, or the purge.

        Returns:
            The account, and whether this call changed it; lifting where none stands changes and records nothing.

        Raises:
            AnotherHoldStands: One stands already. A second one would take its place, and one lifting would lift both.
            NotFound: There is no such account: a hold on a mistyped id would hold nothing.
            AccountIsPurged: There is nothing left to hold.
        """
        account_id, now = entry.subject_id, self._clock.now()
        async with self._database.reading() as conn:
            known = await store.find_account(conn, account_id)
        if known is None:
            await self._readings.check_account(account_id)
        async with self._database.transaction() as conn:
            first = await claim(conn, call, account_id)
            account = await store.lock_account(conn, account_id, now)
            if first is not None:
                return account, await audit.written(conn, entry)
            if hold and account.purged_at is not None:
                raise AccountIsPurged
            if hold and account.legal_hold:
                raise AnotherHoldStands
            if hold == account.legal_hold:
                return account, False
            await audit.record(conn, entry, now, account_id=account_id)
            account = await store.set_hold(conn, account, hold, now)
            if account.purged_at is None:
                await outbox.wake(conn, await _held(conn, account), now)
            approved = account.erasure_at is not None
            await outbox.wake(conn, erasure_wake(account_id) if approved else erasure_news(account_id), now)
        return account, True

    async def _end_subscription(self, conn: AsyncConnection, account_id: UUID, now: datetime, *, erasing: bool) -> None:
        """A closing subscription ends with its account; nothing is left to be done on the period that carried it."""
        ended = await end_closing(conn, account_id, now)
        if ended is None or ended.end is None:
            return
        if ended.end.number is None:
            await outbox.wake(conn, withdrawal_wake(ended.order_id, WITHDRAWAL_CHANGED), now)
        else:
            carrier = PeriodCause(ended.subscription_id, ended.end.number)
            await void_scheduled(conn, ended.subscription_id, now)
            await set_next(conn, carrier.key, None)
            if erasing:
                await outbox.wake(conn, renewal_wake(carrier), now)  # it did not close the account itself
        await events.tell(conn, subscription_event(EventType.SUBSCRIPTION_ENDED, ended), now)


def _check_not_held(until: datetime, money: WaitingFor, now: datetime) -> None:
    """Refuse to close an account whose purge money still holds.

    Raises:
        MoneyWaits: With the moment from which it holds nothing any more, and its entries.
    """
    if now < until:
        entries = ",".join(map(str, money.entry_ids))
        raise MoneyWaits(metadata={"held_until": until.isoformat(), "money_entry_ids": entries})


def _may_close(standing: Standing, reason: ClosureReason, now: datetime) -> bool:
    """What a subscription leaves stays readable for its closing days, unless the customer wants it erased."""
    if standing.readable_until is None or reason is ClosureReason.ERASURE:
        return True
    return reason is ClosureReason.SUBSCRIPTION_ENDED and now >= standing.readable_until


async def _held(conn: AsyncConnection, account: AccountRow) -> Wake:
    """Whose work a hold holds: the purge's, that of a subscription that ends or was withdrawn from, or the trial's."""
    if account.closed:
        return purge_wake(account.account_id)
    subscription = await find_subscription_of_account(conn, account.account_id)
    if subscription is None or subscription.end is None:
        return trial_wake(account.account_id)
    if subscription.end.number is None:
        return withdrawal_wake(subscription.order_id, WITHDRAWAL_CHANGED)
    return renewal_wake(PeriodCause(subscription.subscription_id, subscription.end.number))
