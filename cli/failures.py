"""Decides what an operator reads when a command cannot do its work: what is wrong, the remedy, and an exit code.

0 done · 1 refused, or something is wrong · 2 wrong usage or input · 3 Casella cannot be reached.
"""

import os
import pwd
from pathlib import Path
from typing import IO, Any

import click

from services.kit.errors import Refused

EXIT_REFUSED = 1


class Failure(click.ClickException):
    """A command ends here, without a traceback.

    Args:
        problem: What is wrong; a sentence without a full stop.
        remedy: What the operator can do about it; empty where the problem says it.
    """

    exit_code = EXIT_REFUSED

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.remedy = remedy

    def show(self, file: IO[Any] | None = None) -> None:
        """Write both sentences to standard error."""
        click.echo(f"casella: {self.message}.", file=file, err=True)
        if self.remedy:
            click.echo(f"  {self.remedy}.", file=file, err=True)


class WrongInput(Failure):
    """What the operator gave cannot be right."""

    exit_code = 2


class Unreachable(Failure):
    """Casella, or a part of it, does not answer."""

    exit_code = 3


def belonging_to_another(path: Path, var: Path) -> Failure:
    """What an operator reads who may not look into a file or folder.

    Args:
        path: What cannot be read.
        var: The folder of the state that is meant.
    """
    if path.is_relative_to(var):
        return Unreachable(
            f"{var} belongs to {_owner(path)}, and you are {_name(os.geteuid())}",
            f"Be that user, for example with `sudo -u {_owner(path)}`, or name a folder of your own in CASELLA_VAR",
        )
    return Unreachable(f"{path} belongs to {_owner(path)}, and you may not read it", "Be that user")


def _owner(path: Path) -> str:
    """Who has a file, or the next folder above it that can be looked at."""
    try:
        return _name(path.stat().st_uid)
    except (PermissionError, FileNotFoundError):
        return _owner(path.parent)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # as in a container
        return f"user {uid}"


_REMEDIES = {
    "UNAUTHENTICATED": (
        "Name the file with the operator's secret of this installation in CASELLA_CALLER_SECRET_FILE; "
        "`casella doctor` shows which one is used"
    ),
    "CALLER_NOT_ALLOWED": "The secret that is used belongs to another caller: name the operator's in "
    "CASELLA_CALLER_SECRET_FILE",
    "NOT_FOUND": "Check the id; ids and email addresses are found with `casella show account`",
    "LEGAL_HOLD": "`casella hold release` lifts it",
}


def failure_of(refused: Refused, options: dict[str, str] | None = None) -> Failure:
    """What a service's refusal looks like to an operator; for bad input every bad field, with the option that sets it.

    Args:
        refused: The refusal.
        options: Field of the request → option of the command, for example ``{"profile.pec": "--pec"}``.
    """
    if refused.violations:
        known = options or {}
        lines = [
            f"\n  {violation.field}{f' ({known[violation.field]})' if violation.field in known else ''}: "
            f"{violation.message.rstrip('.')}"
            for violation in refused.violations
        ]
        return WrongInput(f"the input is not right, nothing was changed:{''.join(lines)}")
    name = str(refused)
    text = refused.message.strip().rstrip(".")
    state = refused.metadata.get("state", "")
    if state and state not in text:
        text += f": it is {state.replace('_', ' ')}"
    return Failure(f"refused, {text[:1].lower()}{text[1:]} ({name})", _REMEDIES.get(name, ""))
