"""What ordering reads from the environment beside what every room reads."""

from pathlib import Path

from services.kit.settings import RoomSettings

_VAT_NUMBER = {"it": "P. IVA", "en": "VAT number"}


class OrderingSettings(RoomSettings):
    """Ordering's settings.

    Attributes:
        price_list_file: The operator's price list.
        policy_file: The operator's policy; without it the usual days and limits hold.
    """

    price_list_file: Path = Path("deploy/pricelist.yaml")
    policy_file: Path | None = None

    def identity(self, language: str) -> tuple[str, ...]:
        """Who the customer contracts with, line by line (consumer code art. 49(1)(b) and (c))."""
        return (
            self.issuer_name,
            f"{self.issuer_street}, {self.issuer_postal_code} {self.issuer_city} ({self.issuer_province})",
            f"{_VAT_NUMBER[language]} {self.issuer_vat_number}",
            self.issuer_phone,
            self.issuer_email,
        )
