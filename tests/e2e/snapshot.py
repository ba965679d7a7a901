"""The whole world as it stands: every row of every room, every email, all that outside parties have seen."""

from collections.abc import Iterable
from typing import Any

import aiohttp

from deploy.local.demo.customer import Customer
from deploy.local.provision import ROOMS
from tests.e2e.play import Play, database

Snapshot = dict[str, list[str]]

_PASSING = ("outbox", "outbox_attachments", "wakes_written", "last_successes")
"""What is on its way, the tests' own notes, and when what is done regularly was last done."""
_SHOWN = 300
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE'"
_ROWS = """
    SELECT left(line, $1) || ' ' || md5(line)
    FROM {table} AS row, LATERAL (SELECT (to_jsonb(row) - 'read_at')::text AS line) AS lines ORDER BY 1
"""
"""When the certified mailbox was last read is no change."""


async def everything(play: Play, customers: Iterable[Customer]) -> Snapshot:
    """Take it; compare two by `changes`."""
    seen: Snapshot = {}
    for room in ROOMS:
        connection = await database(play, room)
        try:
            for (table,) in await connection.fetch(_TABLES, room):
                if table not in _PASSING:
                    rows = await connection.fetch(_ROWS.format(table=table), _SHOWN)
                    seen[f"{room}.{table}"] = [row[0] for row in rows]
        finally:
            await connection.close()
    for customer in customers:
        mails = await play.inbox.messages(customer.email)
        seen[f"inbox of {customer.email}"] = [f"{mail['Message-ID']} {mail['Subject']}" for mail in mails]
    seen["SdI"] = [f"{file['name']} {file['outcome']}" for file in (await _told(play, "sdi_page", "/files"))["files"]]
    stripe = await _told(play, "stripe", "/_simulator/state")
    seen["Stripe"] = [str(session) for session in stripe["sessions"]] + [each["id"] for each in stripe["events"]]
    return seen


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Each difference in one line; nothing is the proof."""
    return [
        f"{place}: {sign} {line}"
        for place in sorted(before.keys() | after.keys())
        for sign, there, elsewhere in (("-", before, after), ("+", after, before))
        for line in _more(there.get(place, []), elsewhere.get(place, []))
    ]


def _more(lines: list[str], others: list[str]) -> list[str]:
    left = list(others)
    found = []
    for line in lines:
        if line in left:
            left.remove(line)
        else:
            found.append(line)
    return found


async def _told(play: Play, port: str, path: str) -> dict[str, Any]:
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(play.world.site.url(port) + path) as page:
        told: dict[str, Any] = await page.json()
    return told
