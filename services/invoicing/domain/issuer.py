"""Decides who issues: the provider's own fiscal identity, as it stands on every document."""

from dataclasses import dataclass
from decimal import Decimal

from services.invoicing.domain.documents import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The provider.

    Attributes:
        name: Company name (Denominazione).
        brand: Name under which the service is sold; heads the documents.
        vat_number: Italian VAT number, 11 digits.
        codice_fiscale: The company's codice fiscale; names the files sent to the SdI.
        rea_office: Province of the chamber of commerce, for example "FI".
        rea_number: Number in the register (REA).
        capital: Paid-up share capital in euro; None where the legal form has none.
        sole_shareholder: Whether one person holds all shares; None where the legal form has none.
        in_liquidation: Whether the company is being wound up.
        tax_regime: `RegimeFiscale`; RF01 is the ordinary one.
    """

    name: str
    brand: str
    address: Address
    vat_number: str
    codice_fiscale: str
    rea_office: str
    rea_number: str
    capital: Decimal | None
    sole_shareholder: bool | None
    in_liquidation: bool
    tax_regime: str
    phone: str
    email: str
    pec: str
    website: str
