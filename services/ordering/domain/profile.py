"""Who a document is made out to, and which customers Casella serves: the billing profile and its rules.

`tidied` makes one spelling of what people type; `refusal` names the customers whom Casella does not serve, with the
reason; `problems` names every bad field of the others. Sources: docs/rules.md, "Order", FatturaPA 1.2.3 (block 1.4
CessionarioCommittente), DPR 633/1972 art. 17-ter (split payment), DM 55/2013 (public bodies).
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from services.kit.characters import has_control_characters, shows_nothing
from services.kit.composed import composed
from services.kit.countries import COUNTRIES
from services.kit.tax_ids import CodiceFiscale, InvalidValue, VatNumber
from services.kit.vat_ids import MEMBERS, VatId, country_of_prefix
from services.ordering.domain.business_proof import BusinessId
from services.ordering.domain.kinds import CustomerKind
from services.ordering.domain.postal_codes import example_of, is_postal_code
from services.ordering.domain.problems import Problem
from services.ordering.domain.provinces import PROVINCES
from services.ordering.domain.tax import vat_countries
from services.ordering.domain.vat_area import Seat, town_of_the_postal_code, town_s_postal_code, town_s_province

NAME_LENGTH = 60
"""Longest first name, last name, street, town (FatturaPA: Nome, Cognome, Indirizzo, Comune)."""
COMPANY_LENGTH = 80
"""Longest company name (FatturaPA: Denominazione)."""
PEC_LENGTH = 256
"""Longest certified address (FatturaPA: PECDestinatario)."""
_PUBLIC_BODY_CODE = 6
"""Length of the recipient code of a public body's office (codice univoco ufficio, DM 55/2013)."""
_BODY_CODE = 11
"""Digits of a body's codice fiscale; a natural person's has 16 characters."""

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_RECIPIENT_CODE = re.compile(r"[A-Z0-9]{7}")
_PEC = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_FOREIGN_CODE = "XXXXXXX"
_NO_CODE = "0000000"
_ITALY = "IT"
_PREFIXED = frozenset({*MEMBERS, "GB", "XI"})
"""Whose VAT numbers begin with the country; elsewhere the same letters may be part of the number (Swiss CHE…)."""
_FOREIGN_TAX_ID = re.compile(r"[!-~]{2,28}")
"""Outside the EU: printable ASCII, 2 to 28 characters (FatturaPA: IdCodice)."""


@dataclass(frozen=True, slots=True)
class BillingProfile:
    """A customer's billing data. All texts; empty means not given.

    Attributes:
        body: under PRIVATE: a body with an 11-digit code, such as an association, without consumer rights.
        phone: E.164, for example `+390551234567`.
        codice_fiscale: for a business only where it differs from the VAT number.
        vat_number: without the country: 11 digits in Italy, by its country's rule in the EU, any tax id elsewhere.
        vat_country: ISO 3166-1 alpha-2 of the VAT number, or XI.
        split_payment: the customer says that it pays VAT by split payment.
    """

    kind: CustomerKind
    body: bool = False
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""
    contact_person: str = ""
    codice_fiscale: str = ""
    vat_number: str = ""
    vat_country: str = ""
    recipient_code: str = ""
    pec: str = ""
    split_payment: bool = False

    @property
    def consumer(self) -> bool:
        """Whether this is a natural person who buys for private use: has consumer rights and sees gross totals."""
        return self.kind is CustomerKind.PRIVATE and not self.body

    @property
    def abroad(self) -> bool:
        """Whether the customer is established in another country."""
        return self.country not in ("", _ITALY)

    @property
    def business_name(self) -> str:
        """The name under which a business is registered: its company's, else its owner's."""
        return self.company_name or f"{self.first_name} {self.last_name}".strip()

    @property
    def seat(self) -> Seat:
        """Where the customer is established."""
        return Seat(self.country, self.postal_code, self.city)

    @property
    def vat_id(self) -> VatId | None:
        """The VAT number of a member state that it has; None outside the EU and for private customers."""
        return VatId(self.vat_country, self.vat_number) if self.vat_country in MEMBERS else None

    @property
    def business_id(self) -> BusinessId:
        """Of whom a proof of business outside the EU must be."""
        return BusinessId(self.country, self.vat_number)


_TEXTS = tuple(entry.name for entry in fields(BillingProfile) if entry.name not in ("kind", "body", "split_payment"))


class NotServed(StrEnum):
    """Why Casella does not sell to somebody."""

    PUBLIC_BODY = "public_body"
    SPLIT_PAYMENT = "split_payment"
    PRIVATE_ABROAD = "private_abroad"


def tidied(profile: BillingProfile) -> BillingProfile:
    """The same profile in one spelling: spaces trimmed, codes in capitals, a VAT number without its country."""
    clean: dict[str, Any] = {name: re.sub(" {2,}", " ", composed(getattr(profile, name))).strip() for name in _TEXTS}
    for name in ("codice_fiscale", "vat_number", "recipient_code", "province", "country", "vat_country"):
        clean[name] = re.sub(r"[ .-]", "", clean[name]).upper()
    clean["postal_code"] = clean["postal_code"].upper()
    if clean["country"] == _ITALY:
        clean["postal_code"] = clean["postal_code"].replace(" ", "")
    elif clean["recipient_code"] == _FOREIGN_CODE:
        clean["recipient_code"] = ""
    clean["phone"] = re.sub(r"[ ()./-]", "", clean["phone"])
    clean["vat_country"], clean["vat_number"] = _tidied_tax_id(
        clean["country"], clean["vat_country"], clean["vat_number"]
    )
    if profile.kind is not CustomerKind.PRIVATE and clean["codice_fiscale"] == clean["vat_number"]:
        clean["codice_fiscale"] = ""
    eleven = len(clean["codice_fiscale"]) == _BODY_CODE
    return replace(profile, body=profile.kind is CustomerKind.PRIVATE and (profile.body or eleven), **clean)


def _tidied_tax_id(country: str, vat_country: str, number: str) -> tuple[str, str]:
    """The country and the number of a tax id, each standing once; an EU number in its own country's one spelling."""
    if not number:
        return "", ""
    vat_country = country_of_prefix(vat_country)
    expected = vat_countries(vat_country or country)
    prefix = country_of_prefix(number[:2])
    if prefix in expected and prefix in _PREFIXED:
        vat_country, number = prefix, number[2:]
    elif not vat_country:
        vat_country = country if country in expected else min(expected)
    if vat_country in MEMBERS and vat_country != _ITALY:
        with suppress(InvalidValue):  # `problems` names it
            number = VatId.parse(vat_country, number).number
    return vat_country, number


def refusal(profile: BillingProfile) -> NotServed | None:
    """Why this customer is not served; None where Casella sells to them. Expects a tidied profile."""
    if len(profile.recipient_code) == _PUBLIC_BODY_CODE:
        return NotServed.PUBLIC_BODY
    if profile.split_payment:
        return NotServed.SPLIT_PAYMENT
    if profile.abroad and profile.kind is CustomerKind.PRIVATE:
        return NotServed.PRIVATE_ABROAD
    return None


def problems(profile: BillingProfile) -> list[Problem]:
    """Every bad field of a tidied profile; empty where it can be saved."""
    found = list(_address(profile)) + list(_contact(profile))
    if profile.kind is CustomerKind.PRIVATE:
        return found + list(_private(profile))
    return found + list(_names(profile)) + list(_business_abroad(profile) if profile.abroad else _business(profile))


def _text(name: str, value: str, longest: int, *, required: bool = True) -> Iterator[Problem]:
    if required and shows_nothing(value):
        yield Problem(name, "required")
    elif len(value) > longest:
        yield Problem(name, "too_long", {"limit": longest})
    elif has_control_characters(value):
        yield Problem(name, "control_characters")


def _empty(profile: BillingProfile, *names: str, within: str = "") -> Iterator[Problem]:
    for name in names:
        if getattr(profile, name):
            yield Problem(f"{within}{name}", "must_be_empty")


def _address(profile: BillingProfile) -> Iterator[Problem]:
    yield from _text("address.street", profile.street, NAME_LENGTH)
    yield from _text("address.city", profile.city, NAME_LENGTH)
    if profile.country not in COUNTRIES:
        yield Problem("address.country", "not_a_country" if profile.country else "required")
    if profile.abroad:
        yield from _postal_code_abroad(profile)
        yield from _empty(profile, "province", within="address.")
        return
    if not is_postal_code(_ITALY, profile.postal_code):
        yield Problem("address.postal_code", "not_a_postal_code" if profile.postal_code else "required")
    else:
        yield from _outside_vat_area(profile)
    if profile.province not in PROVINCES:
        yield Problem("address.province", "not_a_province" if profile.province else "required")
    elif (wanted := town_s_province(profile.seat)) and profile.province != wanted:
        yield Problem("address.province", "province_of_the_town", {"province": wanted})


def _outside_vat_area(profile: BillingProfile) -> Iterator[Problem]:
    """A town and a postal code of which only one is outside the VAT area."""
    if wanted := town_s_postal_code(profile.seat):
        yield Problem("address.postal_code", "postal_code_of_the_town", {"code": wanted})
    elif town := town_of_the_postal_code(profile.seat):
        yield Problem("address.postal_code", "postal_code_of_another_town", {"town": town})


def _postal_code_abroad(profile: BillingProfile) -> Iterator[Problem]:
    if is_postal_code(profile.country, profile.postal_code):
        yield from _outside_vat_area(profile)
        return
    example = example_of(profile.country)
    if not profile.postal_code:
        yield Problem("address.postal_code", "required")
    elif example:
        yield Problem("address.postal_code", "not_a_postal_code_there", {"example": example})
    else:
        yield Problem("address.postal_code", "bad_format")


def _contact(profile: BillingProfile) -> Iterator[Problem]:
    if not _PHONE.fullmatch(profile.phone):
        yield Problem("phone", "not_a_phone" if profile.phone else "required")
    yield from _text("contact_person", profile.contact_person, NAME_LENGTH, required=False)
    if profile.abroad:
        yield from _empty(profile, "recipient_code", "pec")
        return
    code = profile.recipient_code
    if code and (not _RECIPIENT_CODE.fullmatch(code) or code == _FOREIGN_CODE):
        yield Problem("recipient_code", "not_a_recipient_code")
    if profile.pec and (len(profile.pec) > PEC_LENGTH or not _PEC.fullmatch(profile.pec)):
        yield Problem("pec", "not_a_pec")


def _private(profile: BillingProfile) -> Iterator[Problem]:
    yield from _empty(profile, "vat_number")
    if profile.body:
        yield from _text("company_name", profile.company_name, COMPANY_LENGTH)
        yield from _empty(profile, "first_name", "last_name")
    else:
        yield from _person(profile)
        yield from _empty(profile, "company_name")
    if profile.body and profile.codice_fiscale and len(profile.codice_fiscale) != _BODY_CODE:
        yield Problem("codice_fiscale", "body_code")
        return
    yield from _codice_fiscale(profile, required=True)


def _names(profile: BillingProfile) -> Iterator[Problem]:
    if profile.company_name:
        yield from _text("company_name", profile.company_name, COMPANY_LENGTH)
        yield from _empty(profile, "first_name", "last_name")
    elif profile.first_name or profile.last_name:
        yield from _person(profile)
    else:
        yield Problem("company_name", "company_or_names")


def _business(profile: BillingProfile) -> Iterator[Problem]:
    yield from _codice_fiscale(profile, required=False)
    if not profile.vat_number:
        yield Problem("vat_number", "required")
    elif profile.vat_country not in ("", _ITALY):
        yield Problem("vat_country", "vat_country_of_the_address")
    else:
        yield from _tax_id("vat_number", VatNumber, profile.vat_number)
    if profile.recipient_code in ("", _NO_CODE) and not profile.pec:
        yield Problem("recipient_code", "code_or_pec")


def _business_abroad(profile: BillingProfile) -> Iterator[Problem]:
    yield from _empty(profile, "codice_fiscale")
    if not profile.vat_number:
        yield Problem("vat_number", "required")
    elif profile.vat_country not in vat_countries(profile.country):
        yield Problem("vat_country", "vat_country_of_the_address")
    elif profile.vat_id is not None:
        yield from _eu_vat_number(profile.vat_id)
    elif not _FOREIGN_TAX_ID.fullmatch(profile.vat_number):
        yield Problem("vat_number", "not_a_foreign_tax_id")


def _eu_vat_number(typed: VatId) -> Iterator[Problem]:
    try:
        VatId.parse(typed.country, typed.number)
    except InvalidValue as error:
        yield Problem("vat_number", error.key, {"prefix": typed.prefix} if error.key == "not_an_eu_vat_number" else {})


def _person(profile: BillingProfile) -> Iterator[Problem]:
    yield from _text("first_name", profile.first_name, NAME_LENGTH)
    yield from _text("last_name", profile.last_name, NAME_LENGTH)


def _codice_fiscale(profile: BillingProfile, *, required: bool) -> Iterator[Problem]:
    if profile.codice_fiscale:
        yield from _tax_id("codice_fiscale", CodiceFiscale, profile.codice_fiscale)
    elif required:
        yield Problem("codice_fiscale", "required")


def _tax_id(name: str, kind: type[CodiceFiscale] | type[VatNumber], text: str) -> Iterator[Problem]:
    try:
        kind.parse(text)
    except InvalidValue as error:
        yield Problem(name, error.key)
