"""Decides how answers look: tables for people, JSON for scripts; times in Rome, amounts with their currency."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from casella.common.v1 import common_pb2 as common
from services.kit.calendar import ROME
from services.kit.wire import from_date, from_timestamp

INDENT = "  "
LABEL_WIDTH = 24


def as_json() -> bool:
    """Whether the command was given `--json`."""
    found = click.get_current_context().find_root().params.get("json")
    return bool(found)


def console() -> Console:
    """Where everything is printed; wide when it goes into a file, so that lines stay whole."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=200)


def show(sections: Mapping[str, Message | Sequence[Message]]) -> None:
    """Print messages with all their fields, each under its title; as JSON one object of them all."""
    if as_json():
        click.echo(_dump({title.replace(" ", "_"): _plain(content) for title, content in sections.items()}))
        return
    out = console()
    for title, content in sections.items():
        messages = [content] if isinstance(content, Message) else content
        out.print(f"[bold]{escape(title)}[/bold]{'' if messages else ': none'}")
        for number, message in enumerate(messages):
            if number:
                out.print()
            for line in _facts(message, INDENT):
                out.print(escape(line), soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], nothing: str) -> None:
    """Print rows, or that there are none."""
    shown = [[value(cell) for cell in row] for row in rows]
    if as_json():
        click.echo(_dump([dict(zip(columns, row, strict=True)) for row in shown]))
        return
    if not shown:
        console().print(f"{escape(title)}: {escape(nothing)}")
        return
    made = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False, header_style="dim")
    for row in shown:
        made.add_row(*map(escape, row))
    console().print(made)


def say(words: str) -> None:
    """One line for a person; nothing for scripts."""
    if not as_json():
        console().print(escape(words), soft_wrap=True)


def value(something: Any) -> str:
    """A single value in words."""
    match something:
        case common.Money():
            minor = something.minor
            return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d} {something.currency}"
        case common.Date():
            return from_date(something).isoformat() if something.year else ""
        case Timestamp():
            return f"{from_timestamp(something).astimezone(ROME):%Y-%m-%d %H:%M:%S}" if something.seconds else ""
        case bool():
            return "yes" if something else "no"
        case _:
            return str(something)


def name_of(message: Message, field: str) -> str:
    """The short name of an enum's value: `FULFILLED` for ORDER_STATE_FULFILLED."""
    return _enum_name(message.DESCRIPTOR.fields_by_name[field].enum_type, getattr(message, field))


def _enum_name(kind: Any, number: int) -> str:
    prefix = kind.values_by_number[0].name.removesuffix("UNSPECIFIED")
    known = kind.values_by_number.get(number)
    return known.name.removeprefix(prefix).lower().replace("_", " ") if known else str(number)


def _facts(message: Message, indent: str) -> Iterable[str]:
    for descriptor, content in message.ListFields():
        label = f"{indent}{descriptor.name.replace('_', ' ')}"
        several = list(content) if descriptor.is_repeated else [content]
        for each in several:
            if isinstance(each, Message) and not isinstance(each, (common.Money, common.Date, Timestamp)):
                yield label
                yield from _facts(each, indent + INDENT)
            elif descriptor.enum_type is not None:
                yield f"{label:<{LABEL_WIDTH}}  {_enum_name(descriptor.enum_type, each)}"
            else:
                yield f"{label:<{LABEL_WIDTH}}  {value(each)}"


def _plain(content: Message | Sequence[Message]) -> Any:
    if isinstance(content, Message):
        return MessageToDict(content, preserving_proto_field_name=True)
    return [_plain(message) for message in content]


def _dump(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
