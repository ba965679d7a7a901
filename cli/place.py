"""Decides where Casella is: what the launcher wrote below `var/`, unless the environment names other addresses."""

import getpass
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")


@dataclass(frozen=True)
class Place:
    """One Casella.

    Attributes:
        var: The folder in which a local Casella keeps its state.
        environment: The variables that override what stands there.
    """

    var: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> "Place":
        """The one that this command is meant for: `CASELLA_VAR`, else `var` in the tree."""
        return cls(Path(os.environ.get("CASELLA_VAR") or ROOT / "var").resolve(), os.environ)

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """What the launcher wrote of a running local Casella; empty where none runs."""
        try:
            found: Mapping[str, Any] = json.loads((self.var / "run.json").read_text())
        except FileNotFoundError:
            return {}
        return found

    def address(self, room: str) -> str:
        """Where a service listens, `host:port`.

        Raises:
            click.ClickException: Nobody says so.
        """
        named = self.environment.get(f"CASELLA_{room.upper()}_ADDRESS") or self.run.get("rooms", {}).get(room)
        if not named:
            raise click.ClickException(
                f"no Casella runs from {self.var}: start one with `casella up`, "
                f"or set CASELLA_{room.upper()}_ADDRESS to the address of the service"
            )
        return str(named)

    @property
    def temporal(self) -> str:
        """Where Temporal listens.

        Raises:
            click.ClickException: Nobody says so.
        """
        named = self.environment.get("CASELLA_TEMPORAL_ADDRESS") or self.run.get("temporal")
        if not named:
            raise click.ClickException(
                f"no Casella runs from {self.var}: start one with `casella up`, or set CASELLA_TEMPORAL_ADDRESS"
            )
        return str(named)

    @property
    def namespace(self) -> str:
        """The namespace of the workflows."""
        return self.environment.get("CASELLA_TEMPORAL_NAMESPACE") or "casella"

    @property
    def temporal_ui(self) -> str:
        """Address of the Temporal UI; empty where it is not known."""
        return str(self.environment.get("CASELLA_TEMPORAL_UI") or self.run.get("temporal_ui") or "")

    @property
    def secret_file(self) -> Path:
        """The file of the operator's secret."""
        named = self.environment.get("CASELLA_CALLER_SECRET_FILE")
        return Path(named) if named else self.var / "secrets" / "caller-operator"

    @property
    def secret(self) -> str:
        """The secret by which services know the operator.

        Raises:
            click.ClickException: It cannot be read.
        """
        try:
            return self.secret_file.read_text().strip()
        except FileNotFoundError:
            raise click.ClickException(
                f"the operator's secret {self.secret_file} is missing: start Casella once with `casella up`, "
                "or name its file in CASELLA_CALLER_SECRET_FILE"
            ) from None
        except PermissionError:
            raise click.ClickException(
                f"the operator's secret {self.secret_file} is not yours to read: run this as whoever started Casella"
            ) from None

    @property
    def operator(self) -> str:
        """Who steers, for the audit trail: `CASELLA_OPERATOR`, else the user at this machine."""
        return self.environment.get("CASELLA_OPERATOR") or f"{getpass.getuser()}@{socket.gethostname()}"
