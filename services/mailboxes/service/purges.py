"""Decides whether an account is purged, removes everything of it for good, and proves that nothing is left."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.mailboxes.domain.accounts import Account
from services.mailboxes.domain.states import AccountState
from services.mailboxes.errors import ContractRuns
from services.mailboxes.mail_platform import MailPlatform
from services.mailboxes.policy import MailboxesPolicy
from services.mailboxes.removals import Removals
from services.mailboxes.store import accounts as account_store
from services.mailboxes.store import purges as store

_PAID = frozenset({AccountState.UNLOCKED, AccountState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Purged:
    """How much a purge removed, by this call or an earlier one."""

    domains: int
    mailboxes: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What is left of an account; zeros and a time are the proof.

    Attributes:
        domains: Domains in the database.
        mailboxes: Mailboxes in the database.
        in_mail_system: Mailboxes that the mail system knows or has still to forget.
        purged_at: When the account was purged; None if it was not.
    """

    domains: int
    mailboxes: int
    in_mail_system: int
    purged_at: datetime | None


class Purges:
    """The last step of an account in this room."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        policy: MailboxesPolicy,
        platform: MailPlatform,
        removals: Removals,
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._platform = platform
        self._removals = removals

    async def purge(self, account_id: UUID, *, contract_ended: bool) -> Purged:
        """Removes all domains and mailboxes, from the database and from the mail system; told again, the same answer.

        An account that is not here yet is made and purged, so that a late OpenAccount finds it closed.

        Args:
            account_id: The account.
            contract_ended: It was closed because a paid contract ended or for an erasure.

        Raises:
            ContractRuns: The account was unlocked, and `contract_ended` is not said: money came in at the last moment.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            trial = self._policy.trial.entitlement
            await account_store.insert_account(conn, account_id, AccountState.RESTRICTED, trial, now)
            account = await account_store.lock(conn, account_id)
            if account is None:
                raise NotFound
            if account.state in _PAID and not contract_ended:
                raise ContractRuns
            removed = Purged(account.domains_removed, account.mailboxes_removed)
            if account.state is not AccountState.PURGED:
                removed = await self._remove(conn, account, now)
        # Outside the transaction: the mail system may be slow. If it fails, the caller repeats the purge.
        await self._removals.carry_out(account_id)
        return removed

    async def prove(self, account_id: UUID) -> Proof:
        """Looks into the database and the mail system for what is left.

        Raises:
            NotFound: There never was such an account.
        """
        async with self._database.reading() as conn:
            account = await account_store.read_allowance(conn, account_id)
            if account is None:
                raise NotFound
            left = await store.what_is_left(conn, account_id)
        known = await self._platform.known_mailboxes(account_id)
        purged = account.account.state is AccountState.PURGED
        return Proof(
            domains=left.domains,
            mailboxes=left.mailboxes,
            in_mail_system=known + left.removals,
            purged_at=account.account.state_since if purged else None,
        )

    async def _remove(self, conn: AsyncConnection, account: Account, now: datetime) -> Purged:
        mailboxes = await store.delete_mailboxes(conn, account.id, now)
        domains = await store.delete_domains(conn, account.id)
        if account.state in _PAID:
            await store.end_spans(conn, account.id, now)
        else:
            await store.delete_spans(conn, account.id)
        await account_store.note_purge(conn, account.id, domains, mailboxes, now)
        return Purged(domains, mailboxes)
