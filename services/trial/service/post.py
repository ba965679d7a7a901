"""Decides whether an email that strangers can ask for may go to an address once more, and writes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.ids import new_id
from services.kit.tokens import new_token
from services.trial.domain.accounts import Person
from services.trial.domain.addresses import EmailAddress
from services.trial.domain.sign_ups import Applicant, SignUpStatus
from services.trial.domain.terms import CONFIRMATION_HOURS
from services.trial.letters import Letters
from services.trial.policy import SignUpLimits
from services.trial.store import counts, sign_ups
from services.trial.traces import Trace, Traces

_LINK_LIFE: Final = timedelta(hours=CONFIRMATION_HOURS)


@dataclass(frozen=True, slots=True)
class Post:
    """Writes emails into the outbox, a limited number to each address. Call it under the lock of the person."""

    letters: Letters
    limits: SignUpLimits
    traces: Traces

    async def confirmation(
        self, conn: AsyncConnection, status: SignUpStatus, to: Applicant, email: EmailAddress, now: datetime
    ) -> None:
        """Makes a new link for a sign-up and sends it."""
        if not await self._may_mail(conn, email, now):
            return
        token, token_hash = new_token()
        expires_at = now + _LINK_LIFE
        await sign_ups.add_link(conn, status.id, token_hash, expires_at)
        await outbox.mail(conn, self.letters.confirmation(new_id(), status.id, to, token, expires_at), now)

    async def already_registered(
        self, conn: AsyncConnection, cause: UUID, owner: Person, email: EmailAddress, now: datetime
    ) -> None:
        """Tells an account's owner that somebody has signed up with its address."""
        if await self._may_mail(conn, email, now):
            await outbox.mail(conn, self.letters.already_registered(cause, owner), now)

    async def _may_mail(self, conn: AsyncConnection, email: EmailAddress, now: datetime) -> bool:
        address = self.traces.hash(Trace.MAIL, email.key)
        return await counts.may_mail(conn, address, self.limits.mails_per_address_day, now)
