"""Rows of this room as tests of its statements write them, without the service that would never write some of them."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.causes import OrderCause
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.payment_requests import Method, PaymentRequest, RequestState
from services.payments.domain.receipts import Receipt, Settlement, Source
from services.payments.domain.references import CreditorReference
from services.payments.statements.entries import Entry
from services.payments.store import bank, books, receipts, requests, settling
from services.payments.store.books import between

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
GROSS = Money(14_640)
REFERENCE = "CRO-4711"


def credit(**changes: Any) -> Entry:
    """A transfer of EUR 146.40 under the bank's reference CRO-4711; its identity is its own."""
    usual: dict[str, Any] = {
        "account": "IT60X0542811101000000123456",
        "minor": GROSS.minor,
        "currency": "EUR",
        "booking_date": TODAY,
        "end_to_end": None,
        "references": (),
        "text": "",
        "debtor_name": None,
        "debtor_iban": None,
        "bank_reference": REFERENCE,
        "unsplit": False,
        "identity": secrets.token_bytes(32),
    }
    return Entry(**{**usual, **changes})


def receipt(**changes: Any) -> Receipt:
    """Money of EUR 146.40 on our bank account, which an operator finds under CRO-4711."""
    usual: dict[str, Any] = {
        "source": Source.BANK,
        "source_ref": secrets.token_hex(16),
        "amount": GROSS,
        "available_on": TODAY,
        "received_at": NOW,
        "shown_reference": REFERENCE,
    }
    return Receipt(**{**usual, **changes})


@dataclass(frozen=True)
class Rows:
    """Writes rows, each in a transaction of its own.

    Attributes:
        database: A fresh one of this room.
    """

    database: Database

    async def request(self, amount: Money = GROSS, at: datetime = NOW) -> UUID:
        """An open payment request."""
        request_id = new_id()
        made = PaymentRequest(
            request_id=request_id,
            cause=OrderCause(new_id()),
            account_id=new_id(),
            amount=amount,
            credit=Money(0),
            method=Method.BANK_TRANSFER,
            state=RequestState.OPEN,
            reference=CreditorReference.derive(request_id, 0),
            attempt=0,
            proforma_number=None,
            created_at=at,
            paid_at=None,
            available_on=None,
            closed_at=None,
            close_reason=None,
            live=None,
        )
        async with self.database.transaction() as conn:
            assert await requests.create(conn, made, secrets.token_bytes(32))
        return request_id

    async def entry(self, **changes: Any) -> Entry:
        """A bank entry."""
        told = credit(**changes)
        async with self.database.transaction() as conn:
            assert await bank.insert_entry(conn, told, "S-1", bytes(32), NOW)
        return told

    async def announced(self, request_id: UUID, at: datetime = NOW, amount: Money = GROSS, **named: str) -> None:
        """A transfer that an operator recorded."""
        reference = named.get("reference", REFERENCE)
        async with self.database.transaction() as conn:
            assert await bank.announce(conn, request_id, reference, amount, TODAY, at)

    async def booked(self, kind: str, request_id: UUID | None, **changes: Any) -> None:
        """A ledger transaction of money that has arrived."""
        told = receipt(**changes)
        async with self.database.transaction() as conn:
            header = receipts.header_of(kind, told, request_id)
            lines = between(told.source, "suspense", told.amount)
            assert await books.post(conn, header, told.amount.currency, *lines)

    async def queued(self, reason: QueueReason = QueueReason.SHORT, **changes: Any) -> UUID:
        """Money in the operator's queue."""
        async with self.database.transaction() as conn:
            entry_id = await receipts.enqueue(conn, receipt(**changes), reason)
        assert entry_id is not None
        return entry_id

    async def become(self, entry_id: UUID, how: str) -> None:
        """Let an entry of the queue be settled, or its money taken back; `waits` leaves it as it is."""
        async with self.database.transaction() as conn:
            if how == "settled":
                await settling.settle_entry(conn, entry_id, Settlement.SET_ASIDE, None, NOW)
            elif how == "taken back":
                by = await receipts.enqueue(conn, receipt(), QueueReason.REVERSED)
                assert by is not None
                await settling.take_back(conn, entry_id, by, NOW)


async def somebody_waits(conn: AsyncConnection) -> None:
    """Come back once another connection of this database waits for a lock."""
    await so_many_wait(conn, 1)


async def so_many_wait(conn: AsyncConnection, number: int) -> None:
    """Come back once so many connections of this database wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while (await conn.scalar(text(query)) or 0) < number:
        pass
