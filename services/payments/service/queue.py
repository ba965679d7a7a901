"""What an operator reads of the money: what waits, and whether every cent is where the rows say."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database
from services.payments.domain.payment_requests import PaymentRequest
from services.payments.domain.receipts import MoneyEntry, Source
from services.payments.store import disputes, ledger, queue, recorded, requests, twins
from services.payments.store.ledger import Proof
from services.payments.store.recorded import RecordedTransfer

LONGEST_UNCONFIRMED = timedelta(days=5)
"""Statements come daily: a transfer of which none has told after a long weekend was perhaps never made."""


_MOST_RECORDS, _MOST_OF_ONE = 1000, 5
"""Records looked at for a page of the queue, and told of one entry."""


class MoneyQueue:
    """Reads the queue and proves the ledger."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def page(self, after: tuple[datetime, UUID] | None, most: int) -> list[MoneyEntry]:
        """The entries after one, oldest first."""
        async with self._database.reading() as conn:
            return await twins.with_twins(conn, await disputes.with_disputes(conn, await queue.page(conn, after, most)))

    async def of_request(self, request_id: UUID) -> list[MoneyEntry]:
        """Every entry that names a payment request, settled or not, oldest first."""
        async with self._database.reading() as conn:
            return await queue.of_request(conn, request_id)

    async def naming_account(self, account_id: UUID) -> tuple[list[MoneyEntry], list[PaymentRequest]]:
        """The money that waits and names a payment request of an account, oldest first, and what requests it names."""
        async with self._database.reading() as conn:
            waiting = await queue.naming_account(conn, account_id)
            named = await requests.by_ids(conn, (request_id for entry in waiting for request_id in entry.named))
        return waiting, named

    async def unconfirmed(self, entries: Sequence[MoneyEntry]) -> Mapping[UUID, Sequence[RecordedTransfer]]:
        """Records by hand that may be the money of entries which a statement told of, by the entry's id."""
        told = [entry for entry in entries if entry.source == Source.BANK and not entry.taken_back]
        async with self._database.reading() as conn:
            found = await recorded.unconfirmed_of(conn, {entry.amount for entry in told}, _MOST_RECORDS)
        return {
            entry.entry_id: [transfer for transfer in found if transfer.amount == entry.amount][:_MOST_OF_ONE]
            for entry in told
        }

    async def prove(self) -> Proof:
        """The ledger's proof, in one snapshot."""
        async with self._database.transaction() as conn:
            return await ledger.prove(conn, self._clock.now() - LONGEST_UNCONFIRMED)
