"""Checks that several RPCs of this room share: addresses, passwords, tokens, clients."""

from typing import Final

from casella.common.v1 import common_pb2
from services.kit.validation import Violations
from services.trial.domain import passwords
from services.trial.domain.addresses import MAX_ADDRESS_LENGTH, AddressSyntaxError, EmailAddress
from services.trial.domain.sign_ups import Client
from services.trial.messages import CATALOGUE

_LONGEST_USER_AGENT: Final = 512
_LONGEST_TOKEN: Final = 100
_NOBODY: Final = EmailAddress("", "", "", "")


def violations() -> Violations:
    """Begins the list of a request's bad fields, with this room's messages."""
    return Violations(catalogue=CATALOGUE)


def email(found: Violations, field: str, text: str) -> EmailAddress:
    """A required email address, by its syntax."""
    clean = found.text(field, text, MAX_ADDRESS_LENGTH)
    if clean and len(clean) <= MAX_ADDRESS_LENGTH:
        try:
            return EmailAddress.parse(clean)
        except AddressSyntaxError:
            found.add(field, "not_an_email")
    return _NOBODY


def new_password(found: Violations, field: str, text: str) -> str:
    """A password that is being set: as typed, spaces count."""
    problem = passwords.problem(text)
    if problem:
        found.add(field, problem, limit=passwords.MIN_LENGTH if problem == "too_short" else passwords.MAX_LENGTH)
    return text


def password(found: Violations, field: str, text: str) -> str:
    """A password that is being checked: whatever could have been set."""
    if not text:
        found.add(field, "required")
    elif len(text) > passwords.MAX_LENGTH:
        found.add(field, "too_long", limit=passwords.MAX_LENGTH)
    return text


def token(found: Violations, field: str, text: str) -> str:
    """A required token; whether it is a valid one is for the store to find."""
    return found.text(field, text, _LONGEST_TOKEN)


def client(found: Violations, message: common_pb2.ClientContext) -> Client:
    """Where the visitor came from."""
    user_agent = found.text("client.user_agent", message.user_agent, _LONGEST_USER_AGENT, required=False)
    return Client(found.ip("client.ip", message.ip), user_agent)
