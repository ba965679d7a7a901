"""What a company says of itself on its documents and in its letters, in Italian and English.

Art. 2250 of the Civil Code demands it: registered office, register of companies and number in it, the share capital
that is paid up, and whether there is a sole shareholder or a liquidation.
"""

from collections.abc import Mapping

from services.kit.company import Company
from services.kit.localized import money
from services.kit.money import Money

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "seat": "sede legale {street}, {postal_code} {city} ({province})",
        "vat_number": "Partita IVA IT{number}",
        "codice_fiscale": "Codice fiscale {number}",
        "register": "Registro delle Imprese di {office} n. {number}",
        "rea": "REA {office}-{number}",
        "capital": "Capitale sociale versato {amount}",
        "sole_shareholder": "Società con socio unico",
        "in_liquidation": "Società in liquidazione",
    },
    "en": {
        "seat": "registered office {street}, {postal_code} {city} ({province})",
        "vat_number": "VAT number IT{number}",
        "codice_fiscale": "Italian tax code {number}",
        "register": "Register of companies (Registro delle Imprese) of {office} no. {number}",
        "rea": "REA {office}-{number}",
        "capital": "Paid-up share capital {amount}",
        "sole_shareholder": "Company with a sole shareholder",
        "in_liquidation": "Company in liquidation",
    },
}
_BETWEEN = " · "


def tax_numbers(company: Company, language: str) -> tuple[str, str]:
    """VAT number and codice fiscale, each with its name."""
    texts = _TEXTS[language]
    return (
        texts["vat_number"].format(number=company.vat_number),
        texts["codice_fiscale"].format(number=company.codice_fiscale),
    )


def letterhead(company: Company, language: str) -> tuple[str, ...]:
    """The lines: name, seat and tax numbers; then the register and what it says, where there is something to say."""
    texts = _TEXTS[language]
    seat = texts["seat"].format(
        street=company.street, postal_code=company.postal_code, city=company.city, province=company.province
    )
    entry = []
    if company.rea_number:
        entry.append(texts["register"].format(office=company.register_office, number=company.codice_fiscale))
        entry.append(texts["rea"].format(office=company.rea_office, number=company.rea_number))
    if company.capital is not None:
        entry.append(texts["capital"].format(amount=money(Money.of(company.capital), language)))
    if company.sole_shareholder:
        entry.append(texts["sole_shareholder"])
    if company.in_liquidation:
        entry.append(texts["in_liquidation"])
    first = _BETWEEN.join([company.name, seat, *tax_numbers(company, language)])
    return (first, _BETWEEN.join(entry)) if entry else (first,)
