"""Decides what an operator's word does to a sign-up in review, and what becomes of it without one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.requests import Call, claim
from services.trial.domain.addresses import EmailAddress
from services.trial.domain.sign_ups import KeptSignUp, SignUpInReview, SignUpState, SignUpStatus
from services.trial.domain.terms import CONFIRMATION_HOURS
from services.trial.errors import SignUpStateForbids
from services.trial.service.post import Post
from services.trial.store import counts, sign_ups
from services.trial.traces import Trace, Traces

_WAIT: Final = timedelta(hours=CONFIRMATION_HOURS)


@dataclass(frozen=True, slots=True)
class Reviews:
    """Shows and decides sign-ups that the checks held."""

    database: Database
    clock: Clock
    traces: Traces
    post: Post

    async def get(self, sign_up_id: UUID) -> SignUpStatus:
        """Reads a sign-up.

        Raises:
            NotFound: There is none, or the daily job has deleted it because nobody confirmed it in time.
        """
        async with self.database.reading() as conn:
            return await self._read(conn, sign_up_id)

    async def look_up(self, sign_up_id: UUID) -> KeptSignUp:
        """Reads a sign-up with who signed up, decided or not.

        Raises:
            NotFound: There is none, or the daily job has deleted it because nobody confirmed it in time.
        """
        async with self.database.reading() as conn:
            found = await sign_ups.look_up(conn, sign_up_id)
        if found is None:
            raise NotFound
        return found

    async def list(self, after: tuple[datetime, UUID] | None, limit: int) -> list[SignUpInReview]:
        """Reads what still waits for a decision, oldest first."""
        async with self.database.reading() as conn:
            return await sign_ups.list_in_review(conn, after, limit, self.clock.now())

    async def decide(self, call: Call, sign_up_id: UUID, entry: AuditEntry, *, allow: bool) -> SignUpStatus:
        """Ends a review by an operator's word; allowing sends the confirmation email.

        Raises:
            NotFound: There is no such sign-up (any more).
            SignUpStateForbids: It was decided before, or its time has run out.
        """
        now = self.clock.now()
        async with self.database.transaction() as conn:
            if await claim(conn, call, sign_up_id) is not None:
                return await self._read(conn, sign_up_id)
            status = await self.end(conn, sign_up_id, now, allow=allow)
            if status is None:
                await self._read(conn, sign_up_id)
                raise SignUpStateForbids
            await audit.record(conn, entry, now, account_id=None)
        return status

    async def end(self, conn: AsyncConnection, sign_up_id: UUID, now: datetime, *, allow: bool) -> SignUpStatus | None:
        """Ends a review that still waits; allowing sends the confirmation email.

        Returns:
            The sign-up after it; None where it was decided before, or its time has run out.
        """
        state = SignUpState.AWAITING_CONFIRMATION if allow else SignUpState.DENIED
        decided = await sign_ups.decide(conn, sign_up_id, state, now, lapses_at=now + _WAIT if allow else None)
        if decided is None:
            return None
        status, applicant = decided
        if allow:
            email = EmailAddress.parse(applicant.email)
            await counts.lock(conn, [self.traces.hash(Trace.TRIAL, email.person)])
            await self.post.confirmation(conn, status, applicant, email, None, now)
        return status

    async def lapse(self, sign_up_id: UUID) -> SignUpStatus:
        """Ends a review whose time has run out; before that, or after any other end, it changes nothing.

        Raises:
            NotFound: There is no such sign-up (any more).
        """
        async with self.database.single() as conn:
            await sign_ups.lapse(conn, sign_up_id, self.clock.now())
            return await self._read(conn, sign_up_id)

    @staticmethod
    async def _read(conn: AsyncConnection, sign_up_id: UUID) -> SignUpStatus:
        status = await sign_ups.find(conn, sign_up_id)
        if status is None:
            raise NotFound
        return status
