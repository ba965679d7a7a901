"""Standing still at a moment: a statement in front of a lock of the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo.customer import Customer
from tests.e2e.ends import documents_of
from tests.e2e.play import Play, database
from tests.e2e.waiting import until

_NUMBERS = "LOCK TABLE numbering IN SHARE ROW EXCLUSIVE MODE"
TAKES_A_NUMBER = "INSERT INTO numbering"


@asynccontextmanager
async def locked(play: Play, room: str, statement: str, *arguments: object) -> AsyncIterator[None]:
    """Hold what a statement locks, as the room's own role, until the block ends; PostgreSQL may be killed meanwhile."""
    holder = await database(play, room)
    try:
        await holder.execute("BEGIN")
        await holder.execute(statement, *arguments)
        yield
    finally:
        holder.terminate()  # the server gives the locks of a dropped connection back


async def held_up(play: Play, room: str, words: str, *, by_now: bool = True) -> None:
    """Come back once a statement of a room that begins with these words waits for a lock, or none does any more."""
    watcher = await database(play, room)
    try:

        async def look() -> bool | None:
            waiting = await watcher.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"
                " AND query LIKE $1 || '%'",
                words,
            )
            return True if bool(waiting) is by_now else None

        await until(look, f"a statement {words} … that waits for a lock: {by_now}")
    finally:
        await watcher.close()


@asynccontextmanager
async def unlocked_but_not_invoiced(play: Play) -> AsyncIterator[tuple[Customer, ordering_pb2.Order]]:
    """A customer has paid and is unlocked; the invoice waits for its number until the block ends."""
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.proforma(customer)
    async with locked(play, "invoicing", _NUMBERS):
        await play.pay_by_card(customer)
        await held_up(play, "invoicing", TAKES_A_NUMBER)
        assert (await customer.allowance()).state == mailboxes_pb2.ACCESS_STATE_UNLOCKED
        assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_PAID
        kinds = [document.kind for document in await documents_of(play, customer)]
        assert kinds == [invoicing_pb2.DOCUMENT_KIND_PROFORMA]
        yield customer, order
