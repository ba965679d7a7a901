"""Checks that several RPCs of this room share: names, addresses, passwords, options."""

from collections.abc import Container, Sequence

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.characters import has_control_characters
from services.kit.validation import Violations
from services.mailboxes.domain.names import DomainName, InvalidName, parse_address
from services.mailboxes.domain.options import Ordered, codes
from services.mailboxes.messages import CATALOGUE
from services.mailboxes.servicer import translate

_LONGEST_INPUT = 1000
"""Longer texts are refused before any rule looks at them: IDNA is slow on long ones."""

_SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 200
"""Bounds the work that a request can ask for; both are in characters, as the proto says."""


MOST_MAILBOXES = 100_000
_MOST_ORDERED = 100
"""Entries of an order: as many sizes and sets of options as a quote may name, and more."""
"""More were never ordered at once."""

_MOST_OPTIONS = 20
"""Options of one mailbox; a price list has no more."""


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


def options(found: Violations, field: str, wanted: Sequence[str], known: Container[str]) -> tuple[str, ...]:
    """Codes of options that an edition of the price list names, each once, as they came in."""
    entries = found.at_most(field, wanted, _MOST_OPTIONS)
    for place, code in enumerate(entries):
        if code not in known:
            found.add(f"{field}[{place}]", "unknown_option")
        elif code in entries[:place]:
            found.add(f"{field}[{place}]", "option_twice")
    return tuple(entries)


def ordered(found: Violations, entries: Sequence[pb.OrderedMailboxes], mailboxes: int) -> list[Ordered]:
    """What was ordered with its options, which were sold when it was; it adds up to the number of mailboxes."""
    read = [
        Ordered(
            translate.SIZES.chosen(found, f"ordered[{place}].size", entry.size, 0),
            codes(_ordered_options(found, f"ordered[{place}].options", entry.options)),
            found.between(f"ordered[{place}].mailboxes", entry.mailboxes, 1, MOST_MAILBOXES),
        )
        for place, entry in enumerate(found.at_most("ordered", entries, _MOST_ORDERED))
    ]
    if read and sum(entry.mailboxes for entry in entries) != mailboxes:
        found.add("ordered", "sizes_do_not_add_up")
    return read


def _ordered_options(found: Violations, field: str, options: Sequence[str]) -> Sequence[str]:
    entries = found.at_most(field, options, _MOST_OPTIONS)
    for place, code in enumerate(entries):
        if not code:
            found.add(f"{field}[{place}]", "required")
    return entries
