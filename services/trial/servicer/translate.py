"""Translates what this room knows into protobuf."""

from datetime import datetime, timedelta
from typing import Final

from casella.common.v1 import common_pb2
from casella.trial.v1 import trial_pb2 as pb
from services.kit.enums import EnumTable
from services.kit.wire import to_duration, to_language, to_timestamp
from services.trial.domain.accounts import Account, Trial
from services.trial.domain.schedule import Next
from services.trial.domain.sign_ups import (
    ConsentKind,
    ConsentRecord,
    KeptSignUp,
    SignUpInReview,
    SignUpState,
    SignUpStatus,
)
from services.trial.domain.terms import TrialState
from services.trial.service.sessions import OpenSession

CONSENT_KINDS: Final = EnumTable(
    {
        ConsentKind.TERMS: pb.CONSENT_KIND_TERMS,
        ConsentKind.PRIVACY: pb.CONSENT_KIND_PRIVACY,
        ConsentKind.PROMOTIONAL: pb.CONSENT_KIND_PROMOTIONAL,
    }
)
TRIAL_STATES: Final = {
    TrialState.ACTIVE: pb.TRIAL_STATE_ACTIVE,
    TrialState.ENDED: pb.TRIAL_STATE_ENDED,
    TrialState.BOUGHT: pb.TRIAL_STATE_BOUGHT,
    TrialState.CLOSED: pb.TRIAL_STATE_CLOSED,
}
_SIGN_UP_STATES: Final = {
    SignUpState.IN_REVIEW: pb.SIGN_UP_STATE_IN_REVIEW,
    SignUpState.AWAITING_CONFIRMATION: pb.SIGN_UP_STATE_AWAITING_CONFIRMATION,
    SignUpState.CONFIRMED: pb.SIGN_UP_STATE_CONFIRMED,
    SignUpState.DENIED: pb.SIGN_UP_STATE_DENIED,
    SignUpState.LAPSED: pb.SIGN_UP_STATE_LAPSED,
    SignUpState.ALREADY_REGISTERED: pb.SIGN_UP_STATE_ALREADY_REGISTERED,
}
NEXT: Final = {
    Next.WAIT: pb.TRIAL_NEXT_WAIT,
    Next.PURGE_DUE: pb.TRIAL_NEXT_PURGE_DUE,
    Next.NOTHING: pb.TRIAL_NEXT_NOTHING,
}


def trial(found: Trial, now: datetime) -> pb.Trial:
    """A trial as it looks at this moment."""
    return pb.Trial(
        account_id=str(found.account_id),
        state=TRIAL_STATES[found.state_at(now)],
        started_at=to_timestamp(found.started_at),
        ends_at=to_timestamp(found.terms.ends_at),
        purge_at=to_timestamp(found.terms.purge_at),
        days_left=found.days_left(now),
        days_until_purge=found.days_until_purge(now),
    )


def account(found: Account, now: datetime) -> pb.Account:
    """An account with its trial as it looks at this moment."""
    person = found.person
    return pb.Account(
        account_id=str(person.account_id),
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        country=person.country,
        language=to_language(person.language),
        confirmed_at=to_timestamp(found.confirmed_at),
        trial=trial(found.trial, now),
        sign_up_id=str(found.sign_up_id or ""),
    )


def recipient(found: Account) -> common_pb2.Recipient:
    """Who an account's emails go to."""
    person = found.person
    return common_pb2.Recipient(email=person.email, name=person.name, language=to_language(person.language))


def consent(found: ConsentRecord) -> pb.ConsentRecord:
    """A consent with its evidence."""
    answer = found.consent
    return pb.ConsentRecord(
        consent=pb.Consent(
            kind=CONSENT_KINDS[answer.kind], document_version=answer.document_version, granted=answer.granted
        ),
        at=to_timestamp(found.at),
        client=common_pb2.ClientContext(ip=found.ip, user_agent=found.user_agent),
    )


def sign_up(found: SignUpStatus, now: datetime) -> pb.SignUpStatus:
    """A sign-up without personal data."""
    return pb.SignUpStatus(
        sign_up_id=str(found.id),
        state=_SIGN_UP_STATES[found.state_at(now)],
        reasons=found.findings,
        created_at=to_timestamp(found.created_at),
        lapses_at=to_timestamp(found.lapses_at),
        lapses_in=to_duration(max(found.lapses_at - now, timedelta())),
    )


def sign_up_in_review(found: SignUpInReview, now: datetime) -> pb.SignUpInReview:
    """A sign-up as the operator decides on it."""
    applicant = found.applicant
    return pb.SignUpInReview(
        sign_up=sign_up(found.status, now), email=applicant.email, name=applicant.name, country=applicant.country
    )


def kept_sign_up(found: KeptSignUp, now: datetime) -> pb.GetApplicantResponse:
    """A sign-up as the operator looks it up, decided or not."""
    person, account_id = found.applicant, str(found.account_id or "")
    if person is None:
        return pb.GetApplicantResponse(sign_up=sign_up(found.status, now), account_id=account_id)
    return pb.GetApplicantResponse(
        sign_up=sign_up(found.status, now), email=person.email, name=person.name, country=person.country
    )


def session(found: OpenSession) -> pb.Session:
    """A session's tokens."""
    return pb.Session(
        access_token=found.access_token,
        access_expires_at=to_timestamp(found.access_expires_at),
        refresh_token=found.refresh_token,
        refresh_expires_at=to_timestamp(found.refresh_expires_at),
    )
