"""What ordering reads from the environment beside what every room reads."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from services.kit.settings import RoomSettings, UnsafeSettings

EXAMPLE_VAT_NUMBER = "07123450483"
"""A number with a right check digit and no company behind it, for trying Casella."""

_VAT_NUMBER = {"it": "P. IVA", "en": "VAT number"}


class OrderingSettings(RoomSettings):
    """Ordering's settings.

    Attributes:
        price_list_file: The operator's price list.
        policy_file: The operator's policy; without it the usual days and limits hold.
        issuer_*: Who the customer contracts with, the same variables as the invoices' issuer.
    """

    price_list_file: Path = Path("deploy/pricelist.yaml")
    policy_file: Path | None = None
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
        """Refuse to contract with real customers in the example's name."""
        if not self.local and self.issuer_vat_number == EXAMPLE_VAT_NUMBER:
            raise UnsafeSettings("CASELLA_ISSUER_VAT_NUMBER is the example's: set who your customers contract with")
        return self

    def identity(self, language: str) -> tuple[str, ...]:
        """Who the customer contracts with, line by line (consumer code art. 49(1)(b) and (c))."""
        return (
            self.issuer_name,
            f"{self.issuer_street}, {self.issuer_postal_code} {self.issuer_city} ({self.issuer_province})",
            f"{_VAT_NUMBER[language]} {self.issuer_vat_number}",
            self.issuer_phone,
            self.issuer_email,
        )
