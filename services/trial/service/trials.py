"""Decides how a trial goes on: extended or ended by a person, moved on by its dates, bought."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.calendar import add_days
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.requests import Call, claim
from services.kit.wakes import trial_wake
from services.trial.domain import schedule
from services.trial.domain.accounts import Trial
from services.trial.domain.schedule import Plan
from services.trial.domain.terms import Terms
from services.trial.errors import TrialStateForbids
from services.trial.letters import Letters
from services.trial.store import accounts, trials


@dataclass(frozen=True, slots=True)
class Trials:
    """Reads and changes trials."""

    database: Database
    clock: Clock
    letters: Letters

    async def get(self, account_id: UUID) -> Trial:
        """Reads a trial.

        Raises:
            NotFound: There is no such account.
        """
        async with self.database.reading() as conn:
            return await read(conn, account_id)

    async def end(self, call: Call, account_id: UUID, entry: AuditEntry | None) -> Trial:
        """Ends a running trial now.

        Args:
            call: The request.
            account_id: Whose trial.
            entry: Who steered it; None for the customer.

        Raises:
            NotFound: There is no such account.
            TrialStateForbids: The trial does not run (any more).
        """
        now = self.clock.now()
        terms = Terms.ending(now)
        async with self.database.transaction() as conn:
            if await claim(conn, call, account_id) is not None:
                return await read(conn, account_id)
            trial = await trials.end_early(conn, account_id, terms)
            if trial is None:
                raise await _forbidden(conn, account_id)
            await self._moved(conn, trial, EventType.TRIAL_ENDED, entry, now)
        return trial

    async def extend(self, call: Call, account_id: UUID, days: int, entry: AuditEntry) -> Trial:
        """Moves a trial's end later; one that has ended runs again, for that many days from now.

        Raises:
            NotFound: There is no such account.
            TrialStateForbids: The trial is bought or closed, or its data are due to be removed.
        """
        now = self.clock.now()
        async with self.database.transaction() as conn:
            if await claim(conn, call, account_id) is not None:
                return await read(conn, account_id)
            trial = await trials.lock(conn, account_id)
            if trial is None:
                raise NotFound
            if not trial.can_be_extended(now):
                raise TrialStateForbids
            terms = Terms.ending(add_days(max(trial.terms.ends_at, now), days))
            extended = await trials.extend(conn, trial, terms)
            if extended is None:
                raise TrialStateForbids
            await self._moved(conn, extended, EventType.TRIAL_EXTENDED, entry, now)
        return extended

    async def advance(self, account_id: UUID, *, order_open: bool, legal_hold: bool) -> tuple[Trial, Plan]:
        """Does everything that is due on a trial: ends it, sends the reminder of the moment, sets the next date.

        Raises:
            NotFound: There is no such account.
        """
        now = self.clock.now()
        async with self.database.transaction() as conn:
            ended = await trials.end_if_over(conn, account_id, now)
            if ended is not None:
                await _tell(conn, ended, EventType.TRIAL_ENDED, now)
            trial = ended or await trials.lock_open(conn, account_id)
            if trial is None:
                return await read(conn, account_id), schedule.FINAL
            pending = await trials.pending_reminders(conn, account_id)
            plan = schedule.plan(trial.state, trial.terms, pending, now, order_open=order_open, legal_hold=legal_hold)
            await trials.settle_reminders(conn, account_id, plan.send, plan.skip, now)
            account = await accounts.find(conn, account_id) if plan.send else None
            if plan.send and account:
                letter = self.letters.reminder(plan.send, account.person, trial, now, order_open=order_open)
                await outbox.mail(conn, letter, now)
            await trials.look_again_at(conn, account_id, plan.next_at)
        return trial, plan

    async def record_purchase(self, account_id: UUID, order_id: UUID) -> Trial:
        """Records that an order was paid; again: changes nothing.

        Raises:
            NotFound: There is no such account.
            TrialStateForbids: The trial was closed without having been bought.
        """
        async with self.database.transaction() as conn:
            trial = await trials.buy(conn, account_id, order_id)
            if trial is not None:
                await trials.drop_reminders(conn, account_id)
                await _tell(conn, trial, EventType.TRIAL_BOUGHT, self.clock.now(), order_id=order_id)
                return trial
            trial = await read(conn, account_id)
            if trial.order_id is None:
                raise TrialStateForbids
        return trial

    async def _moved(
        self, conn: AsyncConnection, trial: Trial, event: EventType, entry: AuditEntry | None, now: datetime
    ) -> None:
        """What follows from new dates, whoever set them."""
        await trials.remake_reminders(conn, trial.account_id, trial.terms.reminders_after(now))
        if entry is not None:
            await audit.record(conn, entry, now, account_id=trial.account_id)
        await outbox.wake(conn, trial_wake(trial.account_id), now)
        await _tell(conn, trial, event, now)


async def _tell(conn: AsyncConnection, trial: Trial, event: EventType, now: datetime, **ids: UUID) -> None:
    await events.tell(conn, Event(event, trial.account_id, ids, state=trial.state), now)


async def read(conn: AsyncConnection, account_id: UUID) -> Trial:
    """Reads a trial.

    Raises:
        NotFound: There is no such account.
    """
    trial = await trials.find(conn, account_id)
    if trial is None:
        raise NotFound
    return trial


async def _forbidden(conn: AsyncConnection, account_id: UUID) -> TrialStateForbids:
    """The refusal of a change that the trial's state does not allow.

    Raises:
        NotFound: There is no such account at all.
    """
    await read(conn, account_id)
    return TrialStateForbids()
