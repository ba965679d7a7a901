"""`casella trail`: who steered what of an account, and why, put together of every room's audit trail."""

import asyncio
from typing import TYPE_CHECKING

import click

from casella.common.v1 import trail_pb2
from casella.common.v1.trail_pb2_grpc import TrailServiceStub
from cli import accounts, screen, words
from cli.accounts import AccountName
from cli.away import Away
from cli.installation import ROOMS
from cli.rooms import Rooms, open_rooms, run

if TYPE_CHECKING:  # this name is in the stubs for type checkers only
    from casella.common.v1.trail_pb2_grpc import TrailServiceAsyncStub

Entries = list[tuple[str, trail_pb2.TrailEntry]]
"""Each with the room that keeps it."""
COLUMNS = ("when", "who", "what", "why", "ticket", "room", "row", "source")


@click.command(short_help="List who steered what of an account, and why.")
@click.argument("account", type=AccountName())
@screen.json_option
def trail(account: str, *, as_json: bool) -> None:
    """List who steered what of ACCOUNT (id or email), with all that is its own, and why: oldest first."""
    run(_trail(account, as_json=as_json))


async def _trail(name: str, *, as_json: bool) -> None:
    away = Away()
    async with open_rooms() as rooms:
        account_id, sign_up_id = await accounts.known_ids(rooms, name)
        found = await of_account(rooms, account_id, sign_up_id, away)
    if as_json:
        screen.show_json([{"room": room, "entry": entry} for room, entry in found])
    else:
        screen.show_table("Audit trail", COLUMNS, [row(room, entry) for room, entry in found])
    away.say()


async def of_account(rooms: Rooms, account_id: str, sign_up_id: str, away: Away) -> Entries:
    """What operators did about an account and all that is its own; its sign-up, which came before it, by its id."""
    asked = trail_pb2.ListTrailRequest(account_id=account_id, subject_ids=[sign_up_id] if sign_up_id else [])
    return await read(rooms, asked, away)


async def read(rooms: Rooms, asked: trail_pb2.ListTrailRequest, away: Away) -> Entries:
    """What operators did, by whichever room keeps it: oldest first."""

    async def of_room(room: str) -> Entries:
        stub: TrailServiceAsyncStub = TrailServiceStub(rooms.channel(room))
        of_its_own = trail_pb2.ListTrailRequest()  # each room turns its own pages
        of_its_own.CopyFrom(asked)
        return [(room, entry) for entry in await rooms.ask_all(stub.ListTrail, of_its_own, "entries", room)]

    async def part(room: str) -> Entries:
        return await away.part(lambda: of_room(room), [])

    kept = [each for of in await asyncio.gather(*map(part, ROOMS)) for each in of]
    return sorted(kept, key=lambda each: each[1].at.ToNanoseconds())


def row(room: str, entry: trail_pb2.TrailEntry) -> tuple[str, ...]:
    """An entry as a line of a table."""
    return (
        words.instant(entry.at),
        entry.actor,
        entry.action.replace("_", " "),
        entry.reason_code,
        entry.ticket_id or words.NONE,
        room,
        entry.subject_id,
        entry.source,
    )
