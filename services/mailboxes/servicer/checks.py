"""Checks that several RPCs of this room share: names, addresses, passwords."""

from services.kit.characters import has_control_characters
from services.kit.validation import Violations
from services.mailboxes.domain.names import DomainName, InvalidName, parse_address
from services.mailboxes.messages import CATALOGUE

_LONGEST_INPUT = 1000
"""Longer texts are refused before any rule looks at them: IDNA is slow on long ones."""

_SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 200
"""Bounds the work that a request can ask for; both are in characters, as the proto says."""


def violations() -> Violations:
    """Begins the list of a request's bad fields, with this room's messages."""
    return Violations(catalogue=CATALOGUE)


def domain_name(found: Violations, field: str, text: str) -> DomainName:
    """A required domain name."""
    if not text:
        found.add(field, "required")
    elif len(text) > _LONGEST_INPUT:
        found.add(field, "domain_too_long")
    else:
        try:
            return DomainName.parse(text)
        except InvalidName as error:
            found.add(field, error.key)
    return DomainName("invalid.invalid")


def address(found: Violations, field: str, text: str) -> str:
    """A required mailbox address, in the form in which it is kept."""
    if not text:
        found.add(field, "required")
    elif len(text) > _LONGEST_INPUT:
        found.add(field, "address_too_long")
    else:
        try:
            return parse_address(text)
        except InvalidName as error:
            found.add(field, error.key)
    return ""


def password(found: Violations, field: str, text: str) -> str:
    """A password of 10 to 200 characters, as typed: spaces count, also at the ends."""
    if not text:
        found.add(field, "required")
    elif len(text) < _SHORTEST_PASSWORD:
        found.add(field, "too_short", limit=_SHORTEST_PASSWORD)
    elif len(text) > _LONGEST_PASSWORD:
        found.add(field, "too_long", limit=_LONGEST_PASSWORD)
    elif has_control_characters(text):
        found.add(field, "control_characters")
    return text
