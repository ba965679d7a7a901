"""What an account is, and how its trial looks at a given moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.calendar import days_left
from services.trial.domain.sign_ups import Applicant
from services.trial.domain.terms import Terms, TrialState


@dataclass(frozen=True, slots=True)
class Trial:
    """An account's trial as stored."""

    account_id: UUID
    state: TrialState
    started_at: datetime
    terms: Terms
    order_id: UUID | None = None

    def can_be_extended(self, now: datetime) -> bool:
        """Whether a later end still makes sense: not once it is bought or closed, or its data are due to go."""
        return self.state in {TrialState.ACTIVE, TrialState.ENDED} and now < self.terms.purge_at

    def state_at(self, now: datetime) -> TrialState:
        """The state at a moment: past its end a trial has ended, even before its workflow has said so."""
        over = self.state is TrialState.ACTIVE and self.terms.ends_at <= now
        return TrialState.ENDED if over else self.state

    def days_left(self, now: datetime) -> int:
        """Calendar days until the end; 0 on the last day, after it, and for a trial that is over for another reason."""
        return days_left(now, self.terms.ends_at) if self.state is TrialState.ACTIVE else 0

    def days_until_purge(self, now: datetime) -> int:
        """Calendar days until the removal; 0 on that day, after it, and where there will be none."""
        if self.state in {TrialState.BOUGHT, TrialState.CLOSED}:
            return 0
        return days_left(now, self.terms.purge_at)


@dataclass(frozen=True, slots=True)
class Person(Applicant):
    """Who stands behind an account: who signed up, once the address is confirmed."""

    account_id: UUID


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its trial."""

    person: Person
    confirmed_at: datetime
    trial: Trial
    sign_up_id: UUID | None
    """What became this account."""
