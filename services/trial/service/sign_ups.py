"""Decides what becomes of a sign-up: an email with the link, an operator's review, a refusal, or word to the owner."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import RateLimited
from services.kit.ids import new_id
from services.kit.public_suffixes import PublicSuffixes
from services.kit.requests import Call, claim
from services.kit.wakes import sign_up_wake
from services.trial.disposable import is_disposable
from services.trial.domain.addresses import EmailAddress
from services.trial.domain.checks import Finding, SignUpCounts, Verdict, certain_findings, counted_findings, judge
from services.trial.domain.networks import device_of, network_of
from services.trial.domain.sessions import wait_after
from services.trial.domain.sign_ups import Client, Form, SignUpState, SignUpStatus
from services.trial.domain.terms import CONFIRMATION_HOURS
from services.trial.errors import SignUpDenied
from services.trial.pace import even_pace
from services.trial.policy import SignUpLimits
from services.trial.resolver import MailRouteResolver
from services.trial.service.post import Post
from services.trial.store import accounts, attempts, counts, sign_ups
from services.trial.traces import Trace, Traces
from services.trial.turns import Turns

WAIT: Final = timedelta(hours=CONFIRMATION_HOURS)
_SOURCE_WAITS: Final = timedelta(hours=1)
"""After which a source that had too many may try again: the oldest of 24 hours' fall out one by one."""
_WISHES_WITHIN: Final = timedelta(hours=24)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignUps:
    """Takes sign-ups in."""

    database: Database
    clock: Clock
    limits: SignUpLimits
    suffixes: PublicSuffixes
    traces: Traces
    resolver: MailRouteResolver
    post: Post
    turns: Turns

    async def sign_up(self, call: Call, form: Form) -> UUID:
        """Takes a filled-in form.

        Whether the address has an account changes neither the answer nor its time: the same checks, the same rows.

        Returns:
            The sign-up's id.

        Raises:
            SignUpDenied: The address's domain cannot be used; a fact about the domain, not about the person.
            RateLimited: Too many from where the visitor is, whatever addresses they name.
        """
        domain = form.email.domain
        certain = certain_findings(await self.resolver.route_of(domain), disposable=is_disposable(domain))
        denied = judge(certain)
        if denied.verdict is Verdict.DENY:
            raise SignUpDenied(metadata={"findings": ",".join(denied.findings)})
        seen = self._seen(form)
        async with (
            even_pace(self.limits.answer_milliseconds),
            self.turns.of(seen.locks),
            self.database.transaction() as conn,
        ):
            sign_up_id = new_id()
            first = await claim(conn, call, sign_up_id)
            if first is not None:
                return first
            await self._receive(conn, sign_up_id, form, seen, certain)
        return sign_up_id

    async def resend(self, call: Call, email: EmailAddress, client: Client) -> None:
        """Sends a waiting sign-up's email again, with a new link and a new time; says nothing of what it found.

        Raises:
            RateLimited: Too many from where the visitor is, whatever addresses they name.
        """
        now = self.clock.now()
        network = self.traces.hash(Trace.NETWORK, network_of(client.ip))
        locks = (self.traces.hash(Trace.TRIAL, email.person), network)
        async with even_pace(self.limits.answer_milliseconds):
            await self._count_wish(client, now)
            async with self.turns.of(locks), self.database.transaction() as conn:
                if await claim(conn, call, new_id()) is None:
                    await counts.lock(conn, locks)
                    await self._send_again(conn, call, email, client, now)

    async def _send_again(
        self, conn: AsyncConnection, call: Call, email: EmailAddress, client: Client, now: datetime
    ) -> None:
        owner = await accounts.find_open(conn, email.key)
        if owner is not None:
            await self.post.already_registered(conn, call.request_id, owner, email, client, now)
            return
        waiting = await sign_ups.prolong(conn, email.key, now, now + WAIT)
        if waiting is not None:
            status, applicant = waiting
            await self.post.confirmation(conn, status, applicant, email, client, now)

    async def _count_wish(self, client: Client, now: datetime) -> None:
        """Counts a wish for a new link under its source, and refuses one too many before it leaves a row of its own.

        Its network counts what its device let through, or one visitor would use up what their neighbours have.
        """
        limits, hashed = self.limits, self.traces.hash
        for source, most in (
            (hashed(Trace.RESEND_IP, device_of(client.ip)), limits.refused_per_ip_day),
            (hashed(Trace.RESEND_NETWORK, network_of(client.ip)), limits.refused_per_network_day),
        ):
            async with self.database.single() as conn:
                counted = await attempts.count(conn, (source,), now, _WISHES_WITHIN)
            wait = wait_after([(counted[source], most)], now)
            if wait is not None:
                raise RateLimited("too many wishes for a new link from here", retry_after=wait)

    async def _receive(
        self, conn: AsyncConnection, sign_up_id: UUID, form: Form, seen: counts.Seen, certain: tuple[Finding, ...]
    ) -> None:
        now = self.clock.now()
        await counts.lock(conn, seen.locks)
        counted = await counts.count(conn, seen, form.email.key, now)
        self._refuse_many(counted)
        owner = await accounts.find_open(conn, form.email.key)
        judgement = judge((*certain, *counted_findings(counted, self.limits)))
        state = SignUpState.AWAITING_CONFIRMATION
        if owner is not None:
            state = SignUpState.ALREADY_REGISTERED
        elif judgement.verdict is Verdict.REVIEW:
            state = await self._held(conn, now)
        status = SignUpStatus(sign_up_id, state, tuple(judgement.findings), now, now + WAIT)
        await sign_ups.add(conn, status, form, seen.person)
        if owner is not None:
            await self.post.already_registered(conn, sign_up_id, owner, form.email, form.client, now)
        elif state is SignUpState.IN_REVIEW:
            await outbox.wake(conn, sign_up_wake(sign_up_id), now)
        elif state is SignUpState.AWAITING_CONFIRMATION:
            await self.post.confirmation(conn, status, form.applicant, form.email, form.client, now)

    def _refuse_many(self, counted: SignUpCounts) -> None:
        """Refuses a source that had too many; before anybody looks for the address, so that it tells nothing of it.

        A refused one leaves no trace behind, so that the source is free again 24 hours after those that were taken.
        """
        limits = self.limits
        if counted.ip_day > limits.refused_per_ip_day or counted.network_day > limits.refused_per_network_day:
            raise RateLimited("too many sign-ups from here", retry_after=_SOURCE_WAITS)

    async def _held(self, conn: AsyncConnection, now: datetime) -> SignUpState:
        """What becomes of a sign-up that a person must look at: nothing, where more wait than anybody can look at."""
        if await sign_ups.count_in_review(conn, now) < self.limits.most_in_review:
            return SignUpState.IN_REVIEW
        _LOG.warning("too many sign-ups wait for an operator, one more lapses at once")
        return SignUpState.LAPSED

    def _seen(self, form: Form) -> counts.Seen:
        domain, ip = form.email.domain, form.client.ip
        exempt = domain in self.limits.big_mail_providers
        return counts.Seen(
            ip=self.traces.hash(Trace.IP, device_of(ip)),
            network=self.traces.hash(Trace.NETWORK, network_of(ip)),
            domain=None if exempt else self.traces.hash(Trace.DOMAIN, self.suffixes.registrable(domain)),
            person=self.traces.hash(Trace.TRIAL, form.email.person),
        )
