"""What ordering reads from the environment beside what every room reads."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from services.kit.settings import RoomSettings, UnsafeSettings
from services.kit.vat_ids import VatId

_VAT_NUMBER = {"it": "P. IVA", "en": "VAT number"}


class OrderingSettings(RoomSettings):
    """Ordering's settings.

    Attributes:
        price_list_file: The operator's price list.
        vies_url: VIES's REST API; the default is the stand-in on this machine.
    """

    price_list_file: Path = Path("deploy/pricelist.yaml")
    vies_url: str = "http://127.0.0.1:8584/taxation_customs/vies/rest-api"

    @model_validator(mode="after")
    def _refuse_unsafe_register(self) -> Self:
        """Refuse to believe what anybody on the way could say about a VAT number."""
        if not self.local and not self.vies_url.startswith("https://"):
            raise UnsafeSettings(
                "CASELLA_VIES_URL is the stand-in's: production needs https://, for VIES itself "
                "https://ec.europa.eu/taxation_customs/vies/rest-api"
            )
        return self

    @property
    def vat_id(self) -> VatId:
        """Our own VAT number, in whose name VIES is asked."""
        return VatId("IT", self.issuer_vat_number)

    def identity(self, language: str) -> tuple[str, ...]:
        """Who the customer contracts with, line by line (consumer code art. 49(1)(b) and (c))."""
        return (
            self.issuer_name,
            f"{self.issuer_street}, {self.issuer_postal_code} {self.issuer_city} ({self.issuer_province})",
            f"{_VAT_NUMBER[language]} {self.issuer_vat_number}",
            self.issuer_phone,
            self.issuer_email,
        )
