"""What an operator's word about a bank transfer does: it pays, if exact, and waits for the statement to confirm it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.kit.validation import Violations
from services.payments.domain.matching import date_fault, fault_of
from services.payments.domain.payment_requests import PaymentRequest, RequestState
from services.payments.domain.receipts import Receipt, Source
from services.payments.errors import AmountMismatch
from services.payments.messages import CATALOGUE
from services.payments.policy import TransferPolicy
from services.payments.store import bank, books, paying, queue, receipts, requests, waking
from services.payments.store.books import Header, between
from services.payments.store.settling import Settled

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

    def __init__(self, database: Database, clock: Clock, policy: TransferPolicy) -> None:
        """Take the parts of the room, and what the operator's policy says of transfers."""
        self._database = database
        self._clock = clock
        self._policy = policy

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
            InvalidInput: The transfer was booked before the payment request was made, or will be in the future.
            AmountMismatch: The bank reference is known with another amount, or the request is named by money that
                waits, of which this would be a second count.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, transfer.request_id) is None:
                request = await requests.by_id(conn, transfer.request_id)
                if request is None:
                    raise NotFound
                await audit.record(conn, entry, now, account_id=request.account_id)
                await self._count(conn, transfer, request, now)
        async with self._database.reading() as conn:
            after = await requests.by_id(conn, transfer.request_id)
            waiting = await queue.waiting(conn, transfer.bank_reference, transfer.amount)
        if after is None:
            raise NotFound
        return after, waiting

    async def withdraw(self, call: Call, request_id: UUID, bank_reference: str, entry: AuditEntry) -> PaymentRequest:
        """Take back a transfer that was recorded by mistake and paid nothing; the ledger gets a contra entry.

        Args:
            call: The operator's call, for idempotency.
            request_id: The payment request for which it was recorded.
            bank_reference: As it was recorded.
            entry: Who withdraws it and why.

        Raises:
            NotFound: No such record waits in the queue: there is none, it has paid, or a statement has confirmed it.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, request_id) is None:
                taken_back = await bank.withdraw(conn, request_id, bank_reference, now)
                if taken_back is None:
                    raise NotFound(
                        "no transfer recorded by hand waits under this reference, unconfirmed by a statement"
                    )
                await audit.record(conn, entry, now, account_id=await requests.owner(conn, [request_id]))
                await self._post_withdrawal(conn, request_id, taken_back, now)
                await waking.wake_named(conn, taken_back.named, now)
        async with self._database.reading() as conn:
            after = await requests.by_id(conn, request_id)
        if after is None:
            raise NotFound
        return after

    async def _post_withdrawal(
        self, conn: AsyncConnection, request_id: UUID, taken_back: Settled, now: datetime
    ) -> None:
        header = Header("withdrawal", Source.ANNOUNCED, taken_back.source_ref, now, request_id, taken_back.booked_on)
        amount = taken_back.amount
        await books.post(conn, header, amount.currency, *between("suspense", Source.ANNOUNCED, amount))

    async def _count(
        self, conn: AsyncConnection, transfer: SeenTransfer, request: PaymentRequest, now: datetime
    ) -> None:
        """Count the money unless a statement has told of it already; then only say what it is for."""
        pays = request.state is RequestState.OPEN and fault_of(transfer.amount, request.amount) is None
        told = await bank.amounts_told(conn, transfer.bank_reference)
        known = told | await bank.amounts_announced(conn, transfer.bank_reference)
        if known and transfer.amount not in known:
            raise AmountMismatch("this bank reference is known with another amount")
        if transfer.amount in told:
            if pays:
                await self._assign(conn, transfer, request, now)
            return
        _check_day(transfer.booked_on, request, now)
        if pays and await queue.naming(conn, request.request_id):
            # It may be the same money, told again as a whole or under another name. A real further transfer pays by
            # the statement that tells of it.
            raise AmountMismatch(
                "money that names this payment request waits: record it with its own bank reference and amount, "
                "or import the statement that has this transfer"
            )
        transfer_id = await bank.announce(
            conn, request.request_id, transfer.bank_reference, transfer.amount, transfer.booked_on, now
        )
        if transfer_id is not None:
            receipt = Receipt(
                source=Source.ANNOUNCED,
                source_ref=str(transfer_id),
                amount=transfer.amount,
                available_on=transfer.booked_on,
                received_at=now,
                shown_reference=transfer.bank_reference,
                suggestions=(transfer.request_id,),
                advance_days=self._policy.advance_days,
            )
            fault = fault_of(transfer.amount, request.amount)
            await receipts.take_in(conn, receipt, request.request_id, fault)

    async def _assign(
        self, conn: AsyncConnection, transfer: SeenTransfer, request: PaymentRequest, now: datetime
    ) -> None:
        """Let money that waits in the queue pay the request, on the bank's own booking date."""
        waiting = await bank.settle_queued(conn, transfer.bank_reference, transfer.amount, transfer.request_id, now)
        if waiting is None:
            return
        if waiting.booked_on is None:
            _check_day(transfer.booked_on, request, now)
        elif waiting.booked_on > rome_date(now):
            _refuse_day("booked_in_future")
        day = waiting.booked_on or transfer.booked_on
        header = Header("assignment", Source.BANK, waiting.source_ref, now, transfer.request_id, day)
        amount = transfer.amount
        posted = await books.post(conn, header, amount.currency, *between("suspense", "receivable", amount))
        if not posted or not await paying.pay(conn, transfer.request_id, amount, day, now):
            # Somebody ended the request since it was read: nothing of this is kept, the repeat will see how it ended.
            raise NotReady(retry_after=_ASK_AGAIN)
        await waking.wake_named(conn, waiting.named, now)


def _check_day(booked_on: date, request: PaymentRequest, now: datetime) -> None:
    if date_fault(booked_on, request.created_at, now) is not None:
        _refuse_day("booked_before_request")  # one in the future was refused with the call's other fields


def _refuse_day(key: str) -> None:
    bad = Violations(catalogue=CATALOGUE)
    bad.add("booked_on", key)
    bad.check()
