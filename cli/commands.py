"""Decides how the command line is put together: each command's module is read when the command is used.

`casella up` and `demo` must not wait for gRPC and Temporal to be imported, which takes most of a second.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.failures import belonging_to_another, failure_of
from cli.installation import var_folder
from services.kit.errors import Refused


class Commands(click.Group):
    """A group whose commands are named as ``module:attribute``."""

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which they are named."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self._places:
            return None
        module, _, attribute = self._places[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self._places[cmd_name]} is no command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an unexpected refusal, and another user's file, are told in plain words."""
        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise failure_of(refused) from None
        except PermissionError as error:
            if error.filename is None:
                raise
            raise belonging_to_another(Path(error.filename), var_folder()) from None
