"""What this room reads from its environment beside the common settings."""

from pathlib import Path

from services.kit.settings import RoomSettings


class MailboxesSettings(RoomSettings):
    """Settings of the mailboxes service.

    Attributes:
        policy_file: The operator's policy.yaml; without it the usual limits hold.
    """

    policy_file: Path | None = None
