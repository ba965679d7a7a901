"""What this room reads from the environment beside what every room reads."""

from functools import cached_property
from pathlib import Path

from services.kit.settings import RoomSettings, UnsafeSettings

_SHORTEST_KEY = 32


class SupportSettings(RoomSettings):
    """Support's settings.

    Attributes:
        webhook_key_file: The key from which every webhook secret is derived: at least 32 bytes, any content.
    """

    webhook_key_file: Path

    @cached_property
    def webhook_key(self) -> bytes:
        """The key itself.

        Raises:
            UnsafeSettings: The file is shorter.
        """
        key = self.webhook_key_file.read_bytes().strip()
        if len(key) < _SHORTEST_KEY:
            raise UnsafeSettings(f"the file of CASELLA_WEBHOOK_KEY_FILE needs at least {_SHORTEST_KEY} bytes")
        return key
