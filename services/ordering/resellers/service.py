"""Decides who has the reseller status: asked for by the customer, measured, and decided by an operator.

What other rooms know is read before the transaction. Requests of one account meet on the account's locked row, what
follows on the request's. The status changes prices from the next document on: whoever makes one asks the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.requests import Call, claim
from services.kit.wakes import reseller_wake
from services.ordering import errors
from services.ordering.accounts.writing import lock_for_customer
from services.ordering.domain.dates import look_again_at
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.reseller import (
    Checked,
    Decision,
    Declaration,
    Measured,
    ResellerEnd,
    ResellerState,
    measured,
    next_check,
    requirements,
)
from services.ordering.domain.states import SubscriptionState
from services.ordering.profiles.store import find_profile
from services.ordering.readings import Readings
from services.ordering.resellers import store
from services.ordering.resellers.events import reseller_event
from services.ordering.resellers.mails import ResellerMails
from services.ordering.resellers.store import ResellerRow
from services.ordering.subscriptions.store import find_subscription_of_account

_DAILY = timedelta(days=1)
"""How often a request that waits for a decision is measured, and a status that fails."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as a reseller: its newest request, if there is one, and each requirement."""

    account_id: UUID
    row: ResellerRow | None
    requirements: Sequence[Checked]


@dataclass(frozen=True, slots=True)
class Advanced:
    """A request after it was measured, and how long until that is done again; None once it is over."""

    standing: Standing
    wait: timedelta | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an operator decides; `reason` is what the customer is told of a refusal or withdrawal."""

    decision: Decision
    reason: ResellerEnd | None
    override: bool
    recipient: common_pb2.Recipient


class Resellers:
    """The reseller status of all accounts."""

    def __init__(
        self, database: Database, clock: Clock, policy: OrderingPolicy, readings: Readings, mails: ResellerMails
    ) -> None:
        """Take the database, the clock, the policy, the rooms that may be asked and what writes the emails."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._readings = readings
        self._mails = mails

    async def get(self, account_id: UUID) -> Standing:
        """An account's status, with its requirements measured now; nothing is written.

        Raises:
            NotFound: There is no such account.
            NotReady: Trial or mailboxes do not answer.
        """
        found = await self._measure(account_id)
        async with self._database.reading() as conn:
            row = await store.newest(conn, account_id)
        return self._standing(account_id, row, found)

    async def ask(self, call: Call, account_id: UUID, declaration: Declaration) -> Standing:
        """Take a request; a repeated call gets the status as it stands.

        Raises:
            AccountIsClosed: The account is being closed, or was.
            ProfileMissing: It has no billing profile.
            NoResellerProfile: The profile is of another kind of customer.
            NoMonthlyContract: Nothing is billed by the month, or it ends.
            ResellerRequestStands: A request waits, or the status stands.
            NotReady: Trial or mailboxes do not answer.
        """
        found = await self._measure(account_id)
        now = self._clock.now()
        async with self._database.transaction() as conn:
            first = await claim(conn, call, account_id)
            if first is not None:
                return self._standing(account_id, await store.newest(conn, account_id), found)
            before = await self._check_may_ask(conn, account_id, now)
            row = await store.insert_request(conn, account_id, before, declaration, found, now)
            await outbox.wake(conn, reseller_wake(account_id), now)
            await events.tell(conn, reseller_event(row), now)
        return self._standing(account_id, row, found)

    async def advance(self, account_id: UUID) -> Advanced:
        """Measure what is due; a status that fails is noted, and noted no longer once it is met again.

        Raises:
            NotFound: The account never asked for the status.
            NotReady: Trial or mailboxes do not answer.
        """
        now = self._clock.now()
        async with self._database.reading() as conn:
            row = await store.newest(conn, account_id)
        if row is None:
            raise NotFound
        found = await self._measure(account_id) if row.is_due(now) and row.state.is_open else row.found
        async with self._database.transaction() as conn:
            row = _present(await store.lock_newest(conn, account_id))
            if not row.state.is_open:
                row = await store.change(conn, row, next_at=None)
                return Advanced(self._standing(account_id, row, row.found), None)
            if row.is_due(now):
                row = await self._note(conn, row, found, now)
        return Advanced(self._standing(account_id, row, row.found), self._wait(row, now))

    async def record_training(self, call: Call, account_id: UUID, entry: AuditEntry) -> Standing:
        """Note that the training was done, and measure, so that the answer tells what is missing; the first day stays.

        Raises:
            NotFound: The account never asked for the status.
            ResellerNotOpen: Its request was refused, or the status withdrawn.
            NotReady: Trial or mailboxes do not answer.
        """
        found = await self._measure(account_id)
        async with self._database.transaction() as conn:
            first = await claim(conn, call, account_id)
            row = _present(await store.lock_newest(conn, account_id))
            if first is None:
                _check_open(row)
                await audit.record(conn, entry, call.at, account_id=account_id)
                row = await store.write_measured(conn, row, found, call.at, training_at=row.training_at or call.at)
        return self._standing(account_id, row, row.found)

    async def decide(self, call: Call, account_id: UUID, verdict: Verdict, entry: AuditEntry) -> Standing:
        """Approve, refuse, keep or withdraw, and tell the customer.

        Raises:
            NotFound: The account never asked for the status.
            ResellerNotOpen: Its state does not wait for this decision.
            RequirementMissing: It cannot be approved so, without an override.
            NotReady: Trial or mailboxes do not answer.
        """
        found = await self._measure(account_id) if verdict.decision is Decision.APPROVE else None
        async with self._database.transaction() as conn:
            first = await claim(conn, call, account_id)
            row = _present(await store.lock_newest(conn, account_id))
            if first is None:
                row = await self._decided(conn, row, verdict, found, call.at)
                await audit.record(conn, entry, call.at, account_id=account_id)
                if verdict.decision is not Decision.KEEP:
                    await outbox.mail(conn, self._mails.decided(row, verdict.recipient), call.at)
                    await events.tell(conn, reseller_event(row), call.at)
        return self._standing(account_id, row, row.found)

    async def in_review(self, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Standing]:
        """What waits for an operator, as it was measured last."""
        async with self._database.reading() as conn:
            rows = await store.in_review(conn, after, limit)
        return [self._standing(row.account_id, row, row.found) for row in rows]

    async def _decided(
        self, conn: AsyncConnection, row: ResellerRow, verdict: Verdict, found: Measured | None, now: datetime
    ) -> ResellerRow:
        """Write a decision on a locked request that waits for it."""
        wanted = ResellerState.REQUESTED
        if verdict.decision in (Decision.KEEP, Decision.WITHDRAW):
            wanted = ResellerState.APPROVED
        failing = row.failing_since is not None or verdict.decision is not Decision.KEEP
        if row.state is not wanted or not failing:
            raise errors.ResellerNotOpen(metadata={"state": str(row.state)})
        check_at = next_check(row.account_id, now, self._policy.renewals)
        if verdict.decision is Decision.KEEP:
            return await store.change(conn, row, failing_since=None, check_at=check_at, next_at=check_at)
        if found is None:
            state = ResellerState.REFUSED if verdict.decision is Decision.REFUSE else ResellerState.WITHDRAWN
            return await store.change(
                conn, row, state=str(state), end_reason=str(verdict.reason), ended_at=now, check_at=None,
                failing_since=None, next_at=now,
            )  # fmt: skip
        missing = [str(each.requirement) for each in self._requirements(row, found) if not each.met]
        if missing and not verdict.override:
            raise errors.RequirementMissing(metadata={"missing": ", ".join(missing)})
        return await store.write_measured(
            conn, row, found, now, state=str(ResellerState.APPROVED), approved_at=now, overridden=bool(missing),
            check_at=check_at, next_at=check_at,
        )  # fmt: skip

    async def _check_may_ask(self, conn: AsyncConnection, account_id: UUID, now: datetime) -> ResellerRow | None:
        """The account's request before this one, under the account's lock."""
        await lock_for_customer(conn, account_id, now)
        saved = await find_profile(conn, account_id)
        if saved is None:
            raise errors.ProfileMissing
        if saved.profile.kind is not CustomerKind.RESELLER:
            raise errors.NoResellerProfile
        subscription = await find_subscription_of_account(conn, account_id)
        goes_on = subscription and subscription.state is SubscriptionState.ACTIVE and subscription.end is None
        if subscription is None or not goes_on or subscription.billing is not Billing.MONTHLY:
            raise errors.NoMonthlyContract
        before = await store.newest(conn, account_id)
        if before is not None and before.state.is_open:
            raise errors.ResellerRequestStands(metadata={"state": str(before.state)})
        return before

    async def _note(self, conn: AsyncConnection, row: ResellerRow, found: Measured, now: datetime) -> ResellerRow:
        """Write what was measured on a locked request, and when that is done again."""
        if row.state is ResellerState.REQUESTED:
            return await store.write_measured(conn, row, found, now, next_at=look_again_at(None, now))
        check_at = row.check_at
        if check_at is None or now >= check_at:
            check_at = next_check(row.account_id, now, self._policy.renewals)
        fails = found.fails(self._policy.resellers)
        return await store.write_measured(
            conn, row, found, now, check_at=check_at, failing_since=(row.failing_since or now) if fails else None,
            next_at=look_again_at(None, now) if fails else check_at,
        )  # fmt: skip

    def _wait(self, row: ResellerRow, now: datetime) -> timedelta:
        if row.state is ResellerState.REQUESTED or row.failing_since is not None or row.check_at is None:
            return _DAILY
        return row.check_at - now

    async def _measure(self, account_id: UUID) -> Measured:
        panel = await self._readings.panel(account_id)
        async with self._database.reading() as conn:
            saved = await find_profile(conn, account_id)
        return measured(panel, saved.profile.pec if saved else "")

    def _standing(self, account_id: UUID, row: ResellerRow | None, found: Measured) -> Standing:
        return Standing(account_id, row, self._requirements(row, found))

    def _requirements(self, row: ResellerRow | None, found: Measured) -> Sequence[Checked]:
        """Each requirement; a declaration holds for its own request."""
        resells = row is not None and row.state.is_open
        trained = row is not None and row.training_at is not None
        return requirements(found, resells=resells, trained=trained, policy=self._policy.resellers)


def _present(row: ResellerRow | None) -> ResellerRow:
    if row is None:
        raise NotFound("the account never asked for the reseller status")
    return row


def _check_open(row: ResellerRow) -> None:
    if not row.state.is_open:
        raise errors.ResellerNotOpen(metadata={"state": str(row.state)})
