"""How a refund is asked for, and what an operator decides about it afterwards."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, hooks
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, RequestIdReused
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.kit.validation import Violations
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import MoneyEntry, Settlement, Source
from services.payments.domain.refunds import (
    MOST_ATTEMPTS,
    REFUSED_BY_BANK,
    Means,
    Refund,
    RefundState,
    fault_of_account,
    plan,
)
from services.payments.errors import AmountMismatch, MoneySettled, RefundNotInState, RefundTooMuch
from services.payments.messages import CATALOGUE
from services.payments.service.refund_sending import RefundSending
from services.payments.store import credit, queue, refund_books, refunds, requests, settling, waking
from services.payments.store.credit import CreditCause

_CURRENCY = "EUR"
_NOTHING = Money(0, _CURRENCY)


@dataclass(frozen=True, slots=True)
class RefundWish:
    """A refund as it is asked for; exactly one of the first three after the id is set.

    Attributes:
        refund_id: Chosen by the caller.
        request_id: The payment request whose money goes back.
        entry_id: The money entry that is refunded.
        credit_of: The account whose credit is paid out.
        amount: How much; None for the whole of an entry.
        reason_code: Why.
        withdrawal_order_id: Whose workflow is told.
        iban: Where an operator wants it transferred to; empty for where it came from.
        holder: Of that account.
        by: The operator who asks and why; None where a workflow asks by itself.
    """

    refund_id: UUID
    request_id: UUID | None
    entry_id: UUID | None
    credit_of: UUID | None
    amount: Money | None
    reason_code: str
    withdrawal_order_id: UUID | None
    iban: str
    holder: str
    by: AuditEntry | None


class _MadeAlready(Exception):
    """There is a refund of this id."""


class Refunds:
    """Asks for refunds and carries an operator's decisions about them."""

    def __init__(self, database: Database, clock: Clock, sending: RefundSending) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock
        self._sending = sending

    async def request(self, wish: RefundWish) -> Refund:
        """Ask for a refund, once; a repetition tells how it stands.

        Raises:
            NotFound: No such payment request or entry.
            RefundTooMuch: More than was received and is not yet refunded, or than the account has as credit.
            MoneySettled: The entry is settled, was taken back, or is only announced.
            AmountMismatch: Another amount than the entry's.
            RequestIdReused: There is another refund of this id.
        """
        with contextlib.suppress(_MadeAlready):
            async with self._database.transaction() as conn:
                await self._make(conn, wish, self._clock.now())
                await hooks.at("refund.before_commit")
        refund = await self.by_id(wish.refund_id, None)
        if not _is_wish(refund, wish):
            raise RequestIdReused
        if refund.means is Means.STRIPE and refund.state is RefundState.REQUESTED:
            await self._sending.send(refund)
            return await self.by_id(wish.refund_id, None)
        return refund

    async def by_id(self, refund_id: UUID, owner: UUID | None) -> Refund:
        """Read a refund.

        Raises:
            NotFound: No such refund, or another customer's.
        """
        async with self._database.reading() as conn:
            refund = await refunds.by_id(conn, refund_id)
        if refund is None or (owner is not None and refund.account_id != owner):
            raise NotFound
        return refund

    async def page(
        self,
        account_id: UUID | None,
        request_id: UUID | None,
        states: Sequence[RefundState],
        after: tuple[datetime, UUID] | None,
        most: int,
    ) -> list[Refund]:
        """The refunds after one, oldest first."""
        async with self._database.reading() as conn:
            return await refunds.page(
                conn, account_id=account_id, request_id=request_id, states=states, after=after, most=most
            )

    async def refundable(self, request_id: UUID) -> Money:
        """What of a payment request may still be refunded; zero while it is not paid."""
        async with self._database.reading() as conn:
            return sum((each.left for each in await refunds.left(conn, request_id)), _NOTHING)

    async def approve(self, call: Call, refund_ids: Sequence[UUID], by: AuditEntry) -> list[Refund]:
        """Put transfers on the list of the next file, all of them or none.

        Raises:
            NotFound: No such refund.
            RefundNotInState: One of them is no transfer that waits for approval.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, refund_ids[0]) is None:
                for refund_id in sorted(set(refund_ids)):
                    refund = await _held(conn, refund_id)
                    if refund.means is not Means.BANK_TRANSFER or refund.state is not RefundState.REQUESTED:
                        raise RefundNotInState(metadata={"refund_id": str(refund_id), "state": refund.state})
                    await audit.record(conn, replace(by, subject_id=refund_id), now)
                    await refunds.move(conn, refund, RefundState.APPROVED, now)
        return [await self.by_id(refund_id, None) for refund_id in refund_ids]

    async def retry(self, call: Call, refund_id: UUID, iban: str, holder: str, by: AuditEntry) -> Refund:
        """Try a failed refund again: as before, or by transfer to another account.

        Raises:
            NotFound: No such refund.
            RefundNotInState: It has not failed.
            InvalidInput: The account to which it would be transferred cannot be used.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, refund_id) is None:
                refund = await _held(conn, refund_id)
                if refund.state is not RefundState.FAILED or refund.attempt >= MOST_ATTEMPTS:
                    raise RefundNotInState(metadata={"state": refund.state})
                means = Means.BANK_TRANSFER if iban else refund.means
                iban, holder = iban or refund.iban, holder or refund.holder
                if means is Means.BANK_TRANSFER:
                    check_account(iban, holder)
                await audit.record(conn, by, now)
                await refunds.move(
                    conn,
                    refund,
                    RefundState.APPROVED if means is Means.BANK_TRANSFER else RefundState.REQUESTED,
                    now,
                    attempt=refund.attempt + 1,
                    means=means,
                    iban=iban,
                    holder=holder,
                    failure="",
                    provider_ref=None,
                    message_id=None,
                    asked_at=None,
                    sent_at=None,
                )
        after = await self.by_id(refund_id, None)
        if after.means is Means.STRIPE and after.state is RefundState.REQUESTED:
            await self._sending.send(after)
            after = await self.by_id(refund_id, None)
        return after

    async def fail(self, call: Call, refund_id: UUID, by: AuditEntry) -> Refund:
        """Note that the bank has refused a transfer of a file.

        Raises:
            NotFound: No such refund.
            RefundNotInState: It is no transfer on its way.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, refund_id) is None:
                refund = await _held(conn, refund_id)
                if refund.means is not Means.BANK_TRANSFER or refund.state is not RefundState.SENT:
                    raise RefundNotInState(metadata={"state": refund.state})
                await audit.record(conn, by, now)
                await refunds.move(conn, refund, RefundState.FAILED, now, failure=REFUSED_BY_BANK)
        return await self.by_id(refund_id, None)

    async def cancel(self, call: Call, refund_id: UUID, by: AuditEntry) -> Refund:
        """Give a refund up that has not left; the money goes back to where it was asked from.

        Raises:
            NotFound: No such refund.
            RefundNotInState: It is on its way, perhaps on its way, done, or given up already.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, refund_id) is None:
                refund = await _held(conn, refund_id)
                perhaps_sent = refund.state is RefundState.REQUESTED and refund.asked_at is not None
                if perhaps_sent or refund.state in {RefundState.SENT, RefundState.DONE, RefundState.CANCELLED}:
                    raise RefundNotInState(metadata={"state": refund.state})
                await audit.record(conn, by, now)
                await refund_books.give_up(conn, refund, now)
                await refunds.move(conn, refund, RefundState.CANCELLED, now, failure="")
        return await self.by_id(refund_id, None)

    async def _make(self, conn: AsyncConnection, wish: RefundWish, now: datetime) -> None:
        """Write a new refund down with all that it changes.

        Raises:
            _MadeAlready: There is one of this id; nothing of this is kept.
        """
        if await refunds.by_id(conn, wish.refund_id) is not None:
            raise _MadeAlready
        if wish.request_id is not None:
            refund = await self._of_request(conn, wish, wish.request_id, now)
        elif wish.entry_id is not None:
            refund = await self._of_entry(conn, wish, wish.entry_id, now)
        else:
            refund = await self._of_credit(conn, wish, now)
        if not await refunds.insert_new(conn, refund):
            raise _MadeAlready
        if wish.entry_id is not None:
            settled = await settling.settle_entry(conn, wish.entry_id, Settlement.REFUNDED, refund.refund_id, now)
            await waking.wake_named(conn, settled.named, now)
        if wish.by is not None:
            await audit.record(conn, wish.by, now)
        await refund_books.owe(conn, refund, now)
        if refund.state is not RefundState.REQUESTED:
            await refunds.tell(conn, replace(refund, state=RefundState.REQUESTED), now)
        await refunds.tell(conn, refund, now)

    async def _of_request(self, conn: AsyncConnection, wish: RefundWish, request_id: UUID, now: datetime) -> Refund:
        # Held, so that two refunds asked for at once do not both see what is left.
        state = await requests.lock(conn, request_id)
        request = await requests.by_id(conn, request_id)
        if request is None:
            raise NotFound
        if state is not RequestState.PAID or wish.amount is None:
            raise RefundTooMuch("the payment request is not paid", metadata={"left": "0"})
        left = await refunds.left(conn, request_id)
        planned = plan(left, wish.amount)
        if planned is None:
            most = sum(each.left.minor for each in left)
            raise RefundTooMuch(metadata={"left": str(most)})
        to_bank = planned.means is Means.BANK_TRANSFER
        iban, holder = await refunds.payer(conn, planned.source_ref) if to_bank else ("", "")
        charge_id = planned.source_ref if planned.means is Means.STRIPE else None
        way = _Way(planned.means, planned.money, request.account_id, planned.credited, charge_id, iban, holder)
        return _new(wish, way, now)

    async def _of_entry(self, conn: AsyncConnection, wish: RefundWish, entry_id: UUID, now: datetime) -> Refund:
        entry = await queue.by_id(conn, entry_id, lock=True)
        if entry is None:
            raise NotFound
        if entry.settled_at is not None:
            raise MoneySettled
        if entry.taken_back or entry.source == Source.ANNOUNCED:
            raise MoneySettled("only money that has arrived is refunded: this was taken back, or no statement has it")
        if entry.amount.currency != _CURRENCY or wish.amount not in {None, entry.amount}:
            raise AmountMismatch("money that waits is refunded as a whole, and in euro")
        account_id = await _owner(conn, entry)
        if entry.source == Source.STRIPE:
            return _new(wish, _Way(Means.STRIPE, entry.amount, account_id, charge_id=entry.source_ref), now)
        way = _Way(Means.BANK_TRANSFER, entry.amount, account_id, iban=entry.payer_iban, holder=entry.payer_name)
        return _new(wish, way, now)

    async def _of_credit(self, conn: AsyncConnection, wish: RefundWish, now: datetime) -> Refund:
        if wish.credit_of is None or wish.amount is None:
            raise RefundTooMuch
        if not await credit.take(conn, wish.credit_of, wish.amount, CreditCause.REFUND, now):
            left = await credit.balance(conn, wish.credit_of, _CURRENCY)
            raise RefundTooMuch(metadata={"left": str(left.minor)})
        iban, holder = await refunds.last_payer(conn, wish.credit_of)
        return _new(wish, _Way(Means.BANK_TRANSFER, wish.amount, wish.credit_of, iban=iban, holder=holder), now)


def check_account(iban: str, holder: str) -> None:
    """Refuse an account to which nothing can be transferred.

    Raises:
        InvalidInput: With the field that is wrong.
    """
    fault = fault_of_account(iban, holder)
    if fault:
        bad = Violations(catalogue=CATALOGUE)
        bad.add("holder" if fault.startswith("holder") else "iban", fault)
        bad.check()


async def _held(conn: AsyncConnection, refund_id: UUID) -> Refund:
    refund = await refunds.by_id(conn, refund_id, lock=True)
    if refund is None:
        raise NotFound
    return refund


async def _owner(conn: AsyncConnection, entry: MoneyEntry) -> UUID | None:
    """The account that an entry names, where it names one alone."""
    named = [await requests.by_id(conn, request_id) for request_id in entry.named]
    accounts = {request.account_id for request in named if request is not None}
    return accounts.pop() if len(accounts) == 1 else None


@dataclass(frozen=True, slots=True)
class _Way:
    """How money goes back: by which means, how much of it, whose it is, and where to."""

    means: Means
    money: Money
    account_id: UUID | None
    credited: Money = _NOTHING
    charge_id: str | None = None
    iban: str = ""
    holder: str = ""


def _new(wish: RefundWish, way: _Way, now: datetime) -> Refund:
    """A refund as it begins: a transfer that an operator asks for is approved, one without an account has failed."""
    means, iban, holder = way.means, way.iban, way.holder
    if wish.iban and means is not Means.ACCOUNT_CREDIT:
        means, iban, holder = Means.BANK_TRANSFER, wish.iban, wish.holder
    transfer = means is Means.BANK_TRANSFER
    failure = fault_of_account(iban, holder) if transfer else ""
    state = RefundState.REQUESTED
    if failure:
        state = RefundState.FAILED
    elif transfer and wish.by is not None:
        state = RefundState.APPROVED
    elif means is Means.ACCOUNT_CREDIT:
        state = RefundState.DONE
    return Refund(
        refund_id=wish.refund_id,
        request_id=wish.request_id,
        entry_id=wish.entry_id,
        account_id=way.account_id,
        money=way.money,
        credited=way.credited,
        means=means,
        state=state,
        attempt=1,
        charge_id=way.charge_id,
        provider_ref=None,
        iban=iban if transfer else "",
        holder=holder if transfer else "",
        failure=failure,
        reason_code=wish.reason_code,
        withdrawal_order_id=wish.withdrawal_order_id,
        requested_at=now,
        asked_at=None,
        sent_at=None,
        done_on=rome_date(now) if state is RefundState.DONE else None,
        message_id=None,
    )


def _is_wish(refund: Refund, wish: RefundWish) -> bool:
    """Whether a refund of this id was asked for in these words; an account given later does not count."""
    of_credit = None if refund.request_id or refund.entry_id else refund.account_id
    asked = (refund.request_id, refund.entry_id, of_credit, refund.reason_code, refund.withdrawal_order_id)
    return wish.amount in {None, refund.amount} and asked == (
        wish.request_id, wish.entry_id, wish.credit_of, wish.reason_code, wish.withdrawal_order_id
    )  # fmt: skip
