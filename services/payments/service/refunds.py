"""What is read of refunds, and what an operator decides about them: approved, tried again, failed, given up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.money import Money, total
from services.kit.requests import Call, claim
from services.kit.validation import Violations
from services.payments.domain.payees import fault_of_account
from services.payments.domain.payment_requests import PaymentRequest, RequestState
from services.payments.domain.refunds import (
    MOST_ATTEMPTS,
    REFUSED_BY_BANK,
    Means,
    Plan,
    Received,
    Refund,
    RefundState,
    most_of,
)
from services.payments.errors import RefundNotInState, RefundTooMuch
from services.payments.messages import CATALOGUE
from services.payments.service.refund_sending import RefundSending
from services.payments.store import paid_with, queue, refund_books, refund_payers, refunds, requests
from services.payments.store.paid_with import Standing


@dataclass(frozen=True, slots=True)
class Came:
    """What paid a payment request.

    Attributes:
        most: The refund of all that may still be refunded.
        received: What it was paid with, whatever went back of it.
        shortfall: What an operator accepted as missing.
    """

    most: Plan
    received: Sequence[Received]
    shortfall: Money


class Refunds:
    """Reads refunds and carries an operator's decisions about them."""

    def __init__(self, database: Database, clock: Clock, sending: RefundSending, our_iban: str) -> None:
        """Take the parts of the room, and the account from which refunds are transferred."""
        self._database = database
        self._clock = clock
        self._sending = sending
        self._our_iban = our_iban

    async def by_id(self, refund_id: UUID, owner: UUID | None) -> Refund:
        """Read a refund.

        Raises:
            NotFound: No such refund, or another customer's.
        """
        async with self._database.reading() as conn:
            refund = await refunds.by_id(conn, refund_id)
            if refund is None or (owner is not None and refund.account_id != owner):
                raise NotFound
            (refund,) = await refund_payers.with_payers(conn, [refund])
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
            found = await refunds.page(
                conn, account_id=account_id, request_id=request_id, states=states, after=after, most=most
            )
            return await refund_payers.with_payers(conn, found)

    async def sent(self, refund: Refund) -> Refund:
        """A refund, after the provider was asked for it where that is still to be done."""
        if refund.means is not Means.STRIPE or refund.state is not RefundState.REQUESTED:
            return refund
        await self._sending.send(refund)
        return await self.by_id(refund.refund_id, None)

    async def came(self, request: PaymentRequest) -> Came:
        """What paid a payment request, and what of it may still go back; nothing while it is not paid."""
        if request.state is not RequestState.PAID:
            return Came(most_of([]), [], Money(0))
        async with self._database.reading() as conn:
            stands = await paid_with.standing(conn, request.request_id)
            return Came(most_of(stands.left), stands.came, await paid_with.shortfall(conn, request.request_id))

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
                    by_one = replace(by, subject_id=refund_id)
                    await audit.record(conn, by_one, now, account_id=refund.account_id)
                    await refunds.move(conn, refund, RefundState.APPROVED, now)
        return [await self.by_id(refund_id, None) for refund_id in refund_ids]

    async def retry(self, call: Call, refund_id: UUID, iban: str, holder: str, by: AuditEntry) -> Refund:
        """Try a failed refund again: as before, or by transfer to another account; one that waits, to another alone.

        Raises:
            NotFound: No such refund.
            RefundNotInState: It has not failed and is no transfer that waits, the bank took back the money that
                waited, or nobody has decided about what it took back of what had paid.
            RefundTooMuch: The bank took back what had paid, and nothing came for it.
            InvalidInput: The account to which it would be transferred cannot be used.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, refund_id) is None:
                refund = await _held(conn, refund_id)
                if not _may_retry(refund, to=iban) or refund.attempt >= MOST_ATTEMPTS:
                    raise RefundNotInState(metadata={"state": refund.state})
                if refund.entry_id is not None and await queue.is_gone(conn, refund.entry_id):
                    raise RefundNotInState(
                        "the bank took this money back: there is nothing to refund, give the refund up",
                        metadata={"state": refund.state},
                    )
                await self._check_here(conn, refund)
                means = Means.BANK_TRANSFER if iban else refund.means
                iban, holder = iban or refund.iban, holder or refund.holder
                if means is Means.BANK_TRANSFER:
                    self.check_account(iban, holder)
                await audit.record(conn, by, now, account_id=refund.account_id)
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
                    statement_by=None,
                )
        return await self.sent(await self.by_id(refund_id, None))

    async def _check_here(self, conn: AsyncConnection, refund: Refund) -> None:
        """Refuse to send money again that the bank took back and nobody has made good."""
        stands = await self._check_decided(conn, refund)
        if stands is None or refund.request_id is None:
            return
        left = total((each.left for each in stands.left), refund.money.currency)
        if left < refund.money:
            raise RefundTooMuch(
                "the bank took this money back: give the refund up (`casella refund cancel`); a withdrawal then asks "
                "anew, and what was taken back counts as given back",
                metadata={"left": str(left.minor)},
            )

    async def _check_decided(self, conn: AsyncConnection, refund: Refund) -> Standing | None:
        """How the payment request stands whose money it is, once nothing of that is undecided; None of other money."""
        request_id = await refunds.request_behind(conn, refund)
        if request_id is None:
            return None
        await requests.lock(conn, request_id)
        stands = await paid_with.standing(conn, request_id, but=refund.refund_id)
        if stands.undecided:
            raise RefundNotInState(
                "the bank took back money that had paid this: decide about that first (`casella show money`)",
                metadata={"state": refund.state},
            )
        return stands

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
                await audit.record(conn, by, now, account_id=refund.account_id)
                await refunds.move(conn, refund, RefundState.FAILED, now, failure=REFUSED_BY_BANK)
        return await self.by_id(refund_id, None)

    async def cancel(self, call: Call, refund_id: UUID, by: AuditEntry) -> Refund:
        """Give a refund up that has not left; the money goes back to where it was asked from.

        Money that waited and was taken back meanwhile is settled with what took it back.

        Raises:
            NotFound: No such refund.
            RefundNotInState: It is on its way, perhaps on its way, done, or given up already; or it pays out what
                another refund has made credit, and nobody has decided about what the bank took back of that.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, refund_id) is None:
                refund = await _held(conn, refund_id)
                if not refund.is_here:
                    raise RefundNotInState(metadata={"state": refund.state})
                if refund.request_id is None:
                    await self._check_decided(conn, refund)
                await audit.record(conn, by, now, account_id=refund.account_id)
                await refund_books.give_up(conn, refund, now)
                await refunds.move(conn, refund, RefundState.CANCELLED, now, failure="")
        return await self.by_id(refund_id, None)

    def check_account(self, iban: str, holder: str) -> None:
        """Refuse an account to which nothing can be transferred.

        Raises:
            InvalidInput: With the field that is wrong.
        """
        fault = self.fault_of(iban, holder)
        if fault:
            bad = Violations(catalogue=CATALOGUE)
            bad.add("holder" if fault.startswith("holder") else "iban", fault)
            bad.check()

    def fault_of(self, iban: str, holder: str) -> str:
        """Why no refund can be transferred to an account, as a code; empty where it can."""
        return fault_of_account(iban, holder, self._our_iban)


def _may_retry(refund: Refund, *, to: str) -> bool:
    """Whether a refund may be tried again: it has failed, or is a transfer in no file yet that is to go elsewhere."""
    waits = refund.means is Means.BANK_TRANSFER and refund.state in {RefundState.REQUESTED, RefundState.APPROVED}
    return refund.state is RefundState.FAILED or (waits and bool(to))


async def _held(conn: AsyncConnection, refund_id: UUID) -> Refund:
    """A refund, held after the entry that it refunds, as wherever both are."""
    entry_id = await refunds.entry_of(conn, refund_id)
    if entry_id is not None:
        await queue.by_id(conn, entry_id, lock=True)
    refund = await refunds.by_id(conn, refund_id, lock=True)
    if refund is None:
        raise NotFound
    return refund
