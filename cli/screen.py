"""Decides how answers are shown: facts and tables for a person, the messages themselves as JSON for a script."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table
from rich.text import Text

Command = TypeVar("Command", bound=Callable[..., Any])
_WIDE = 240
"""Columns where nobody looks at a terminal: a script that cuts out a column must not meet folded lines."""


def json_option(command: Command) -> Command:
    """Add `--json`; the command is given it as its argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for scripts.")(command)


def show_json(answer: Mapping[str, Any] | Sequence[Any] | Message) -> None:
    """Print an answer as JSON; messages as protobuf's JSON with the contract's field names."""
    click.echo(json.dumps(_plain(answer), indent=2, ensure_ascii=False))


def show_facts(title: str, facts: Sequence[tuple[str, str]]) -> None:
    """Print a title and what there is to say, a line each; empty values are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        if value:
            grid.add_row(f"  {name}", printable(value))
    _print(title, grid)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], none: str = "none") -> None:
    """Print a title and a table; a word where there is no row."""
    if not rows:
        _print(f"{title}: {none}")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(Text(f"  {column}" if number == 0 else column, style="dim"), overflow="fold")
    for row in rows:
        first, *others = map(printable, row)
        table.add_row(Text("  ") + first, *others)
    _print(title, table)


def say(text: str) -> None:
    """Print a sentence."""
    _console().print(printable(text), soft_wrap=True)


def working(what: str) -> Any:
    """Show that something takes a while, on a terminal's standard error; a context manager."""
    return Console(stderr=True, highlight=False).status(f"{what} …")


def printable(text: str) -> Text:
    """A text with nothing in it that a terminal would obey: payers and customers write what they like."""
    return Text("".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text))


def _print(title: str, body: Table | None = None) -> None:
    console = _console()
    console.print(Text(title, style="bold"), soft_wrap=True)
    if body is not None:
        console.print(body)
    console.print()


def _console() -> Console:
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDE)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return MessageToDict(value, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(entry) for entry in value]
    return value
