"""`casella bank import`: hands a bank statement to payments and tells what became of its entries."""

from pathlib import Path

import click
import grpc

from casella.payments.v1 import payments_pb2
from cli import screen
from cli.failures import WrongInput
from cli.rooms import LONG_SECONDS, Rooms, open_rooms, run
from services.kit.channels import LARGEST_MESSAGE
from services.kit.errors import Refused

_REMEDY = "Ask the bank for the statement as camt.053 or camt.054 (XML), at most 3 MB a file"


@click.group()
def bank() -> None:
    """Import bank statements."""


@bank.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@screen.json_option
def bank_import(files: tuple[str, ...], *, as_json: bool) -> None:
    """Import statements (camt.053 or camt.054); the same file twice changes nothing."""
    contents = {Path(file): _read(Path(file)) for file in files}
    run(_import(contents, as_json=as_json))


def _read(file: Path) -> bytes:
    """A file's bytes; all files are read before one is imported."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise WrongInput(f"{file} cannot be read ({error.strerror})") from None
    if len(content) >= LARGEST_MESSAGE:
        raise WrongInput(f"{file} is too large for a statement", _REMEDY)
    return content


async def _import(contents: dict[Path, bytes], *, as_json: bool) -> None:
    done: dict[str, payments_pb2.ImportStatementResponse] = {}
    async with open_rooms() as rooms:
        for number, (file, content) in enumerate(contents.items(), 1):
            with screen.working(f"importing {file.name} ({number} of {len(contents)})"):
                done[str(file)] = await _import_one(rooms, file, content)
            if not as_json:
                _show(file, done[str(file)])
    if as_json:
        screen.show_json(done)


async def _import_one(rooms: Rooms, file: Path, content: bytes) -> payments_pb2.ImportStatementResponse:
    """Import a file; those before it stay imported where it is refused."""
    try:
        request = payments_pb2.ImportStatementRequest(file=content)
        return await rooms.ask(rooms.payments.ImportStatement, request, LONG_SECONDS)
    except Refused as refused:
        if refused.code is not grpc.StatusCode.INVALID_ARGUMENT:
            raise
        words = "; ".join(violation.message for violation in refused.violations) or refused.message
        raise WrongInput(f"{file} was not imported: {words.rstrip('.')}", _REMEDY) from None


def _show(file: Path, done: payments_pb2.ImportStatementResponse) -> None:
    screen.show_facts(
        f"{file.name}: imported",
        [
            ("credit entries", str(done.credits)),
            ("known before", str(done.known)),
            ("confirmed by hand before", str(done.confirmed)),
            ("payment requests paid now", str(done.paid)),
            ("for the operator's queue", f"{done.queued}{' (see `casella show money`)' if done.queued else ''}"),
            ("ignored (debits, returns, pending)", str(done.ignored)),
        ],
    )
