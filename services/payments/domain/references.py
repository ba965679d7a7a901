"""What a creditor reference of ours looks like, and which ones a payer's text names.

A reference is ISO 11649: `RF`, two check digits, then a body. Our bodies are always 16 digits: a fixed length is
what lets a reference be cut out of free text whose spaces are gone, where the next word would otherwise run on
into it (`RF…PAGAMENTO`).
"""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

BODY_DIGITS = 16
_IN_TEXT = re.compile(rf"(?=(RF\d{{2}}\d{{{BODY_DIGITS}}}))")
_SEPARATORS = re.compile(r"[^0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class CreditorReference:
    """An ISO 11649 reference in its compact form, for example `RF18539007547034`."""

    value: str

    @classmethod
    def parse(cls, text: str) -> "CreditorReference":
        """Read a reference as written by a person, with or without spaces.

        Raises:
            ValueError: The prefix, the length or the check digits are wrong.
        """
        compact = iso11649.compact(text)
        if not iso11649.is_valid(compact):
            raise ValueError("not an ISO 11649 creditor reference")
        return cls(compact)

    @classmethod
    def derive(cls, request_id: UUID, salt: int) -> "CreditorReference":
        """Make the reference of a payment request.

        The body comes from the id, so that a repeat proposes the same one; `salt` counts up only when the body is
        already taken by another request (two in 10^16, but a collision would otherwise block that one for ever).
        """
        digest = hashlib.sha256(f"{request_id}:{salt}".encode()).digest()
        body = str(int.from_bytes(digest[:16], "big") % 10**BODY_DIGITS).zfill(BODY_DIGITS)
        check = mod_97_10.calc_check_digits(body + "RF")
        return cls(f"RF{check}{body}")

    def printed(self) -> str:
        """The form for people: blocks of four characters."""
        return str(iso11649.format(self.value))


def compact(text: str) -> str:
    """Capital letters and digits only: payers add spaces, dots and dashes, banks break lines."""
    return _SEPARATORS.sub("", text.upper())


def references_in(text: str) -> tuple[CreditorReference, ...]:
    """Every reference of our own shape whose check digits are right, in order of appearance, without repeats."""
    found = (match.group(1) for match in _IN_TEXT.finditer(compact(text)))
    return tuple(CreditorReference(value) for value in dict.fromkeys(found) if iso11649.is_valid(value))
