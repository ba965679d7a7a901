"""The mail system as this room sees it: what must happen there beyond the rows that it reads, and what it still knows.

A mail system reads domains, logins and quotas from the views `mail_domains` and `mail_logins`, and asks `RecordSend`
before a message leaves. What rows cannot do is left to a `MailPlatform`: end sessions that are open, remove messages.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select

from services.kit.database import Database
from services.mailboxes.tables import mail_logins


class MailPlatform(Protocol):
    """A mail system that serves the mailboxes of this room."""

    async def remove(self, mailbox_ids: Sequence[UUID]) -> None:
        """Ends the sessions of mailboxes whose rows are gone and removes their messages for good.

        Must be repeatable: a mailbox that it does not know is removed already.

        Raises:
            Exception: Anything; the removal stays noted and is tried again.
        """
        ...

    async def known_mailboxes(self, account_id: UUID) -> int:
        """Counts the mailboxes of an account that it would still let in, or whose messages it still has."""
        ...


class OwnDatabase:
    """The only mail system so far: this room's own database, read as a mail server would read it.

    No messages are stored and no sessions are kept, so a mailbox is gone as soon as its row is. Postfix and Dovecot
    become a second implementation, which ends sessions and removes homes (by mailbox id) as well.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, mailbox_ids: Sequence[UUID]) -> None:
        """Has nothing to remove beside the rows."""

    async def known_mailboxes(self, account_id: UUID) -> int:
        """Counts the account's logins as a mail server would find them."""
        query = select(func.count()).select_from(mail_logins).where(mail_logins.c.account_id == account_id)
        async with self._database.reading() as conn:
            return (await conn.execute(query)).scalar_one()
