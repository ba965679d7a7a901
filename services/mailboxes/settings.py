"""What mailboxes reads from the environment beside what every room reads."""

from pathlib import Path

from services.kit.settings import RoomSettings


class MailboxesSettings(RoomSettings):
    """Mailboxes' settings.

    Attributes:
        price_list_file: The operator's price list, for the codes of the options.
    """

    price_list_file: Path = Path("deploy/pricelist.yaml")
