"""Decides who may be found as an account, and closes its login for good."""

from dataclasses import dataclass
from uuid import UUID

from services.kit import events
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.kit.events import Event
from services.trial.domain.accounts import Account
from services.trial.domain.addresses import EmailAddress
from services.trial.domain.sign_ups import ConsentRecord
from services.trial.store import accounts, sessions, trials


@dataclass(frozen=True, slots=True)
class Accounts:
    """Reads accounts and closes their logins."""

    database: Database
    clock: Clock

    async def get(self, account_id: UUID) -> Account:
        """Reads an account, closed or not.

        Raises:
            NotFound: There is none, or it was erased.
        """
        async with self.database.reading() as conn:
            account = await accounts.find(conn, account_id)
        if account is None:
            raise NotFound
        return account

    async def find(self, email: EmailAddress) -> Account:
        """Finds the account of an address; of several the open one, else the newest.

        Raises:
            NotFound: There is none.
        """
        async with self.database.reading() as conn:
            account = await accounts.find_by_email(conn, email.key)
        if account is None:
            raise NotFound
        return account

    async def list_consents(self, account_id: UUID) -> list[ConsentRecord]:
        """Reads the evidence of what an account agreed to.

        Raises:
            NotFound: There is no such account.
        """
        async with self.database.reading() as conn:
            records = await accounts.list_consents(conn, account_id)
        # Every account began with consents: none means no account.
        if not records:
            raise NotFound
        return records

    async def close_login(self, account_id: UUID) -> int:
        """Closes login and trial for good and ends all sessions; again: changes nothing.

        Returns:
            How many sessions the closing has ended, this time or an earlier one.

        Raises:
            NotFound: There is no such account.
        """
        now = self.clock.now()
        async with self.database.transaction() as conn:
            # First the account's row: a login that is being opened at this moment waits here, and is then refused.
            await accounts.close_login(conn, account_id, now)
            ended = await sessions.end_all(conn, account_id, now)
            await sessions.forget_networks(conn, account_id)
            closed = await trials.close(conn, account_id, now)
            if closed is not None:
                await trials.drop_reminders(conn, account_id)
                await events.tell(conn, Event(EventType.TRIAL_CLOSED, account_id, state=closed.state), now)
            elif await trials.find(conn, account_id) is None:
                raise NotFound
        return ended
