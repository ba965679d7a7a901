"""`casella trail`: who steered what of an account, and why, put together of every room's audit trail."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from casella.common.v1 import trail_pb2
from casella.common.v1.trail_pb2_grpc import TrailServiceStub
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from cli import accounts, screen, words
from cli.away import Away
from cli.installation import ROOMS
from cli.rooms import Rooms, open_rooms, run

if TYPE_CHECKING:  # this name is in the stubs for type checkers only
    from casella.common.v1.trail_pb2_grpc import TrailServiceAsyncStub

Entries = list[tuple[str, trail_pb2.TrailEntry]]
"""Each with the room that keeps it."""
_AT_ONCE = 200
"""Rows that a service looks up in one call."""
COLUMNS = ("when", "who", "what", "why", "ticket", "room", "row", "source")


@click.command(short_help="List who steered what of an account, and why.")
@click.argument("account")
@screen.json_option
def trail(account: str, *, as_json: bool) -> None:
    """List who steered what of ACCOUNT (id or email), its orders, payments and invoices, and why: oldest first."""
    run(_trail(account, as_json=as_json))


async def _trail(name: str, *, as_json: bool) -> None:
    away = Away()
    async with open_rooms() as rooms:
        found = await read(rooms, await _rows_of(rooms, name, away), away)
    if as_json:
        screen.show_json([{"room": room, "entry": entry} for room, entry in found])
    else:
        screen.show_table("Audit trail", COLUMNS, [row(room, entry) for room, entry in found])
    away.say()


async def read(rooms: Rooms, subjects: Sequence[str], away: Away) -> Entries:
    """What operators did to these rows, by whichever room keeps it: oldest first."""

    async def of_room(room: str) -> Entries:
        stub: TrailServiceAsyncStub = TrailServiceStub(rooms.channel(room))
        entries: list[trail_pb2.TrailEntry] = []
        for start in range(0, len(subjects), _AT_ONCE):
            asked = trail_pb2.ListTrailRequest(subject_ids=subjects[start : start + _AT_ONCE])
            entries += await rooms.ask_all(stub.ListTrail, asked, "entries", room)
        return [(room, entry) for entry in entries]

    async def part(room: str) -> Entries:
        return await away.part(lambda: of_room(room), [])

    kept = [each for of in await asyncio.gather(*map(part, ROOMS)) for each in of]
    return sorted(kept, key=lambda each: each[1].at.ToNanoseconds())


async def _rows_of(rooms: Rooms, name: str, away: Away) -> list[str]:
    """The account and what is its own: its sign-up, orders, payment requests and documents."""
    account_id, sign_up_id = await accounts.known_ids(rooms, name)
    of = ordering_pb2.ListOrdersRequest(account_id=account_id)
    orders: list[ordering_pb2.Order] = await away.part(
        lambda: rooms.ask_all(rooms.ordering.ListOrders, of, "orders"), []
    )
    issued = invoicing_pb2.ListDocumentsRequest(account_id=account_id)
    documents: list[invoicing_pb2.Document] = await away.part(
        lambda: rooms.ask_all(rooms.invoicing.ListDocuments, issued, "documents"), []
    )
    rows = [account_id, sign_up_id]
    for order in orders:
        rows += [order.order_id, order.payment_request_id]
    rows += [document.document_id for document in documents]
    return [row for row in dict.fromkeys(rows) if row]


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
