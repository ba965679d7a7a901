"""What every command that changes something asks for: why, as a code, and the ticket of the case."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def why(command: F) -> F:
    """Add `--reason` and `--ticket`."""
    ticket = click.option("--ticket", default="", metavar="UUID", help="The ticket of the case.")
    reason = click.option(
        "--reason",
        required=True,
        metavar="CODE",
        help="A short code for the audit trail, for example court_order; never free text about a person.",
    )
    return reason(ticket(command))
