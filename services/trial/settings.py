"""What this room reads from the environment beside what every room reads."""

from pathlib import Path

from services.kit.settings import RoomSettings


class TrialSettings(RoomSettings):
    """Trial's settings.

    Attributes:
        token_private_key_file: The key that signs customers' access tokens (PEM, Ed25519); no other room has it.
        dns: `host:port` of the name server that is asked for MX records; empty for the operating system's.
    """

    token_private_key_file: Path
    dns: str = ""
