"""Decides whether an email that strangers can ask for may leave once more, and writes it.

What counts is whom it reaches and who asks for it: an address, and the visitor's device and network.
"""

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
from services.trial.domain.networks import device_of, network_of
from services.trial.domain.sign_ups import Applicant, Client, SignUpStatus
from services.trial.domain.terms import CONFIRMATION_HOURS
from services.trial.letters import Letters
from services.trial.policy import SignUpLimits
from services.trial.store import counts, sign_ups
from services.trial.store.counts import MailBound
from services.trial.traces import Trace, Traces

_LINK_LIFE: Final = timedelta(hours=CONFIRMATION_HOURS)
_DAY: Final = timedelta(hours=24)
_MONTH: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Post:
    """Writes emails into the outbox, a limited number. Call it under the locks of the person and the network.

    The client is who asks for the email; None where an operator has decided.
    """

    letters: Letters
    limits: SignUpLimits
    traces: Traces

    async def confirmation(
        self,
        conn: AsyncConnection,
        status: SignUpStatus,
        to: Applicant,
        email: EmailAddress,
        client: Client | None,
        now: datetime,
    ) -> None:
        """Makes a new link for a sign-up and sends it."""
        if not await self._may_mail(conn, email, client, now):
            return
        token, token_hash = new_token()
        expires_at = now + _LINK_LIFE
        await sign_ups.add_link(conn, status.id, token_hash, expires_at)
        await outbox.mail(conn, self.letters.confirmation(new_id(), status.id, to, token, expires_at), now)

    async def already_registered(
        self, conn: AsyncConnection, cause: UUID, owner: Person, email: EmailAddress, client: Client, now: datetime
    ) -> None:
        """Tells an account's owner that somebody has signed up with its address."""
        if await self._may_mail(conn, email, client, now):
            await outbox.mail(conn, self.letters.already_registered(cause, owner), now)

    async def _may_mail(self, conn: AsyncConnection, email: EmailAddress, client: Client | None, now: datetime) -> bool:
        limits, hashed = self.limits, self.traces.hash
        address = hashed(Trace.MAIL, email.key)
        bounds = [
            MailBound(address, limits.mails_per_address_day, _DAY),
            MailBound(address, limits.mails_per_address_month, _MONTH),
        ]
        if client is not None:
            ip, network = device_of(client.ip), network_of(client.ip)
            bounds.append(MailBound(hashed(Trace.MAIL_IP, ip), limits.mails_per_ip_day, _DAY))
            bounds.append(MailBound(hashed(Trace.MAIL_NETWORK, network), limits.mails_per_network_day, _DAY))
        return await counts.may_mail(conn, bounds, now)
