"""Checking what comes in: every bad field is found before anything is refused, and named in the caller's language.

Texts are looked up in ``services.kit.messages`` and, for a room's own rules, in the catalogue that the room hands over.
"""

import re
import unicodedata
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from services.kit.context import LANGUAGES, call_or_none
from services.kit.errors import FieldViolation, InvalidInput
from services.kit.messages import CATALOGUE, Catalogue

LONGEST_PAGE = 200
USUAL_PAGE = 50
LONGEST_EMAIL = 254
"""RFC 5321: a path of 256 characters with its two brackets."""

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

    def text(self, field: str, value: str, longest: int, *, required: bool = True, lines: bool = False) -> str:
        """A text without surrounding spaces, in Unicode's composed form (NFC).

        Args:
            field: Its path.
            value: What came in.
            longest: How many characters it may have.
            required: Whether it must not be empty.
            lines: Whether line breaks and tabs are welcome, as in a ticket.
        """
        clean = unicodedata.normalize("NFC", value).strip()
        if not clean and required:
            self.add(field, "required")
        elif len(clean) > longest:
            self.add(field, "too_long", limit=longest)
        elif has_control_characters(clean, lines=lines):
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
        if not clean or any(v.field == field for v in self._found):
            return clean
        try:
            parsed = validate_email(clean, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        except EmailNotValidError:
            self.add(field, "not_an_email")
            return clean
        return f"{parsed.local_part}@{parsed.ascii_domain}"

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


def has_control_characters(text: str, *, lines: bool = False) -> bool:
    """Whether a text holds characters that nobody types: controls, bidirectional overrides, lone surrogates.

    Args:
        text: Any text.
        lines: Whether line breaks and tabs are fine.
    """
    fine = "\n\t" if lines else ""
    return any(unicodedata.category(c) in _UNTYPED or c in _BIDI for c in text if c not in fine)


_UNTYPED = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Unicode's categories of controls, surrogates, unassigned and private characters, line and paragraph separators."""


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
"""Marks that make a text look other than it is; the joiners U+200C and U+200D stay, some languages need them."""
