"""What the reseller status takes, what of it is measured, and when that is measured again.

Source: docs/rules.md, "Resellers". Two requirements are measured, one is declared, one is recorded by an operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.kit.calendar import Period, add_months, rome_date
from services.ordering.domain.periods import measuring
from services.ordering.domain.policy import RenewalPolicy, ResellerPolicy


class ResellerState(StrEnum):
    """A request: requested → approved → withdrawn, or requested → refused; ended where the account was closed."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision, or gives the status."""
        return self in (ResellerState.REQUESTED, ResellerState.APPROVED)


class Requirement(StrEnum):
    """What the status takes."""

    MAILBOXES = "mailboxes"
    OTHER_DOMAINS = "other_domains"
    RESALE = "resale"
    TRAINING = "training"


class ResellerEnd(StrEnum):
    """Why a request was refused or a status withdrawn, as the customer is told."""

    REQUIREMENTS = "requirements"
    NO_RESALE = "no_resale"
    TRAINING = "training"
    UNPAID = "unpaid"
    OTHER = "other"


class Decision(StrEnum):
    """What an operator decides."""

    APPROVE = "approve"
    REFUSE = "refuse"
    KEEP = "keep"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Declaration:
    """That a customer resells to third parties, as it was given: kept as evidence.

    Attributes:
        version: of the text that was shown.
        language: `it` or `en`.
        ip: from where it was given.
        user_agent: the browser's own name for itself.
    """

    version: str
    language: str
    ip: str
    user_agent: str

    def as_evidence(self, at: datetime) -> dict[str, Any]:
        """The declaration as it is kept, with the time by our clock."""
        return {
            "version": self.version,
            "language": self.language,
            "ip": self.ip,
            "user_agent": self.user_agent,
            "at": at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class PanelDomain:
    """A domain in the panel, in ASCII and lower case, and when it was added."""

    name: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Panel:
    """What an account has in the panel; inactive mailboxes count."""

    login: str
    mailboxes: int
    domains: Sequence[PanelDomain]


@dataclass(frozen=True, slots=True)
class Measured:
    """The two measured numbers."""

    mailboxes: int
    other_domains: int

    def fails(self, policy: ResellerPolicy) -> bool:
        """Whether one of the two requirements is not met."""
        return self.mailboxes < policy.mailboxes or self.other_domains < policy.other_domains


@dataclass(frozen=True, slots=True)
class Checked:
    """A requirement: how many there are of what it counts, and how many there must be."""

    requirement: Requirement
    found: int
    wanted: int

    @property
    def met(self) -> bool:
        """Whether it is met."""
        return self.found >= self.wanted


def measured(panel: Panel, pec: str) -> Measured:
    """Count what is measured.

    Args:
        panel: What there is.
        pec: The billing profile's PEC address; empty without one.
    """
    return Measured(panel.mailboxes, len(panel.domains) - len(own_domains(panel, pec)))


def own_domains(panel: Panel, pec: str) -> set[str]:
    """Which domains of the panel are the customer's own.

    Own is what stands above or below the domain of the login's or the PEC's address, or is the same. Where the panel
    has no such domain (a login at a mail provider), the one that was added first counts as own: nothing tells whose it
    is, and the customer's own mail is what a trial begins with.
    """
    known = [address.rpartition("@")[2].lower() for address in (panel.login, pec) if "@" in address]
    own = {each.name for each in panel.domains if any(_related(each.name, domain) for domain in known)}
    if own or not panel.domains:
        return own
    return {min(panel.domains, key=lambda each: (each.added_at, each.name)).name}


def requirements(
    found: Measured, *, resells: bool, trained: bool, policy: ResellerPolicy
) -> tuple[Checked, Checked, Checked, Checked]:
    """All four, in the order in which they are told."""
    return (
        Checked(Requirement.MAILBOXES, found.mailboxes, policy.mailboxes),
        Checked(Requirement.OTHER_DOMAINS, found.other_domains, policy.other_domains),
        Checked(Requirement.RESALE, int(resells), 1),
        Checked(Requirement.TRAINING, int(trained), 1),
    )


def next_check(account_id: UUID, now: datetime, policy: RenewalPolicy) -> datetime:
    """When a status is measured next: as the next month begins, spread like the measuring of the periods."""
    return measuring(account_id, next_month(rome_date(now)), policy)


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return add_months(Period.month(day).first, 1)


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
