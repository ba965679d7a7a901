"""Who the company is: its seat, its numbers and its entry in the register of companies."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The provider as a company under Italian law.

    Attributes:
        name: Company name (Denominazione).
        street: Of its registered office, as are postal code, city and province.
        vat_number: Italian VAT number, 11 digits.
        codice_fiscale: The company's codice fiscale, which is its number in the register of companies too.
        register_office: Where that register is kept, for example "Firenze".
        rea_office: Province of the chamber of commerce, for example "FI".
        rea_number: Number in the economic index (REA); empty for an issuer without an entry.
        capital: Paid-up share capital in euro; None where the legal form has none.
        sole_shareholder: Whether one person holds all shares; None where the legal form has none.
        in_liquidation: Whether the company is being wound up.
    """

    name: str
    street: str
    postal_code: str
    city: str
    province: str
    vat_number: str
    codice_fiscale: str
    register_office: str
    rea_office: str
    rea_number: str
    capital: Decimal | None
    sole_shareholder: bool | None
    in_liquidation: bool
