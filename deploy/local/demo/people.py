"""Invented customers with tax ids that pass every check: computed, so that each run has new ones."""

import itertools
import secrets

from stdnum import luhn
from stdnum.it import codicefiscale

from casella.common.v1 import common_pb2 as common

_CONSONANTS = "BCDFGLMNPRSTVZ"
_MONTHS = "ABCDEHLMPRST"
_counter = itertools.count(secrets.randbelow(900))


def new_codice_fiscale() -> str:
    """A codice fiscale of nobody: 16 characters with the right check character."""
    letters = "".join(secrets.choice(_CONSONANTS) for _ in range(6))
    born = f"{50 + secrets.randbelow(49):02d}{secrets.choice(_MONTHS)}{1 + secrets.randbelow(28):02d}"
    body = f"{letters}{born}D612"  # born in Florence
    return body + codicefiscale.calc_check_digit(body)


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
    """A natural person who lives in Italy and has no VAT number."""
    return common.BillingParty(
        kind=common.CUSTOMER_KIND_PRIVATE,
        first_name=first_name,
        last_name=last_name,
        address=address(),
        phone="+390552345678",
        codice_fiscale=new_codice_fiscale(),
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
