"""Decides how a printed document names its two parties: names, addresses and tax numbers."""

import re

from services.invoicing.domain.customers import Address, Customer
from services.invoicing.domain.documents import Document
from services.invoicing.domain.issuer import Issuer
from services.invoicing.pdf.formats import breakable
from services.invoicing.pdf.writer import View, Writer
from services.kit.letterhead import letterhead, tax_numbers
from services.kit.vat_ids import MEMBERS, vat_prefix

_WITH_VAT_NUMBERS = frozenset({*MEMBERS, "GB", "XI"})
"""Whose numbers are VAT numbers, written with the country before them; elsewhere they are tax ids."""

_EIN = re.compile(r"[0-9]{9}")


def issuer_view(writer: Writer, issuer: Issuer, document: Document) -> View:
    """Who issues the document, and what the law wants to be told of it."""
    language, seat = document.language, _address(writer, issuer.address, abroad=document.customer.abroad)
    return {
        "name": issuer.name,
        "brand": issuer.brand,
        "address": [issuer.name, *seat, *tax_numbers(issuer, language)],
        "legal": [
            *letterhead(issuer, language),
            " · ".join([f"PEC {issuer.pec}", *_present(issuer.email, _phone(issuer.phone), issuer.website)]),
        ],
    }


def _phone(number: str) -> str:
    """A number with a space behind Italy's prefix; where an area code ends, its digits do not tell."""
    return f"+39 {national}" if (national := number.removeprefix("+39")) != number else number


def customer_view(writer: Writer, customer: Customer) -> View:
    """Who the customer is: name, ids and address."""
    ids = []
    if customer.vat_number and customer.vat_country in _WITH_VAT_NUMBERS:
        ids.append(writer.entry("vat_number", f"{vat_prefix(customer.vat_country)}{customer.vat_number}"))
    elif customer.vat_number:
        ids.append(writer.entry("tax_id", _tax_id(customer)))
    if customer.codice_fiscale:
        ids.append(writer.entry("codice_fiscale", customer.codice_fiscale))
    if customer.recipient_code:
        ids.append(writer.entry("recipient_code", customer.recipient_code))
    if customer.pec:
        ids.append(writer.entry("pec", breakable(customer.pec)))
    address = [breakable(line) for line in _address(writer, customer.address, abroad=customer.abroad)]
    if customer.contact_person:
        address.append(f"{writer.texts['contact']} {breakable(customer.contact_person)}")
    return {"heading": writer.texts["customer"], "name": breakable(customer.name), "address": address, "ids": ids}


def _tax_id(customer: Customer) -> str:
    """A tax id; an EIN of the United States as that writes it: ``12-3456789`` (26 CFR 301.6109-1(a)(1)(ii)(C))."""
    number = customer.vat_number
    return f"{number[:2]}-{number[2:]}" if customer.vat_country == "US" and _EIN.fullmatch(number) else number


def _address(writer: Writer, address: Address, *, abroad: bool) -> list[str]:
    """An address as it stands on a letter, with its country where the letter goes abroad."""
    province = f" ({address.province})" if address.province else ""
    lines = [address.street, f"{address.postal_code} {address.city}{province}".strip()]
    return [*lines, writer.formats.country(address.country)] if abroad else lines


def _present(*texts: str) -> list[str]:
    return [text for text in texts if text]
