"""Who contracts with customers and issues their documents, as the rooms that name the company read it.

One company: were ordering's terms to name another one than the invoices, the customer would not know who owes what.
"""

from typing import Self

from pydantic import model_validator

from services.kit.settings import RoomSettings, UnsafeSettings

EXAMPLE_VAT_NUMBER = "07123450483"
"""A number with a right check digit and no company behind it, for trying Casella."""


class IssuerSettings(RoomSettings):
    """The company's name, seat, VAT number and how to reach it, as in the register of companies."""

    issuer_name: str = "Casella Esempio S.r.l."
    issuer_street: str = "Via dei Servi 12"
    issuer_postal_code: str = "50122"
    issuer_city: str = "Firenze"
    issuer_province: str = "FI"
    issuer_vat_number: str = EXAMPLE_VAT_NUMBER
    issuer_phone: str = "+390550123456"
    issuer_email: str = "amministrazione@casella.example"

    @model_validator(mode="after")
    def _refuse_the_example(self) -> Self:
        """Refuse to contract with real customers, or to issue for them, in the example's name."""
        if not self.local and self.issuer_vat_number == EXAMPLE_VAT_NUMBER:
            raise UnsafeSettings(
                "CASELLA_ISSUER_VAT_NUMBER is the example's: set who your customers contract with and who issues"
            )
        return self
