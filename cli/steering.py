"""Decides what the audit trail is told of a command that changes something: who, why, and which call it was."""

import functools
import getpass
import os
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

from casella.common.v1 import common_pb2
from services.kit.calendar import ROME
from services.kit.ids import new_id

Command = TypeVar("Command", bound=Callable[..., Any])
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_LONGEST_ACTOR = 200


class ReasonCode(click.ParamType[str]):
    """A code, never free text: the audit trail keeps no personal data."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what reads like a sentence."""
        if not _CODE.fullmatch(str(value)):
            self.fail("write 2 to 40 lower-case letters, digits and underscores, for example phone_confirmed")
        return str(value)


class Uuid(click.ParamType[str]):
    """A UUID in its usual form."""

    name = "uuid"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse anything else, before a service is asked."""
        try:
            parsed = str(uuid.UUID(str(value)))
        except ValueError:
            parsed = ""
        if parsed != str(value).lower():
            self.fail(f"{value!r} is no id: ids look like 01939f4e-7c1a-7d55-9f3b-0242ac120002")
        return parsed


class Day(click.ParamType[date]):
    """A calendar day."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Refuse what is no day, and a day written in another order."""
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.isoformat() != str(value):
            self.fail(f"{value!r} is no day: write year, month and day, for example 2026-11-24")
        return day


class Minute(click.ParamType[datetime]):
    """A minute of Rome's time."""

    name = "minute"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Refuse what is none, and a day without its time, which could mean either end of it."""
        try:
            minute = datetime.strptime(str(value).replace("T", " ", 1), "%Y-%m-%d %H:%M")  # noqa: DTZ007  see below
        except ValueError:
            self.fail(f'{value!r} is no day with its time: write it in quotes, for example "2026-11-24 03:00"')
        return minute.replace(tzinfo=ROME)


def steered(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a command that changes something; it is given a ``Steering`` as its argument ``steering``."""

    @click.option("--reason", type=ReasonCode(), required=True, help="Why, as a code: phone_confirmed.")
    @click.option("--ticket", type=Uuid(), help="Id of the ticket it belongs to.")
    @click.option("--as", "actor", help="Who does it; else the user of this system.")
    @functools.wraps(command)
    def with_options(*args: Any, reason: str, ticket: str | None, actor: str | None, **kwargs: Any) -> None:
        path = click.get_current_context().command_path
        steering = common_pb2.Steering(
            actor=(actor or system_user())[:_LONGEST_ACTOR],
            reason_code=reason,
            ticket_id=ticket or "",
            source=f"{path}/{new_id()}",
        )
        command(*args, steering=steering, **kwargs)

    return with_options


def system_user() -> str:
    """The name of the user who runs the command, or the number of one without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
