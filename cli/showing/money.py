"""Shows the operator's queue: money that pays nothing by itself."""

from casella.payments.v1 import payments_pb2
from cli import screen, words
from cli.rooms import open_rooms

_COLUMNS = ("arrived", "reason", "amount", "available", "from", "payer", "text", "perhaps for")


async def show_money(*, as_json: bool) -> None:
    """Show what waits, oldest first."""
    async with open_rooms() as rooms:
        waiting = await rooms.ask_all(
            rooms.payments.ListMoneyEntries, payments_pb2.ListMoneyEntriesRequest(), "entries"
        )
    if as_json:
        screen.show_json(waiting)
        return
    rows = [
        (
            words.instant(entry.created_at),
            words.choice(entry, "reason"),
            words.money(entry.amount),
            words.day(entry.available_on),
            f"{entry.source} {entry.source_reference}".strip(),
            entry.payer_name,
            entry.remittance,
            " ".join(entry.suggestions) or words.NONE,
        )
        for entry in waiting
    ]
    screen.show_table("Money that waits for an operator", _COLUMNS, rows)
