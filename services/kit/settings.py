"""What an operator sets, read from the environment only (prefix ``CASELLA_``); defaults are safe on loopback.

Secrets come as files, never as values, so that a process list or a crash dump shows none.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.issuer_settings import EXAMPLES, IssuerSettings

Mode = Literal["local", "production"]
_SHORTEST_KEY = 16


class Misconfigured(Exception):
    """What an operator has set cannot be used; the text has one line for each thing that is wrong.

    It is logged whole, so it holds no secret and no customer's data. Not a ``ValueError``: pydantic would wrap that and
    print the other settings beside it.
    """


class UnsafeSettings(Misconfigured):
    """A process was asked to start with a setting that is not safe where it runs."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The files of mutual TLS between Casella's processes (PEM)."""

    certificate: Path
    """This process's own; as a caller its common name says who it is: ``casella-gateway``."""
    key: Path
    authority: Path
    """Whose certificates are believed: an authority for Casella alone, never a public one."""


class Addresses(BaseSettings):
    """Where the services listen (``host:port``), for whoever calls them."""

    model_config = SettingsConfigDict(env_prefix="CASELLA_", extra="ignore", hide_input_in_errors=True)

    trial_address: str = "127.0.0.1:25101"
    mailboxes_address: str = "127.0.0.1:25102"
    ordering_address: str = "127.0.0.1:25103"
    payments_address: str = "127.0.0.1:25104"
    invoicing_address: str = "127.0.0.1:25105"
    support_address: str = "127.0.0.1:25106"


class ProcessSettings(Addresses):
    """What every process reads: mode, its own secret as a caller, Temporal, the clock, the log level."""

    mode: Mode = "local"
    caller_secret_file: Path | None = None
    temporal_address: str = "127.0.0.1:7243"
    temporal_namespace: str = "casella"
    clock_file: Path | None = None
    log_level: str = "INFO"
    metrics_listen: str | None = None
    otlp_endpoint: str = ""
    tls_certificate_file: Path | None = None
    tls_key_file: Path | None = None
    tls_authority_file: Path | None = None

    @model_validator(mode="after")
    def _refuse_unsafe_process(self) -> Self:
        """Refuse half of a TLS setup, and in production a movable clock or calls in the clear."""
        files = (self.tls_certificate_file, self.tls_key_file, self.tls_authority_file)
        if any(files) and not all(files):
            raise UnsafeSettings("CASELLA_TLS_CERTIFICATE_FILE, _KEY_FILE and _AUTHORITY_FILE belong together")
        if self.mode == "production":
            if not any(files):
                raise UnsafeSettings(
                    "production needs mutual TLS: set CASELLA_TLS_CERTIFICATE_FILE, _KEY_FILE, _AUTHORITY_FILE"
                )
            if self.clock_file is not None:
                raise UnsafeSettings("CASELLA_CLOCK_FILE moves the clock: production runs on real time")
        return self

    @property
    def tls(self) -> Tls | None:
        """The files of mutual TLS, where they are set."""
        if self.tls_certificate_file and self.tls_key_file and self.tls_authority_file:
            return Tls(self.tls_certificate_file, self.tls_key_file, self.tls_authority_file)
        return None

    @property
    def local(self) -> bool:
        """Whether this is the local mode, with its movable clock and hooks."""
        return self.mode == "local"

    @cached_property
    def caller_secret(self) -> str:
        """The secret by which this process proves who it is when it calls a service.

        Empty under mutual TLS, where the certificate says it.

        Raises:
            UnsafeSettings: No ``CASELLA_CALLER_SECRET_FILE``.
        """
        if self.tls is not None:
            return ""
        if self.caller_secret_file is None:
            raise UnsafeSettings("CASELLA_CALLER_SECRET_FILE names the file with this process's own secret: set it")
        return self.caller_secret_file.read_text().strip()


class RoomSettings(ProcessSettings, IssuerSettings):
    """What a service reads beside: its database, its door, the keys, its mail relay, and whose emails it sends."""

    database_url: str = Field(repr=False)
    listen: str
    caller_secrets_file: Path | None = None
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
    policy_file: Path | None = None

    @model_validator(mode="after")
    def _refuse_unsafe_room(self) -> Self:
        """Refuse what would send customers' data in the clear, or real emails and documents in the example's name."""
        if self.mode == "production":
            if self.smtp_tls == "none":
                raise UnsafeSettings("CASELLA_SMTP_TLS=none is for one machine: production needs starttls or implicit")
            if not self.public_url.startswith("https://"):
                raise UnsafeSettings("CASELLA_PUBLIC_URL is what customers open: production needs https://")
            for name, example in EXAMPLES.items():
                if getattr(self, name) == example:
                    raise UnsafeSettings(
                        f"CASELLA_{name.upper()} is the example's: set who your customers contract with and who issues"
                    )
        return self

    @cached_property
    def caller_secrets(self) -> dict[str, str]:
        """Every caller's name and secret: ``{"gateway": "…", "worker": "…"}``.

        Raises:
            UnsafeSettings: No ``CASELLA_CALLER_SECRETS_FILE``.
        """
        if self.caller_secrets_file is None:
            raise UnsafeSettings("CASELLA_CALLER_SECRETS_FILE names the file with every caller's secret: set it")
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
