"""What an operator reads of the money: what waits, and whether every cent is where the rows say."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database
from services.payments.domain.receipts import MoneyEntry
from services.payments.store import ledger, queue
from services.payments.store.ledger import Proof

LONGEST_UNCONFIRMED = timedelta(days=5)
"""Statements come daily: a transfer of which none has told after a long weekend was perhaps never made."""


class MoneyQueue:
    """Reads the queue and proves the ledger."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def page(self, after: tuple[datetime, UUID] | None, most: int) -> list[MoneyEntry]:
        """The entries after one, oldest first."""
        async with self._database.reading() as conn:
            return await queue.page(conn, after, most)

    async def naming(self, request_id: UUID) -> list[MoneyEntry]:
        """The money that waits and names a payment request, oldest first."""
        async with self._database.reading() as conn:
            return await queue.naming(conn, request_id)

    async def prove(self) -> Proof:
        """The ledger's proof, in one snapshot."""
        async with self._database.transaction() as conn:
            return await ledger.prove(conn, self._clock.now() - LONGEST_UNCONFIRMED)
