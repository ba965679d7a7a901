"""Checking what comes in: every bad field is found before anything is refused, and named in the caller's language.

Texts are looked up in ``services.kit.messages`` and, for a room's own rules, in the catalogue that the room hands over.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeVar
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2
from services.kit.characters import has_control_characters, shows_nothing
from services.kit.composed import composed, is_stream_safe
from services.kit.context import LANGUAGES, call_or_none
from services.kit.errors import FieldViolation, InvalidInput
from services.kit.messages import CATALOGUE, Catalogue
from services.kit.wire import from_date, from_language, from_timestamp

Entry = TypeVar("Entry")

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Of what comes in: who adds days or another zone to an instant near the calendar's ends falls off it."""
LONGEST_PAGE = 200
USUAL_PAGE = 50
_DECOMPOSED = 4
"""Characters that one composed character may come in as, at the most that any language needs."""
LONGEST_EMAIL = 254
"""RFC 5321: a path of 256 characters with its two brackets."""

_LONGEST_IP = 45
"""An IPv6 address with an IPv4 address at its end, all digits written."""
_LONGEST_NAME = 130
"""First and last name of 60 characters each, the space between them, and room for a title."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Violations:
    """Collects the bad fields of one request.

    The checking methods return the parsed value, or a harmless stand-in where the field is bad: ``check()`` refuses
    before anybody can use it.
    """

    def __init__(self, language: str | None = None, catalogue: Catalogue | None = None) -> None:
        """Begin with no bad field.

        Args:
            language: ``it`` or ``en``; None takes the language of the call in hand.
            catalogue: A room's own messages, beside the common ones.
        """
        call = call_or_none()
        self._language = language or (call.language if call else LANGUAGES[0])
        self._catalogue = {**CATALOGUE, **(catalogue or {})}
        self._found: list[FieldViolation] = []

    def __bool__(self) -> bool:
        """Whether a bad field was found."""
        return bool(self._found)

    def add(self, field: str, key: str, **params: object) -> None:
        """Note a bad field.

        Args:
            field: Its path as in the proto, for example ``profile.address.city``.
            key: A key of the catalogue, for example ``required``.
            params: What the message's text wants, for example ``limit=60``. Never what the customer typed.

        Raises:
            KeyError: The catalogue has no such key.
        """
        text = self._catalogue[key][self._language]
        self._found.append(FieldViolation(field, text.format(**params), key))

    def check(self) -> None:
        """Refuse the request if a field is bad.

        Raises:
            InvalidInput: With every bad field that was noted.
        """
        if self._found:
            raise InvalidInput(self._found)

    def at_most(self, field: str, values: Sequence[Entry], most: int) -> Sequence[Entry]:
        """A repeated field's entries; none where there are too many.

        Before anything that looks at an entry: an empty one takes two bytes of a request, and far more once it is read.
        """
        if len(values) > most:
            self.add(field, "too_many", limit=most)
            return ()
        return values

    def text(self, field: str, value: str, longest: int, *, required: bool = True, lines: bool = False) -> str:
        """A text without surrounding spaces, in Unicode's composed form (NFC).

        Args:
            field: Its path.
            value: What came in.
            longest: How many characters it may have.
            required: Whether it must not be empty.
            lines: Whether line breaks and tabs are welcome, as in a ticket.
        """
        if len(value) > longest * _DECOMPOSED:  # before anything that looks at each character
            self.add(field, "too_long", limit=longest)
            return ""
        clean = composed(value).strip()
        if required and shows_nothing(clean):
            self.add(field, "required")
        elif len(clean) > longest:
            self.add(field, "too_long", limit=longest)
        elif has_control_characters(clean, lines=lines) or not is_stream_safe(clean):
            self.add(field, "control_characters")
        return clean

    def uuid(self, field: str, value: str) -> UUID:
        """A required UUID in its usual form."""
        if not value:
            self.add(field, "required")
        elif not _UUID.fullmatch(value):
            self.add(field, "not_a_uuid")
        else:
            return UUID(value)
        return UUID(int=0)

    def email(self, field: str, value: str, *, required: bool = True) -> str:
        """An email address by its syntax alone, the domain in lower-case ASCII (IDNA); nothing is looked up."""
        clean = self.text(field, value, LONGEST_EMAIL, required=required)
        if not clean or self._noted(field):
            return clean
        try:
            parsed = validate_email(clean, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        except EmailNotValidError:
            self.add(field, "not_an_email")
            return clean
        return f"{parsed.local_part}@{parsed.ascii_domain}"

    def ip(self, field: str, value: str) -> IPv4Address | IPv6Address:
        """A required IP address; see ``parse_ip``."""
        clean = self.text(field, value, _LONGEST_IP)
        if not self._noted(field):
            try:
                return parse_ip(clean)
            except ValueError:
                self.add(field, "not_an_ip")
        return IPv4Address(0)

    def instant(self, field: str, message: Timestamp, *, required: bool = True) -> datetime:
        """An instant from 1970 to 2199; one that is not set reads as the first of 1970, so that counts as missing.

        Args:
            field: Its path.
            message: What came in.
            required: Whether it must be set.
        """
        if required and not message.ByteSize():
            self.add(field, "required")
        try:
            instant = from_timestamp(message)
        except (ValueError, OverflowError):  # past the year 9999, or before the year 1
            instant = datetime.min.replace(tzinfo=UTC)
        if FIRST_YEAR <= instant.year <= LAST_YEAR:
            return instant
        self.add(field, "not_a_date")
        return datetime.fromtimestamp(0, UTC)

    def language(self, field: str, value: common_pb2.Language) -> str:
        """A required language, as its code (``it``, ``en``)."""
        if not from_language(value, otherwise=""):
            self.add(field, "not_a_choice" if value else "required")
        return from_language(value)

    def day(self, field: str, message: common_pb2.Date) -> date:
        """A required day of the calendar from 1970 to 2199."""
        try:
            day = from_date(message)
        except ValueError:
            day = date.min
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
        self.add(field, "not_a_date" if message.ByteSize() else "required")
        return date.min

    def recipient(self, field: str, message: common_pb2.Recipient) -> common_pb2.Recipient:
        """To whom an email goes: an address, a name and a language, all required, unless the address is erased."""
        if message.erased:
            if message.email or message.name:
                self.add(f"{field}.erased", "must_be_empty")
            return common_pb2.Recipient(erased=True)
        self.language(f"{field}.language", message.language)
        return common_pb2.Recipient(
            email=self.email(f"{field}.email", message.email),
            name=self.text(f"{field}.name", message.name, _LONGEST_NAME),
            language=message.language,
        )

    def page_size(self, field: str, value: int) -> int:
        """How many entries a page has: 0 means the usual 50, at most 200."""
        if not 0 <= value <= LONGEST_PAGE:
            self.add(field, "out_of_range", least=0, most=LONGEST_PAGE)
        return value or USUAL_PAGE

    def between(self, field: str, value: int, least: int, most: int) -> int:
        """A number within its bounds, both allowed."""
        if not least <= value <= most:
            self.add(field, "out_of_range", least=least, most=most)
        return value

    def _noted(self, field: str) -> bool:
        return any(violation.field == field for violation in self._found)


def checked_uuid(field: str, value: str) -> UUID:
    """The id that is all of a request that can be wrong.

    Raises:
        InvalidInput: It is missing, or no UUID.
    """
    violations = Violations()
    found = violations.uuid(field, value)
    violations.check()
    return found


def parse_ip(text: str) -> IPv4Address | IPv6Address:
    """Parse an address; an IPv4 address inside IPv6 (``::ffff:203.0.113.7``) is the IPv4 address.

    Raises:
        ValueError: The text is no IP address, or carries an interface (``fe80::1%eth0``).
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise ValueError(text)
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
    return address
