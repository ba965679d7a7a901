"""Checks the form of the sign-up, all of it at once."""

from collections.abc import Sequence
from typing import Final

from casella.trial.v1 import trial_pb2 as pb
from services.kit.characters import has_control_characters
from services.kit.countries import COUNTRIES
from services.kit.validation import Violations
from services.trial.domain.names import MAX_NAME_LENGTH, is_name, normalise_name
from services.trial.domain.sign_ups import REQUIRED_CONSENTS, Consent, ConsentKind, Form
from services.trial.servicer import checks
from services.trial.servicer.translate import CONSENT_KINDS

_LONGEST_VERSION: Final = 40
_MOST_CONSENTS: Final = len(ConsentKind)


def form(found: Violations, request: pb.SignUpRequest) -> Form:
    """Reads the form; the caller refuses it if a field is bad."""
    return Form(
        first_name=_name(found, "first_name", request.first_name),
        last_name=_name(found, "last_name", request.last_name),
        email=checks.email(found, "email", request.email),
        country=_country(found, request.country),
        language=found.language("language", request.language),
        consents=_consents(found, request.consents),
        client=checks.client(found, request.client),
    )


def _name(found: Violations, field: str, text: str) -> str:
    name = normalise_name(found.text(field, text, MAX_NAME_LENGTH))
    if 0 < len(name) <= MAX_NAME_LENGTH and not has_control_characters(name) and not is_name(name):
        found.add(field, "not_a_name")
    return name


def _country(found: Violations, text: str) -> str:
    if not text:
        found.add("country", "required")
    elif text not in COUNTRIES:
        found.add("country", "not_a_country")
    return text


def _consents(found: Violations, messages: Sequence[pb.Consent]) -> tuple[Consent, ...]:
    """The answers; each kind at most once, the required ones granted."""
    asked = found.at_most("consents", messages, _MOST_CONSENTS)
    if len(asked) < len(messages):
        return ()
    answers: dict[ConsentKind, Consent] = {}
    for number, message in enumerate(asked):
        path = f"consents[{number}]"
        version = found.text(f"{path}.document_version", message.document_version, _LONGEST_VERSION)
        kind = CONSENT_KINDS.word(message.kind)
        if kind is None:
            found.add(f"{path}.kind", "not_a_choice" if message.kind else "required")
        elif kind in answers:
            found.add(f"{path}.kind", "consent_twice")
        else:
            answers[kind] = Consent(kind, version, message.granted)
            if kind in REQUIRED_CONSENTS and not message.granted:
                found.add(f"{path}.granted", "must_accept")
    if not answers.keys() >= REQUIRED_CONSENTS:
        found.add("consents", "consent_missing")
    return tuple(answers.values())
