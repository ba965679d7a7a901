"""What an operator sets, read from the environment only (prefix ``CASELLA_``); defaults are safe on loopback.

Secrets come as files, never as values, so that a process list or a crash dump shows none.
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Mode = Literal["local", "production"]
_SHORTEST_KEY = 16


class UnsafeSettings(Exception):
    """A process was asked to start with a setting that is not safe where it runs.

    Not a ``ValueError``: pydantic would wrap that and print the other settings beside it.
    """


class Addresses(BaseSettings):
    """Where the services listen (``host:port``), for whoever calls them."""

    model_config = SettingsConfigDict(env_prefix="CASELLA_", extra="ignore", hide_input_in_errors=True)

    trial_address: str = "127.0.0.1:50101"
    mailboxes_address: str = "127.0.0.1:50102"
    ordering_address: str = "127.0.0.1:50103"
    payments_address: str = "127.0.0.1:50104"
    invoicing_address: str = "127.0.0.1:50105"
    support_address: str = "127.0.0.1:50106"


class ProcessSettings(Addresses):
    """What every process reads: mode, its own secret as a caller, Temporal, the clock, the log level."""

    mode: Mode = "local"
    caller_secret_file: Path | None = None
    temporal_address: str = "127.0.0.1:7243"
    temporal_namespace: str = "casella"
    clock_file: Path | None = None
    log_level: str = "INFO"

    @property
    def local(self) -> bool:
        """Whether this is the local mode, with its movable clock and hooks."""
        return self.mode == "local"

    @cached_property
    def caller_secret(self) -> str:
        """The secret by which this process proves who it is when it calls a service.

        Raises:
            UnsafeSettings: No ``CASELLA_CALLER_SECRET_FILE``.
        """
        if self.caller_secret_file is None:
            raise UnsafeSettings("CASELLA_CALLER_SECRET_FILE names the file with this process's own secret: set it")
        return self.caller_secret_file.read_text().strip()


class RoomSettings(ProcessSettings):
    """What a service reads beside: its database, its door, the keys, its mail relay."""

    database_url: str = Field(repr=False)
    listen: str
    caller_secrets_file: Path
    token_public_key_file: Path
    fingerprint_key_file: Path
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2525
    smtp_username: str = ""
    smtp_password_file: Path | None = None
    smtp_tls: Literal["none", "starttls", "implicit"] = "none"
    mail_from: str = "Casella <assistenza@casella.example>"
    provider_name: str = "Casella"
    public_url: str = "http://127.0.0.1:8580"
    relay_poll_seconds: float = 1.0

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        """Refuse what would send customers' data in the clear or let the clock be moved."""
        if self.mode == "production":
            if self.smtp_tls == "none":
                raise UnsafeSettings("CASELLA_SMTP_TLS=none is for one machine: production needs starttls or implicit")
            if self.clock_file is not None:
                raise UnsafeSettings("CASELLA_CLOCK_FILE moves the clock: production runs on real time")
            if not self.public_url.startswith("https://"):
                raise UnsafeSettings("CASELLA_PUBLIC_URL is what customers open: production needs https://")
        return self

    @cached_property
    def caller_secrets(self) -> dict[str, str]:
        """Every caller's name and secret: ``{"gateway": "…", "worker": "…"}``."""
        return {str(name): str(secret) for name, secret in json.loads(self.caller_secrets_file.read_text()).items()}

    @cached_property
    def fingerprint_key(self) -> bytes:
        """The key of the requests' fingerprints: at least 16 bytes, any content.

        Raises:
            UnsafeSettings: The file is shorter.
        """
        key = self.fingerprint_key_file.read_bytes().strip()
        if len(key) < _SHORTEST_KEY:
            raise UnsafeSettings("the file of CASELLA_FINGERPRINT_KEY_FILE needs at least 16 bytes")
        return key

    @cached_property
    def smtp_password(self) -> str | None:
        """The relay's password, if it wants one."""
        return self.smtp_password_file.read_text().strip() if self.smtp_password_file else None
