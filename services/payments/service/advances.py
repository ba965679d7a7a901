"""When short money that still waits is invoiced as a part payment, and for how much.

Payments only decides: the decision stands in the entry's row, which is held meanwhile, so that of two who decide or
settle it at once the second sees what the first has done. Invoicing makes the document.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import MoneyEntry
from services.payments.store import advances, queue, requests


class Advances:
    """Decides about invoices of part payments, and reads what was decided."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def decide(self, entry_id: UUID) -> MoneyEntry:
        """Decide that an entry is invoiced as a part payment, if that is due; a repetition changes nothing.

        At most what other part payments that wait have left of the request is invoiced: what is above it is no price.

        Raises:
            NotFound: No such entry.
        """
        async with self._database.transaction() as conn:
            entry = await queue.by_id(conn, entry_id, lock=True)
            if entry is None:
                raise NotFound("no such money entry")
            await self._decide(conn, entry)
        async with self._database.reading() as conn:
            return await queue.by_id(conn, entry_id) or entry

    async def credited(self, entry_id: UUID) -> None:
        """Note that an entry's invoice was credited; a repetition changes nothing.

        Raises:
            NotFound: No such entry, or it was never decided to invoice it.
        """
        async with self._database.single() as conn:
            if not await advances.credit(conn, entry_id, self._clock.now()):
                raise NotFound("no invoice of a part payment was decided for this entry")

    async def page(self, after: UUID | None, most: int) -> list[MoneyEntry]:
        """All entries that are invoiced as part payments, by id, those after one."""
        async with self._database.reading() as conn:
            return await advances.page(conn, after, most)

    async def _decide(self, conn: AsyncConnection, entry: MoneyEntry) -> None:
        now, advance = self._clock.now(), entry.advance
        if advance is None or advance.decided_at is not None or advance.due_at > now:
            return
        # Held: it is neither paid nor closed meanwhile, and no other entry of it is decided about.
        if await requests.lock(conn, advance.request_id) is not RequestState.OPEN:
            return
        request = await requests.by_id(conn, advance.request_id)
        if request is None:
            raise AssertionError("a locked request is there")
        left = await advances.left_to_invoice(conn, request.request_id, request.amount)
        await advances.decide(conn, entry.entry_id, min(left, entry.amount), now)
