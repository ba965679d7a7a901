"""Invented customers with tax ids that pass every check: computed, so that each run has new ones."""

import itertools
import secrets

from stdnum import luhn
from stdnum.it import codicefiscale

from casella.common.v1 import common_pb2 as common

_VOWELS = "AEIOU"
_MONTHS = "ABCDEHLMPRST"
_counter = itertools.count(secrets.randbelow(900))


def new_codice_fiscale(first_name: str, last_name: str) -> str:
    """The codice fiscale of a woman of this name, born in Florence on some day between 1950 and 1998.

    Its six letters, day (plus 40 for women) and check character are made as DM 23 December 1976 says.
    """
    born = f"{50 + secrets.randbelow(49):02d}{secrets.choice(_MONTHS)}{41 + secrets.randbelow(28):02d}"
    body = f"{_last_letters(last_name)}{_first_letters(first_name)}{born}D612"
    return body + codicefiscale.calc_check_digit(body)


def _last_letters(name: str) -> str:
    """The first three consonants, filled up with vowels and then with X."""
    letters = [letter for letter in name.upper() if letter.isascii() and letter.isalpha()]
    consonants, vowels = ("".join(x for x in letters if (x in _VOWELS) is vowel) for vowel in (False, True))
    return f"{consonants}{vowels}XXX"[:3]


def _first_letters(name: str) -> str:
    """As of a last name, but of four and more consonants the first, third and fourth."""
    consonants = [letter for letter in name.upper() if letter.isascii() and letter.isalpha() and letter not in _VOWELS]
    return consonants[0] + consonants[2] + consonants[3] if len(consonants) > 3 else _last_letters(name)  # noqa: PLR2004


def new_vat_number() -> str:
    """An Italian VAT number of nobody: 11 digits with the right check digit, issued in Florence (048)."""
    body = f"{secrets.randbelow(9_000_000) + 1_000_000:07d}048"
    return body + luhn.calc_check_digit(body)


def new_address(name: str) -> str:
    """An email address below the demo's domain that no run has used before."""
    return f"{name}@u{secrets.token_hex(4)}{next(_counter)}.demo.example"


def new_ip() -> str:
    """An address of a network that nobody else comes from, of the range for documentation (RFC 3849)."""
    return f"2001:db8:{secrets.randbelow(0xFFFF):x}:{secrets.randbelow(0xFFFF):x}::1"


def address(street: str = "Via San Gallo 21") -> common.Address:
    """A postal address in Florence."""
    return common.Address(street=street, postal_code="50122", city="Firenze", province="FI", country="IT")


def private_person(first_name: str, last_name: str) -> common.BillingParty:
    """A woman who lives in Italy and has no VAT number."""
    return common.BillingParty(
        kind=common.CUSTOMER_KIND_PRIVATE,
        first_name=first_name,
        last_name=last_name,
        address=address(),
        phone="+390552345678",
        codice_fiscale=new_codice_fiscale(first_name, last_name),
    )


def company(name: str, contact: str) -> common.BillingParty:
    """An Italian company with a recipient code."""
    return common.BillingParty(
        kind=common.CUSTOMER_KIND_COMPANY,
        company_name=name,
        address=address("Viale Giovine Italia 17"),
        phone="+390559876543",
        contact_person=contact,
        vat_number=new_vat_number(),
        vat_country="IT",
        recipient_code="M5UXCR1",
    )


def business_abroad(name: str, tax_id: str, seat: common.Address) -> common.BillingParty:
    """A company in another country; in the EU the local VIES stand-in has to know its VAT number."""
    return common.BillingParty(
        kind=common.CUSTOMER_KIND_COMPANY,
        company_name=name,
        address=seat,
        phone="+493012345678",
        vat_number=tax_id,
        vat_country=seat.country,
    )


def reseller_abroad(name: str, tax_id: str, seat: common.Address) -> common.BillingParty:
    """A company in another country that sells on."""
    party = business_abroad(name, tax_id, seat)
    party.kind = common.CUSTOMER_KIND_RESELLER
    return party
