"""Who a document is made out to, and which customers Casella serves: the billing profile and its rules.

`tidied` makes one spelling of what people type; `refusal` names the customers whom Casella does not serve, with the
reason; `problems` names every bad field of the others. Sources: docs/rules.md, "Order", FatturaPA 1.2.3 (block 1.4
CessionarioCommittente), DPR 633/1972 art. 17-ter (split payment), DM 55/2013 (public bodies).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from services.kit.characters import has_control_characters
from services.kit.composed import composed
from services.kit.tax_ids import CodiceFiscale, InvalidValue, VatNumber
from services.ordering.domain.kinds import CustomerKind
from services.ordering.domain.problems import Problem
from services.ordering.domain.provinces import OUTSIDE_VAT, PROVINCES

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


@dataclass(frozen=True, slots=True)
class BillingProfile:
    """A customer's billing data. All texts; empty means not given.

    Attributes:
        body: under PRIVATE: a body with an 11-digit code, such as an association, without consumer rights.
        phone: E.164, for example `+390551234567`.
        codice_fiscale: for a business only where it differs from the VAT number.
        vat_number: 11 digits, without the country.
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


_TEXTS = tuple(entry.name for entry in fields(BillingProfile) if entry.name not in ("kind", "body", "split_payment"))


class NotServed(StrEnum):
    """Why Casella does not sell to somebody."""

    PUBLIC_BODY = "public_body"
    SPLIT_PAYMENT = "split_payment"
    PRIVATE_ABROAD = "private_abroad"
    BUSINESS_ABROAD = "business_abroad"
    OUTSIDE_VAT = "outside_vat"


def tidied(profile: BillingProfile) -> BillingProfile:
    """The same profile in one spelling: spaces trimmed, codes in capitals, a VAT number without its country."""
    clean: dict[str, Any] = {name: re.sub(" {2,}", " ", composed(getattr(profile, name))).strip() for name in _TEXTS}
    for name in ("codice_fiscale", "vat_number", "recipient_code", "province", "country", "vat_country"):
        clean[name] = re.sub(r"[ .-]", "", clean[name]).upper()
    clean["postal_code"] = clean["postal_code"].replace(" ", "")
    clean["phone"] = re.sub(r"[ ()./-]", "", clean["phone"])
    if clean["vat_number"].startswith("IT"):
        clean["vat_number"], clean["vat_country"] = clean["vat_number"][2:], clean["vat_country"] or "IT"
    if clean["vat_number"] and not clean["vat_country"]:
        clean["vat_country"] = clean["country"]
    if profile.kind is not CustomerKind.PRIVATE and clean["codice_fiscale"] == clean["vat_number"]:
        clean["codice_fiscale"] = ""
    eleven = len(clean["codice_fiscale"]) == _BODY_CODE
    return replace(profile, body=profile.kind is CustomerKind.PRIVATE and (profile.body or eleven), **clean)


def _one_spelling(text: str) -> str:
    return re.sub(" {2,}", " ", composed(text)).strip()


def refusal(profile: BillingProfile) -> NotServed | None:
    """Why this customer is not served; None where Casella sells to them. Expects a tidied profile."""
    if len(profile.recipient_code) == _PUBLIC_BODY_CODE:
        return NotServed.PUBLIC_BODY
    if profile.split_payment:
        return NotServed.SPLIT_PAYMENT
    if profile.country not in ("", "IT"):
        return NotServed.PRIVATE_ABROAD if profile.kind is CustomerKind.PRIVATE else NotServed.BUSINESS_ABROAD
    if profile.vat_country not in ("", "IT"):
        return NotServed.BUSINESS_ABROAD
    if profile.city.upper().replace("\u2019", "'") in OUTSIDE_VAT or profile.postal_code in OUTSIDE_VAT.values():
        return NotServed.OUTSIDE_VAT
    return None


def problems(profile: BillingProfile) -> list[Problem]:
    """Every bad field of a tidied profile; empty where it can be saved."""
    found = list(_address(profile)) + list(_contact(profile))
    if profile.kind is CustomerKind.PRIVATE:
        return found + list(_private(profile))
    return found + list(_business(profile))


def _text(name: str, value: str, longest: int, *, required: bool = True) -> Iterator[Problem]:
    if not value:
        if required:
            yield Problem(name, "required")
    elif len(value) > longest:
        yield Problem(name, "too_long", {"limit": longest})
    elif has_control_characters(value):
        yield Problem(name, "control_characters")


def _empty(profile: BillingProfile, *names: str) -> Iterator[Problem]:
    for name in names:
        if getattr(profile, name):
            yield Problem(name, "must_be_empty")


def _address(profile: BillingProfile) -> Iterator[Problem]:
    yield from _text("address.street", profile.street, NAME_LENGTH)
    yield from _text("address.city", profile.city, NAME_LENGTH)
    if not re.fullmatch("[0-9]{5}", profile.postal_code):
        yield Problem("address.postal_code", "not_a_postal_code" if profile.postal_code else "required")
    if profile.province not in PROVINCES:
        yield Problem("address.province", "not_a_province" if profile.province else "required")
    if not profile.country:
        yield Problem("address.country", "required")


def _contact(profile: BillingProfile) -> Iterator[Problem]:
    if not _PHONE.fullmatch(profile.phone):
        yield Problem("phone", "not_a_phone" if profile.phone else "required")
    yield from _text("contact_person", profile.contact_person, NAME_LENGTH, required=False)
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


def _business(profile: BillingProfile) -> Iterator[Problem]:
    if profile.company_name:
        yield from _text("company_name", profile.company_name, COMPANY_LENGTH)
        yield from _empty(profile, "first_name", "last_name")
    elif profile.first_name or profile.last_name:
        yield from _person(profile)
    else:
        yield Problem("company_name", "company_or_names")
    yield from _codice_fiscale(profile, required=False)
    if not profile.vat_number:
        yield Problem("vat_number", "required")
    else:
        yield from _tax_id("vat_number", VatNumber, profile.vat_number)
    if profile.recipient_code in ("", _NO_CODE) and not profile.pec:
        yield Problem("recipient_code", "code_or_pec")


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
