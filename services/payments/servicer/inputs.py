"""What a request must look like before anything is decided; every bad field is named at once."""

import re
from datetime import date

from casella.common.v1 import common_pb2
from services.kit.money import MOST_MINOR, Money
from services.kit.validation import Violations
from services.kit.wire import from_date
from services.payments.domain.proforma_numbers import LONGEST_KEY, SHORTEST_KEY, key_of
from services.payments.domain.references import CreditorReference

CURRENCY = "EUR"
LONGEST_TOKEN = 200
LONGEST_PROFORMA = 40
LONGEST_REFERENCE = 35
LONGEST_SIGNATURE = 2_000
LARGEST_WEBHOOK = 256 * 1024
_REASON_CODE = re.compile(r"[a-z0-9_]{1,64}")


def amount(bad: Violations, field: str, message: common_pb2.Money) -> Money:
    """A positive amount in euro."""
    if message.currency != CURRENCY:
        bad.add(f"{field}.currency", "not_a_choice" if message.currency else "required")
    if not 0 < message.minor <= MOST_MINOR:
        bad.add(f"{field}.minor", "out_of_range", least=1, most=MOST_MINOR)
    return Money(message.minor, CURRENCY)


def proforma_number(bad: Violations, field: str, value: str) -> str:
    """A proforma's number: printable, with enough letters and digits to be found again in a payer's text."""
    number = bad.text(field, value, LONGEST_PROFORMA)
    key = key_of(number)
    plain = SHORTEST_KEY <= len(key) <= LONGEST_KEY and any(character.isdigit() for character in key)
    if number and not plain:
        bad.add(field, "bad_format")
    return number


def reference(bad: Violations, field: str, value: str) -> CreditorReference:
    """A creditor reference as a person writes it."""
    written = bad.text(field, value, LONGEST_REFERENCE)
    try:
        return CreditorReference.parse(written)
    except ValueError:
        if written:
            bad.add(field, "bad_checksum")
        return CreditorReference("")


def day(bad: Violations, field: str, message: common_pb2.Date, latest: date) -> date:
    """A day that exists and is not in the future."""
    try:
        parsed = from_date(message)
    except ValueError:
        bad.add(field, "not_a_date")
        return latest
    if parsed > latest:
        bad.add(field, "in_the_future")
    return parsed


def size(bad: Violations, field: str, content: bytes, largest: int) -> bytes:
    """A file or body that is there and not too large."""
    if not content:
        bad.add(field, "required")
    elif len(content) > largest:
        bad.add(field, "too_long", limit=largest)
    return content


def reason_code(bad: Violations, field: str, value: str) -> str:
    """Why something is done, as a code."""
    if not value:
        bad.add(field, "required")
    elif not _REASON_CODE.fullmatch(value):
        bad.add(field, "not_a_reason_code")
    return value
