"""What an operator's word about a bank transfer does: it pays, if exact, and waits for the statement to confirm it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, hooks
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.payments.domain.matching import fault_of
from services.payments.domain.payment_requests import PaymentRequest, RequestState
from services.payments.domain.receipts import Receipt, Source
from services.payments.store import bank, queue, receipts, requests

_ASK_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SeenTransfer:
    """A transfer as an operator saw it on the account."""

    request_id: UUID
    amount: Money
    booked_on: date
    bank_reference: str


class Transfers:
    """Records transfers by hand."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def record(self, call: Call, transfer: SeenTransfer, entry: AuditEntry) -> tuple[PaymentRequest, UUID | None]:
        """Record a transfer.

        Args:
            call: The operator's call, for idempotency.
            transfer: What was seen.
            entry: Who recorded it and why.

        Returns:
            The payment request after it, and the money's entry in the queue if it does not pay exactly.

        Raises:
            NotFound: No such payment request.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, transfer.request_id) is None:
                request = await requests.by_id(conn, transfer.request_id)
                if request is None:
                    raise NotFound
                await audit.record(conn, entry, now)
                await self._count(conn, transfer, request, now)
                await hooks.at("payment.before_commit")
        async with self._database.reading() as conn:
            after = await requests.by_id(conn, transfer.request_id)
            waiting = await queue.waiting(conn, transfer.bank_reference, transfer.amount)
        if after is None:
            raise NotFound
        return after, waiting

    async def _count(
        self, conn: AsyncConnection, transfer: SeenTransfer, request: PaymentRequest, now: datetime
    ) -> None:
        """Count the money unless a statement has told of it already; then only say what it is for."""
        exact = fault_of(transfer.amount, request.amount) is None
        if await bank.entry_known(conn, transfer.bank_reference, transfer.amount):
            if exact and request.state is RequestState.OPEN:
                await self._assign(conn, transfer, now)
            return
        if await bank.announce(
            conn, request.request_id, transfer.bank_reference, transfer.amount, transfer.booked_on, now
        ):
            receipt = self._receipt(transfer, Source.ANNOUNCED, f"{request.request_id}:{transfer.bank_reference}", now)
            fault = fault_of(transfer.amount, request.amount)
            await receipts.take_in(conn, receipt, request.request_id, fault)

    async def _assign(self, conn: AsyncConnection, transfer: SeenTransfer, now: datetime) -> None:
        """Let money that waits in the queue pay the request, on the bank's own booking date."""
        waiting = await bank.settle_queued(conn, transfer.bank_reference, transfer.amount, now)
        if waiting is None:
            return
        source_ref, booked_on = waiting
        receipt = self._receipt(transfer, Source.BANK, source_ref, now)
        header = await receipts.post_header(conn, "assignment", receipt, transfer.request_id)
        day = booked_on or transfer.booked_on
        order_id = await requests.pay(conn, transfer.request_id, transfer.amount, day, now)
        if header is None or order_id is None:
            # Somebody ended the request since it was read: nothing of this is kept, the repeat will see how it ended.
            raise NotReady(retry_after=_ASK_AGAIN)
        await receipts.post_lines(conn, header, transfer.amount, debit="suspense", credit="receivable")
        await receipts.wake_order(conn, order_id, now)

    def _receipt(self, transfer: SeenTransfer, source: Source, source_ref: str, now: datetime) -> Receipt:
        return Receipt(
            source=source,
            source_ref=source_ref,
            amount=transfer.amount,
            available_on=transfer.booked_on,
            received_at=now,
            shown_reference=transfer.bank_reference,
            suggestions=(transfer.request_id,),
        )
