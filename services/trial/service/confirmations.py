"""Decides when a sign-up becomes an account: with a valid link and a good password, exactly once; the trial begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.calendar import add_days
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.kit.password_hashes import PasswordHashes
from services.kit.requests import Call, claim, known
from services.kit.tokens import hash_token
from services.kit.validation import Violations
from services.kit.wakes import sign_up_wake, trial_wake
from services.trial.domain import passwords
from services.trial.domain.accounts import Person, Trial
from services.trial.domain.sign_ups import Applicant
from services.trial.domain.terms import TRIAL_DAYS, Terms, TrialState
from services.trial.errors import LinkNotValid
from services.trial.letters import Letters
from services.trial.messages import CATALOGUE
from services.trial.service.trials import read
from services.trial.store import confirmations, counts, trials
from services.trial.traces import Trace


@dataclass(frozen=True, slots=True)
class Confirmations:
    """Turns sign-ups into accounts."""

    database: Database
    clock: Clock
    hashes: PasswordHashes
    letters: Letters

    async def confirm(self, call: Call, token: str, password: str) -> Trial:
        """Confirms an address, sets the password and begins the trial. The guarded statement makes it happen once.

        Raises:
            LinkNotValid: The link was used by another call, has expired or never existed.
            InvalidInput: The password is one that whoever knows the person would guess.
            RequestIdReused: The call's request_id came with another link before.
            RateLimited: Too many passwords are hashed at once.
        """
        token_hash = hash_token(token)
        async with self.database.reading() as conn:
            first = await known(conn, call)
            if first is not None:
                return await read(conn, first)
            applicant = await confirmations.find_applicant(conn, token_hash, self.clock.now())
        if applicant is None:
            raise LinkNotValid
        self._refuse_personal(password, applicant)
        with self.hashes.place():
            password_hash = await self.hashes.hash(password)
        account_id = new_id()
        async with self.database.transaction() as conn:
            first = await claim(conn, call, account_id)
            if first is not None:
                return await read(conn, first)
            return await self._begin(conn, account_id, token_hash, password_hash)

    @staticmethod
    def _refuse_personal(password: str, applicant: Applicant) -> None:
        violations = Violations(catalogue=CATALOGUE)
        problem = passwords.problem(password, _known_words(applicant))
        if problem:
            violations.add("password", problem)
        violations.check()

    async def _begin(self, conn: AsyncConnection, account_id: UUID, token_hash: bytes, password_hash: str) -> Trial:
        now = self.clock.now()
        confirmed = await confirmations.confirm(conn, account_id, token_hash, password_hash, now)
        if confirmed is None:
            raise LinkNotValid
        trial = await self._start_trial(conn, confirmed.person)
        # Outlives the account, so that a second trial is noticed after an erasure too.
        await counts.note(conn, Trace.TRIAL, confirmed.person_hash, now)
        for rival in await confirmations.end_rivals(conn, confirmed.email_key):
            await outbox.wake(conn, sign_up_wake(rival), now)
        return trial

    async def _start_trial(self, conn: AsyncConnection, person: Person) -> Trial:
        now = self.clock.now()
        terms = Terms.ending(add_days(now, TRIAL_DAYS))
        trial = Trial(person.account_id, TrialState.ACTIVE, now, terms)
        ahead = terms.reminders_after(now)
        await confirmations.add_trial(conn, trial, next_at=ahead[0].due_at)
        await trials.remake_reminders(conn, person.account_id, ahead)
        await outbox.mail(conn, self.letters.welcome(person, trial), now)
        await outbox.wake(conn, trial_wake(person.account_id), now)
        await events.tell(conn, Event(EventType.TRIAL_STARTED, person.account_id, state=trial.state), now)
        return trial


def _known_words(applicant: Applicant) -> Iterator[str]:
    """What an attacker who knows the person tries first."""
    local, _, domain = applicant.email.partition("@")
    yield from (applicant.email, local, domain, domain.partition(".")[0])
    first, last = applicant.first_name.replace(" ", ""), applicant.last_name.replace(" ", "")
    yield from (first, last, first + last, last + first, f"{first}.{last}", f"{first} {last}")
