"""Decides what a document knows of its customer: the billing profile as it stood then."""

from dataclasses import dataclass
from enum import StrEnum

ITALY = "IT"

FIRST_REVISION = 1
"""Of a document's customer: as it was issued. A correction after a rejection is a further revision."""


class CustomerKind(StrEnum):
    """How a customer is classified for tax."""

    PRIVATE = "private"
    COMPANY = "company"
    RESELLER = "reseller"


@dataclass(frozen=True, slots=True)
class Address:
    """Postal address; `country` is ISO 3166-1 alpha-2, `province` two letters in Italy and empty elsewhere."""

    street: str
    postal_code: str
    city: str
    province: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The billing profile as it stood when the document was made, without the phone number, which no document names.

    A person has first and last name, and so has a freelancer, a business without a company name; everybody else has a
    company name. `body` marks a body with an 11-digit code under PRIVATE. `vat_number` is without the country, and any
    tax id outside the EU. `vat_country` is ISO 3166-1 alpha-2, or XI. `revision` is the profile's, from 1.
    """

    kind: CustomerKind
    body: bool
    first_name: str
    last_name: str
    company_name: str
    address: Address
    contact_person: str
    codice_fiscale: str
    vat_number: str
    vat_country: str
    recipient_code: str
    pec: str
    revision: int

    @property
    def is_person(self) -> bool:
        """Whether the customer is named by first and last name."""
        if self.kind is CustomerKind.PRIVATE:
            return not self.body
        return not self.company_name and bool(self.first_name or self.last_name)

    @property
    def abroad(self) -> bool:
        """Whether the customer is established in another country: its printed document is then the invoice itself."""
        return self.address.country != ITALY

    @property
    def name(self) -> str:
        """The name as it stands on a letter."""
        return f"{self.first_name} {self.last_name}" if self.is_person else self.company_name
