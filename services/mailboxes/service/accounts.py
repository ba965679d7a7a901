"""Decides how an account moves, from its opening to its suspension, and which features it has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.requests import Call, claim
from services.mailboxes.domain.accounts import Account, Allowance
from services.mailboxes.domain.options import Ordered
from services.mailboxes.domain.states import AccountState, Billing, Feature, SuspensionCause
from services.mailboxes.errors import AccountPurged, AccountRestricted
from services.mailboxes.policy import MailboxesPolicy
from services.mailboxes.service import options
from services.mailboxes.service.covering import cover
from services.mailboxes.service.rules import OPENS_WITHIN
from services.mailboxes.store import accounts as store


class Accounts:
    """The accounts of this room. Every change answers with the allowance as it then stands."""

    def __init__(self, database: Database, clock: Clock, policy: MailboxesPolicy) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy

    async def allowance(self, account_id: UUID, *, may_be_opening: bool) -> Allowance:
        """Reads what an account may use and what it uses.

        Args:
            account_id: The account.
            may_be_opening: The account is known to exist elsewhere, so that its absence here is a matter of seconds.

        Raises:
            NotReady: It is being opened.
            NotFound: There is none.
        """
        async with self._database.reading() as conn:
            found = await store.read_allowance(conn, account_id)
        if found is None:
            raise NotReady(retry_after=OPENS_WITHIN) if may_be_opening else NotFound
        return found

    async def open(self, account_id: UUID) -> Allowance:
        """Opens an account with the trial's limits; an account that is there stays as it is, purged ones too."""
        async with self._database.transaction() as conn:
            trial = self._policy.trial.entitlement
            await store.insert_account(conn, account_id, AccountState.TRIAL, trial, self._clock.now())
            return await _present(conn, account_id)

    async def restrict(self, account_id: UUID) -> Allowance:
        """Ends a trial's sending and growing. Late, after an unlock or a purge, it changes nothing."""
        return await self._move(account_id, frozenset({AccountState.TRIAL}), AccountState.RESTRICTED)

    async def reopen(self, account_id: UUID) -> Allowance:
        """Gives a restricted account its trial back. In every other state it changes nothing."""
        return await self._move(account_id, frozenset({AccountState.RESTRICTED}), AccountState.TRIAL)

    async def unlock(
        self,
        account_id: UUID,
        order_id: UUID,
        billing: Billing,
        mailboxes: int,
        sizes: Mapping[int, int],
        ordered: Sequence[Ordered] = (),
    ) -> tuple[Allowance, datetime]:
        """Unlocks an account for a paid order, once an order.

        Args:
            account_id: The account; made here if the trial's first step is late, because money does not wait for it.
            order_id: The paid order.
            billing: How it is billed.
            mailboxes: Mailboxes ordered; under monthly billing limits of a new contract follow them.
            sizes: Mailboxes ordered, per size in GB; counts under annual billing only.
            ordered: The same with their options, where there are any.

        Returns:
            The allowance, and when the order unlocked the account: the first time, however often it is told.

        Raises:
            AccountPurged: The account was purged and stays so.
            NotFound: The order unlocked another account.
        """
        now = self._clock.now()
        paid = self._policy.paid
        entitlement = paid.monthly(mailboxes) if billing is Billing.MONTHLY else paid.annual(dict(sizes))
        async with self._database.transaction() as conn:
            await store.insert_account(conn, account_id, AccountState.TRIAL, self._policy.trial.entitlement, now)
            account = await store.lock(conn, account_id)
            if await store.insert_unlock(conn, account_id, order_id, billing, now):
                if account is None or account.state is AccountState.PURGED:
                    raise AccountPurged
                await store.give(conn, account_id, billing, entitlement, now)
                await options.bring(conn, account_id, billing, ordered, now)
                await cover(conn, account_id, billing)
                ids = {"order_id": order_id}
                event = Event(EventType.ACCOUNT_UNLOCKED, account_id, ids, state=AccountState.UNLOCKED)
                await events.tell(conn, event, now)
            unlock = await store.read_unlock(conn, order_id)
            if unlock is None or unlock.account_id != account_id:
                raise NotFound
            return await _present(conn, account_id), unlock.unlocked_at

    async def add(
        self, account_id: UUID, order_id: UUID, sizes: Mapping[int, int], ordered: Sequence[Ordered] = ()
    ) -> tuple[Allowance, datetime]:
        """Adds a paid order's mailboxes to the places of an annual contract, once an order; a suspension stays.

        Args:
            account_id: The account.
            order_id: The paid order.
            sizes: Mailboxes ordered, per size in GB.
            ordered: The same with their options, where there are any.

        Returns:
            The allowance, and when the order added to it: the first time, however often it is told.

        Raises:
            AccountPurged: The account was purged and stays so.
            AccountRestricted: It has no annual contract.
            NotFound: There is no such account, or the order added to another one.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            account = await _locked(conn, account_id)
            if await store.insert_unlock(conn, account_id, order_id, Billing.ANNUAL, now):
                if account.state is AccountState.PURGED:
                    raise AccountPurged
                if account.state not in _PAID or account.billing is not Billing.ANNUAL:
                    raise AccountRestricted(metadata={"state": account.state})
                places = Counter((await _present(conn, account_id)).places)
                places.update(sizes)
                await store.widen(conn, account_id, self._policy.paid.annual(dict(places)))
                await options.bring_more(conn, account_id, ordered)
                await cover(conn, account_id, Billing.ANNUAL)
                ids = {"order_id": order_id}
                await events.tell(conn, Event(EventType.ACCOUNT_UNLOCKED, account_id, ids, state=account.state), now)
            unlock = await store.read_unlock(conn, order_id)
            if unlock is None or unlock.account_id != account_id:
                raise NotFound
            return await _present(conn, account_id), unlock.unlocked_at

    async def take_back(
        self, account_id: UUID, order_id: UUID, sizes: Mapping[int, int], ordered: Sequence[Ordered] = ()
    ) -> Allowance:
        """Takes back the places that an addition brought, once an order.

        Mailboxes above the rest stay and do not send.

        Raises:
            NotFound: There is no such account, or the order brought it nothing.
        """
        async with self._database.transaction() as conn:
            account = await _locked(conn, account_id)
            unlock = await store.read_unlock(conn, order_id)
            if unlock is None or unlock.account_id != account_id:
                raise NotFound
            if await store.take_back(conn, account_id, order_id, self._clock.now()) and account.state in _PAID:
                left = Counter((await _present(conn, account_id)).places) - Counter(sizes)
                await store.widen(conn, account_id, self._policy.paid.annual(dict(left)))
                await options.take_back(conn, account_id, ordered)
                await cover(conn, account_id, Billing.ANNUAL)
            return await _present(conn, account_id)

    async def confirm(self, call: Call, account_id: UUID, entry: AuditEntry | None) -> Allowance:
        """Ends the lower ceiling of a new monthly contract; every other account stays as it is.

        Raises:
            NotFound: There is no such account.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, account_id) is None:
                account = await _locked(conn, account_id)
                if (
                    account.new_contract
                    and account.state in _PAID
                    and (entry is None or await audit.record(conn, entry, call.at, account_id=account_id))
                ):
                    await store.confirm(conn, account_id, self._policy.paid.confirmed_monthly)
            return await _present(conn, account_id)

    async def suspend(
        self, call: Call, account_id: UUID, entry: AuditEntry | None, cause: SuspensionCause | None
    ) -> Allowance:
        """Stops sending and growing of an unlocked account, and tells why.

        Raises:
            AccountRestricted: It is not unlocked, so there is nothing to suspend.
        """
        return await self._steer(call, account_id, AccountState.UNLOCKED, AccountState.SUSPENDED, entry, cause or "")

    async def resume(self, call: Call, account_id: UUID, entry: AuditEntry | None) -> Allowance:
        """Ends a suspension; at once, because the customer has paid.

        Raises:
            AccountRestricted: It is neither suspended nor unlocked.
        """
        return await self._steer(call, account_id, AccountState.SUSPENDED, AccountState.UNLOCKED, entry)

    async def set_feature(
        self, call: Call, account_id: UUID, feature: Feature, entry: AuditEntry, *, off: bool
    ) -> Allowance:
        """Switches a feature of one account off or on.

        Raises:
            NotFound: There is no such account.
            AccountPurged: There is nothing left to switch.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, account_id) is None:
                account = await _locked(conn, account_id)
                if account.state is AccountState.PURGED:
                    raise AccountPurged
                changed = account.features_off | {feature} if off else account.features_off - {feature}
                await store.switch_feature(conn, account_id, changed)
                await audit.record(conn, entry, call.at, account_id=account_id)
            return await _present(conn, account_id)

    async def _move(self, account_id: UUID, allowed: frozenset[AccountState], state: AccountState) -> Allowance:
        async with self._database.transaction() as conn:
            await store.set_state(conn, account_id, allowed, state, self._clock.now())
            return await _present(conn, account_id)

    async def _steer(
        self,
        call: Call,
        account_id: UUID,
        before: AccountState,
        after: AccountState,
        entry: AuditEntry | None,
        cause: str = "",
    ) -> Allowance:
        """Moves an account between two states of a paid contract; told again, it changes nothing.

        The audit trail remembers an operator's deed when the request is long forgotten.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, account_id) is None:
                account = await _locked(conn, account_id)
                if account.state is AccountState.PURGED:
                    raise AccountPurged
                if account.state not in {before, after}:
                    raise AccountRestricted(metadata={"state": account.state})
                if account.state is before and (
                    entry is None or await audit.record(conn, entry, call.at, account_id=account_id)
                ):
                    await store.set_state(conn, account_id, frozenset({before}), after, call.at)
                    await events.tell(conn, Event(_TOLD[after], account_id, state=after, cause=cause), call.at)
            return await _present(conn, account_id)


_PAID = (AccountState.UNLOCKED, AccountState.SUSPENDED)

_TOLD = {
    AccountState.SUSPENDED: EventType.ACCOUNT_SUSPENDED,
    AccountState.UNLOCKED: EventType.ACCOUNT_RESUMED,
}
"""What gateways hear of the end of a steered move."""


async def _locked(conn: AsyncConnection, account_id: UUID) -> Account:
    account = await store.lock(conn, account_id)
    if account is None:
        raise NotFound
    return account


async def _present(conn: AsyncConnection, account_id: UUID) -> Allowance:
    found = await store.read_allowance(conn, account_id)
    if found is None:
        raise NotFound
    return found
