"""What a room looks for again and again is found by an index: its cost must not grow with the rows of years.

The planner is forbidden to read tables from end to end, as it would small ones in any case; where it still has to, or
reads an index from end to end, there is none for the question.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.store import transmissions
from services.kit import outbox
from services.kit.database import Database
from services.kit.ids import new_id
from services.ordering.accounts.store import unfinished_closures
from services.ordering.orders.store import unfinished_orders
from services.ordering.resellers.store import unfinished_resellers
from services.ordering.subscriptions import adding
from services.ordering.subscriptions.period_store import unfinished_periods
from services.ordering.withdrawals.store import unfinished_withdrawals
from services.payments.store import debits, mandates, queue, watching
from services.support.erasures import store as erasures
from services.support.webhooks import watching as webhooks
from services.trial.store import keeping
from tests.fixtures.postgres import RoomDatabase

_NOW = datetime(2027, 1, 31, tzinfo=UTC)

Look = Callable[[AsyncConnection], Awaitable[Any]]

EACH_MINUTE: dict[str, Callable[[AsyncConnection, datetime], Awaitable[Any]]] = {
    "trial: trials": keeping.open_trials,
    "trial: sign-ups": keeping.sign_ups_in_review,
    "ordering: orders": unfinished_orders,
    "ordering: periods": unfinished_periods,
    "ordering: withdrawals": unfinished_withdrawals,
    "ordering: resellers": unfinished_resellers,
    "ordering: closures": unfinished_closures,
    "payments: mandates": mandates.unsettled,
    "payments: debits": debits.awaited,
    "payments: money": queue.unsettled,
    "invoicing: e-invoices": transmissions.unfinished_ones,
    "support: erasures": erasures.unfinished_ones,
    "payments: measures of money": watching.MEASURES[1].read,
    "invoicing: measures of e-invoices": transmissions.MEASURE.read,
    "support: measures of webhooks": webhooks.MEASURE.read,
    "payments: measures of the outbox": outbox.MEASURE.read,
}
EACH_TIME: dict[str, Look] = {
    "payments: money of a request": lambda conn: queue.of_request(conn, new_id()),
    "invoicing: the invoice of a receipt": lambda conn: transmissions.invoice_of_file(conn, "IT01234567890_00001.xml"),
    "ordering: additions to a subscription": lambda conn: adding.is_undecided(conn, new_id()),
    "payments: the first request": lambda conn: watching.MEASURES[0].read(conn, _NOW),
}
SMALL = {"webhook_endpoints", "last_successes", "outbox", "refunds"}
"""Tables whose rows do not grow with the customers; the outbox, which is counted; and refunds, which are looked through
for money that a bank took back."""


def _at(read: Callable[[AsyncConnection, datetime], Awaitable[Any]], conn: AsyncConnection) -> Awaitable[Any]:
    return read(conn, _NOW)


LOOKS = EACH_TIME | {name: partial(_at, read) for name, read in EACH_MINUTE.items()}


@pytest.mark.parametrize("room", ["trial", "ordering", "payments", "invoicing", "support"])
async def test_what_is_looked_for_again_and_again_is_found_by_an_index(room: str, room_database: RoomDatabase) -> None:
    looks = {name: look for name, look in LOOKS.items() if name.startswith(f"{room}: ")}
    async with _connected(room_database, room) as conn:
        found = {name: await _read_whole(conn, partial(look, conn)) for name, look in looks.items()}
    assert found == {name: [] for name in looks}


async def test_a_table_that_has_no_index_for_the_question_is_found_out(room_database: RoomDatabase) -> None:
    questions = "SELECT FROM mandates WHERE end_reason = 'left'", "SELECT max(minor) FROM ledger_lines"
    async with _connected(room_database, "payments") as conn:
        found = [await _read_whole(conn, partial(conn.execute, text(question))) for question in questions]
    assert [len(each) for each in found] == [1, 1]


@asynccontextmanager
async def _connected(room_database: RoomDatabase, room: str) -> AsyncIterator[AsyncConnection]:
    database = Database.connect(room_database(room), room)
    try:
        async with database.reading() as conn:
            yield conn
    finally:
        await database.close()


async def _read_whole(conn: AsyncConnection, look: Callable[[], Awaitable[Any]]) -> list[str]:
    """The tables that have to be read from end to end for what is looked for."""
    asked: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    event.listen(conn.sync_connection, "before_cursor_execute", note)
    await look()
    event.remove(conn.sync_connection, "before_cursor_execute", note)
    assert asked
    for way in ("seqscan", "hashjoin", "mergejoin"):
        await conn.execute(text(f"SET enable_{way} = off"))
    partial_ones = set(await conn.scalars(text(_PARTIAL)))
    explained = [await conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {question}", given) for question, given in asked]
    plans = [told.scalar_one()[0]["Plan"] for told in explained]
    return [
        node.get("Relation Name") or node["Index Name"]
        for plan in plans
        for node in _nodes(plan)
        if _reads_all(node, partial_ones)
    ]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a plan, but for those that end with their first row."""
    yield plan
    for below in plan.get("Plans", ()):
        if plan["Node Type"] != "Limit":
            yield from _nodes(below)


def _reads_all(node: dict[str, Any], partial_ones: set[str]) -> bool:
    """Whether this step of a plan reads a whole table, or a whole index that is not of a part of it."""
    if node.get("Relation Name") in SMALL:
        return False
    whole_index = "Index Name" in node and "Index Cond" not in node and node["Index Name"] not in partial_ones
    return whole_index or node["Node Type"] == "Seq Scan"


_PARTIAL = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
