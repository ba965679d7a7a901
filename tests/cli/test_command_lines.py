"""What stands on a command line is read by everybody on the machine: no command needs a person's data there."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.__main__ import casella
from cli.accounts import AccountName
from cli.profile_fields import FIELDS
from tests.cli.running import Terminal
from tests.support.marks import known_in, shown_of

WORDS = {"IBAN": "DE89370400440532013000", "holder": "Zenobia Trovapasseri", "email": "zenobia@trova.example"}
ID = "01939f4e-7c1a-7d55-9f3b-0242ac120002"
NOBODYS = {"actor", "by", "only", "url", "types", "database", "message_id", "reference"}
"""Texts of operators, banks and installations."""
ELSEWHERE = {"profile correct": {field.name for field in FIELDS}, "tickets answer": {"text"}}
"""A person's data may stand there, for whoever is alone on a machine; `--file -` and standard input take them too."""


def commands(command: click.Command, context: click.Context, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its name."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from commands(found, context, f"{path} {name}".strip())


ALL = dict(commands(casella, click.Context(casella)))


@pytest.mark.parametrize("name", ALL)
def test_no_command_takes_a_text_of_a_person_by_its_command_line_alone(name: str) -> None:
    texts = {param.name for param in ALL[name].params if param.type is click.STRING}
    assert texts <= NOBODYS | ELSEWHERE.get(name, set())


def test_every_account_may_be_named_by_standard_input() -> None:
    named = [param for command in ALL.values() for param in command.params if param.name in {"account", "account_id"}]
    assert len(named) > 10
    assert all(isinstance(param.type, AccountName) or param.type.name == "uuid" for param in named)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal({"CASELLA_VAR": str(tmp_path / "var")})


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("refund", "retry", ID, "--to-account", "--reason", "new_account"), ("IBAN", "holder")),
        (("refund", "credit", ID, "--to-account", "--reason", "new_account"), ("IBAN", "holder")),
        (("show", "account", "-"), ("email",)),
        (("tickets", "list", "--account", "-"), ("email",)),
    ],
)
async def test_what_names_a_person_is_asked_for_and_shows_in_no_process_list(
    terminal: Terminal, arguments: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    process = await terminal.begin(*arguments)
    assert process.stdin is not None
    assert process.stderr is not None
    for word in asked:
        async with asyncio.timeout(60):
            await process.stderr.readuntil(b": ")
        shown = await asyncio.to_thread(shown_of, [process.pid])  # while it waits
        process.stdin.write(f"{WORDS[word]}\n".encode())
    _, told = await process.communicate()
    assert b"no Casella runs from" in told
    assert shown[f"process {process.pid} cmdline"]
    assert {place for place, content in shown.items() if known_in(content, WORDS)} == set()


async def test_a_profile_is_corrected_by_what_comes_on_standard_input(terminal: Terminal) -> None:
    wrong = await terminal.casella("profile", "correct", ID, "--file", "-", "--reason", "asked", stdin='{"pec": 7}')
    wrong.badly(2, "pec: no text")


@pytest.mark.parametrize("command", [("backup", "rows.dump", "--database"), ("recover", "mark")])
async def test_a_password_on_a_command_line_is_refused(
    terminal: Terminal, tmp_path: Path, command: tuple[str, ...]
) -> None:
    place = [str(tmp_path / part) if part.endswith(".dump") else part for part in command]
    password = "Tramontana"
    ran = await terminal.casella(*place, f"postgresql://casella:{password}@127.0.0.1:9/casella")
    ran.badly(2, "a password must not stand on a command line", "PGPASSWORD")
    assert password not in ran.err
    (await terminal.casella(*place, "postgresql://casella@127.0.0.1:9/casella")).badly(1, "casella: ")
