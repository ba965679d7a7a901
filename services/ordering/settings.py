"""What ordering reads from the environment beside what every room reads."""

from pathlib import Path

from services.kit.settings import RoomSettings


class OrderingSettings(RoomSettings):
    """Ordering's settings.

    Attributes:
        price_list_file: the operator's price list.
        policy_file: the operator's policy; without it the usual days and limits hold.
        provider_identity: who the customer contracts with: name, address, VAT number, contact; stands in the order's
            confirmation (consumer code art. 49(1)(b) and (c)). Lines are parted by line breaks.
    """

    price_list_file: Path = Path("deploy/pricelist.yaml")
    policy_file: Path | None = None
    provider_identity: str = "Casella"
