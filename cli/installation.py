"""Decides which Casella a command talks to: the environment first, else the one that runs from the var folder.

`var/run.json` is the launcher's; an installation that names its addresses in the environment needs none.
"""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from cli.failures import Failure, Unreachable, WrongInput, belonging_to_another
from services.kit.settings import ProcessSettings, UnsafeSettings

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")


@dataclass(frozen=True)
class Installation:
    """One Casella, as far as it is known.

    Attributes:
        var: The folder of a local one.
        run: What its launcher says of itself; empty where none runs.
        settings: The environment, completed by ``run``.
    """

    var: Path
    run: Mapping[str, Any]
    settings: ProcessSettings

    def address(self, room: str) -> str:
        """`host:port` of a room.

        Raises:
            Unreachable: Neither the environment nor a running launcher names it.
        """
        return self._known(f"{room}_address")

    @property
    def temporal_address(self) -> str:
        """`host:port` of Temporal.

        Raises:
            Unreachable: Neither the environment nor a running launcher names it.
        """
        return self._known("temporal_address")

    @property
    def secret_file(self) -> Path:
        """The file with the operator's secret."""
        return self.settings.caller_secret_file or self.var / "secrets" / "caller-operator"

    def secret(self) -> str:
        """The operator's secret; empty under mutual TLS, where the certificate says who calls.

        Raises:
            Failure: The file cannot be read.
        """
        if self.settings.tls is not None:
            return ""
        try:
            return self.secret_file.read_text().strip()
        except PermissionError:
            raise belonging_to_another(self.secret_file, self.var) from None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise Failure(
                f"the operator's secret cannot be read from {self.secret_file} ({reason})",
                "Name the file in CASELLA_CALLER_SECRET_FILE",
            ) from None

    def workflow_link(self, workflow_id: str) -> str:
        """Where the Temporal UI shows a workflow; only its id where the UI's address is not known."""
        ui = self.run.get("temporal_ui")
        if not ui:
            return f"workflow {workflow_id}"
        return f"{ui}/namespaces/{self.settings.temporal_namespace}/workflows/{quote(workflow_id, safe=':')}"

    def list_link(self, query: str) -> str:
        """Where the Temporal UI lists the workflows of a filter; else the filter alone."""
        ui = self.run.get("temporal_ui")
        if not ui:
            return f"filter {query}"
        return f"{ui}/namespaces/{self.settings.temporal_namespace}/workflows?query={quote(query)}"

    def _known(self, field: str) -> str:
        if field not in self.settings.model_fields_set:
            look_into(self.var)
            raise Unreachable(
                f"no Casella runs from {self.var}",
                f"Start one with `make run`, or name an installation's addresses (CASELLA_{field.upper()} and so on)",
            )
        return str(getattr(self.settings, field))


def find() -> Installation:
    """The Casella of this environment.

    Raises:
        Failure: The environment, or the launcher's file, says something that cannot be.
    """
    var = var_folder()
    try:
        chosen = ProcessSettings()
        run = _run(var) if chosen.local else {}
        known = {
            **{f"{room}_address": address for room, address in run.get("rooms", {}).items()},
            "temporal_address": run.get("temporal"),
        }
        more = {name: value for name, value in known.items() if value and name not in chosen.model_fields_set}
        return Installation(var, run, ProcessSettings(**more))
    except UnsafeSettings as error:
        raise WrongInput(str(error)) from None
    except ValidationError as error:
        wrong = ", ".join(f"CASELLA_{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors())
        raise WrongInput(f"the environment is not right: {wrong}") from None


def var_folder() -> Path:
    """The folder of all state: `CASELLA_VAR`, else `var` in the tree."""
    return Path(os.environ.get("CASELLA_VAR") or ROOT / "var").resolve()


def look_into(var: Path) -> None:
    """See that this user may use the state that is kept there, if any is.

    Raises:
        PermissionError: Another has it; `cli.commands` tells whose it is.
    """
    for folder in (var, var / "secrets"):
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _run(var: Path) -> Mapping[str, Any]:
    file = var / "run.json"
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Failure(f"{file} is damaged", "Stop Casella and start it again with `make run`")
    return found
