"""What a sign-up is: the form as the visitor filled it in, its consents as evidence, and where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from services.trial.domain.addresses import EmailAddress


class SignUpState(StrEnum):
    """Where a sign-up stands; only the first two wait for something."""

    IN_REVIEW = "in_review"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    LAPSED = "lapsed"
    ALREADY_REGISTERED = "already_registered"


WAITING = (SignUpState.IN_REVIEW, SignUpState.AWAITING_CONFIRMATION)
"""What waits for somebody and lapses in the end."""


class ConsentKind(StrEnum):
    """What a visitor is asked to agree to."""

    TERMS = "terms"
    PRIVACY = "privacy"
    PROMOTIONAL = "promotional"


REQUIRED_CONSENTS = frozenset({ConsentKind.TERMS, ConsentKind.PRIVACY})


@dataclass(frozen=True, slots=True)
class Client:
    """Where a visitor's request came from, as the gateway saw it."""

    ip: IPv4Address | IPv6Address
    user_agent: str


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer, with the version of the document that the visitor was shown."""

    kind: ConsentKind
    document_version: str
    granted: bool


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A consent with its evidence: when and from where it was given."""

    consent: Consent
    at: datetime
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Form:
    """The filled-in form; every field is checked."""

    first_name: str
    last_name: str
    email: EmailAddress
    country: str
    language: str
    consents: tuple[Consent, ...]
    client: Client

    @property
    def applicant(self) -> "Applicant":
        """Who filled it in, for emails."""
        return Applicant(self.first_name, self.last_name, self.email.text, self.country, self.language)


@dataclass(frozen=True, slots=True)
class SignUpStatus:
    """A sign-up without personal data."""

    id: UUID
    state: SignUpState
    findings: tuple[str, ...]
    created_at: datetime
    lapses_at: datetime

    def state_at(self, now: datetime) -> SignUpState:
        """The state at a moment: without its confirmation in time a sign-up has lapsed, before the daily job comes by.

        A review lapses by its workflow's hand, which reads here that it still waits.
        """
        unconfirmed = self.state is SignUpState.AWAITING_CONFIRMATION and self.lapses_at <= now
        return SignUpState.LAPSED if unconfirmed else self.state


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who signed up, for emails and for the operator who decides."""

    first_name: str
    last_name: str
    email: str
    country: str
    language: str

    @property
    def name(self) -> str:
        """First and last name, for a salutation."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class SignUpInReview:
    """A sign-up as an operator decides on it."""

    status: SignUpStatus
    applicant: Applicant


@dataclass(frozen=True, slots=True)
class KeptSignUp:
    """A sign-up as an operator looks it up, decided or not; once confirmed, its person has moved to the account."""

    status: SignUpStatus
    applicant: Applicant | None
    account_id: UUID | None
