"""How a refund is asked for: of a payment request, of money that waits, or of an account's credit, once for its id.

A consumer who has withdrawn gets back all payments as money (consumer code, art. 56(1)). What a dispute has
taken counts as given back (`chargebacks`), and so does what bank or provider took back and a person has set aside;
while nobody has decided about that, the refund has failed. What cannot leave with the refund becomes credit and is
paid out by a second one: back to card or PayPal what had come so, the rest, which account credit had paid, by a
transfer, which waits for an account where none is known.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, RequestIdReused
from services.kit.money import Money
from services.payments.domain.disputes import Dispute
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import Settlement, Source
from services.payments.domain.refunds import (
    TAKEN_BACK,
    Gone,
    Means,
    Plan,
    Received,
    Refund,
    RefundState,
    by_provider,
    plan,
)
from services.payments.errors import RefundTooMuch
from services.payments.service import chargebacks
from services.payments.service.refund_guards import check_makes_nothing_good, check_may_go_back, check_no_file_has_it
from services.payments.service.refund_wishes import RefundWish, payout_id
from services.payments.service.refunds import Refunds
from services.payments.service.refunds_in_files import begin_as_sent
from services.payments.store import credit, paid_with, queue, refund_books, refunds, requests, settling, waking
from services.payments.store.credit import CreditCause
from services.payments.store.paid_with import Standing

_CURRENCY = "EUR"
_NOTHING = Money(0, _CURRENCY)


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


class _MadeAlready(Exception):
    """There is a refund of this id."""


class RefundAsking:
    """Writes new refunds down, and sends those of the provider at once."""

    def __init__(self, database: Database, clock: Clock, refunds: Refunds) -> None:
        """Take the parts of the room, and who reads and sends refunds."""
        self._database = database
        self._clock = clock
        self._refunds = refunds

    async def request(self, wish: RefundWish) -> Refund:
        """Ask for a refund, once; a repetition tells how it stands.

        Raises:
            NotFound: No such payment request or entry.
            RefundTooMuch: More than was received and is not yet refunded, or than the account has as credit.
            MoneySettled: The entry is settled, was taken back or only announced, or the money has perhaps gone before
                a restore.
            AmountMismatch: Another amount than the entry's.
            RequestIdReused: There is another refund of this id.
        """
        with contextlib.suppress(_MadeAlready):
            async with self._database.transaction() as conn:
                await self._make(conn, wish, self._clock.now())
        refund = await self._refunds.by_id(wish.refund_id, None)
        if not wish.is_of(refund):
            raise RequestIdReused
        return await self._sent(refund)

    async def _make(self, conn: AsyncConnection, wish: RefundWish, now: datetime) -> None:
        """Write a new refund down with all that it changes.

        Raises:
            _MadeAlready: There is one of this id; nothing of this is kept.
        """
        if await refunds.by_id(conn, wish.refund_id) is not None:
            raise _MadeAlready
        more = wish.by_provider[1:]
        if wish.request_id is not None:
            refund, more = await self._of_request(conn, wish, wish.request_id, now)
        elif wish.entry_id is not None:
            refund = await self._of_entry(conn, wish, wish.entry_id, now)
        else:
            refund = await self._of_credit(conn, wish, now)
        await check_no_file_has_it(conn, refund, chosen=wish.by is not None or wish.entry_id is not None)
        if not await refunds.insert_new(conn, refund):
            raise _MadeAlready
        if wish.entry_id is not None:
            settled = await settling.settle_entry(conn, wish.entry_id, Settlement.REFUNDED, refund.refund_id, now)
            await waking.wake_named(conn, settled.named, now)
        if wish.by is not None:
            await audit.record(conn, wish.by, now, account_id=refund.account_id)
        await _book(conn, refund, now)
        if refund.state is not RefundState.REQUESTED:
            await refunds.tell(conn, replace(refund, state=RefundState.REQUESTED), now)
        await refunds.tell(conn, refund, now)
        if refund.dispute_entry_id is not None:
            await chargebacks.follow_entry(conn, refund.dispute_entry_id, now)
        await begin_as_sent(conn, refund, now)
        if refund.paid_out_by is not None:
            await self._make(conn, wish.payout_of(refund, more), now)

    async def _sent(self, refund: Refund) -> Refund:
        """A refund, after the provider was asked for it and for those that pay out what became credit."""
        after = await self._refunds.sent(refund)
        if refund.paid_out_by is not None:
            await self._sent(await self._refunds.by_id(refund.paid_out_by, None))
        return after

    async def _of_request(
        self, conn: AsyncConnection, wish: RefundWish, request_id: UUID, now: datetime
    ) -> tuple[Refund, tuple[Received, ...]]:
        """The refund, and to which payments by card or PayPal what becomes credit by it can go back."""
        # Held, so that two refunds asked for at once do not both see what is left.
        state = await requests.lock(conn, request_id)
        if await refunds.by_id(conn, wish.refund_id) is not None:
            raise _MadeAlready  # by a twin that was held first
        request = await requests.by_id(conn, request_id)
        if request is None:
            raise NotFound
        if state is not RequestState.PAID or wish.amount is None:
            raise RefundTooMuch("the payment request is not paid", metadata={"left": "0"})
        stands = await paid_with.standing(conn, request_id)
        taking = None
        if wish.gives_money and not wish.iban:
            taking = await chargebacks.taking(conn, request_id, wish.amount.currency)
        gone = _gone(wish, stands, None if taking is None else taking[0])
        planned = _planned(wish, stands.left, wish.amount, gone)
        left = stands.left
        stopped = planned is None and wish.gives_money and bool(stands.undecided)
        if stopped:
            left = stands.but_for_undecided
            planned = _planned(wish, left, wish.amount, gone)
        if planned is None:
            most = sum(each.left.minor for each in stands.left)
            raise RefundTooMuch(metadata={"left": str(most)})
        to_bank = planned.means is Means.BANK_TRANSFER
        iban, holder = await paid_with.payer(conn, planned.source_ref) if to_bank else ("", "")
        charge_id = planned.source_ref if planned.means is Means.STRIPE else None
        way = _Way(planned.means, planned.money, request.account_id, planned.credited, charge_id, iban, holder)
        refund, more = self._new(wish, way, now), by_provider(left, planned)
        if stopped and refund.state is not RefundState.DONE:
            return replace(refund, state=RefundState.FAILED, failure=TAKEN_BACK), more
        if taking is None:
            return refund, more
        dispute, entry = taking
        taken = replace(
            refund, charge_id=dispute.charge_id, dispute_id=dispute.dispute_id, dispute_entry_id=entry.entry_id
        )
        return taken, more

    async def _of_entry(self, conn: AsyncConnection, wish: RefundWish, entry_id: UUID, now: datetime) -> Refund:
        entry = await queue.by_id(conn, entry_id, lock=True)
        if entry is None:
            raise NotFound
        await check_may_go_back(conn, entry, wish.amount)
        if not wish.accept_taken_back and wish.withdrawal_order_id is None:
            await check_makes_nothing_good(conn, entry)
        account_id = await requests.owner(conn, entry.named)
        if entry.source == Source.STRIPE:
            return self._new(wish, _Way(Means.STRIPE, entry.amount, account_id, charge_id=entry.source_ref), now)
        iban, holder = entry.payer_iban, entry.payer_name
        if entry.source == Source.ANNOUNCED:  # the bank entry that confirms the record tells who paid
            iban, holder = await paid_with.payer(conn, entry.source_ref)
        way = _Way(Means.BANK_TRANSFER, entry.amount, account_id, iban=iban, holder=holder)
        return self._new(wish, way, now)

    async def _of_credit(self, conn: AsyncConnection, wish: RefundWish, now: datetime) -> Refund:
        if wish.credit_of is None or wish.amount is None:
            raise RefundTooMuch
        if not await credit.take(conn, wish.credit_of, wish.amount, CreditCause.REFUND, now):
            left = await credit.balance(conn, wish.credit_of, _CURRENCY)
            raise RefundTooMuch(metadata={"left": str(left.minor)})
        if wish.by_provider:
            to = wish.by_provider[0]
            way = _Way(Means.STRIPE, to.left, wish.credit_of, wish.amount - to.left, to.source_ref)
            return self._new(wish, way, now)
        iban, holder = await paid_with.last_payer(conn, wish.credit_of)
        asked = self._new(wish, _Way(Means.BANK_TRANSFER, wish.amount, wish.credit_of, iban=iban, holder=holder), now)
        # Not even by an operator's word that does not know of it: they try it again, or give it up.
        if asked.state is not RefundState.FAILED and await queue.taken_back_of_account(conn, wish.credit_of):
            return replace(asked, state=RefundState.FAILED, failure=TAKEN_BACK)
        return asked

    def _new(self, wish: RefundWish, way: _Way, now: datetime) -> Refund:
        """A refund as it begins: a transfer that an operator asks for is approved, one to no account has failed."""
        means, iban, holder = way.means, way.iban, way.holder
        if wish.iban and means is not Means.ACCOUNT_CREDIT:
            means, iban, holder = Means.BANK_TRANSFER, wish.iban, wish.holder
        transfer = means is Means.BANK_TRANSFER
        failure = self._refunds.fault_of(iban, holder) if transfer else ""
        state = RefundState.REQUESTED
        if failure:
            state = RefundState.FAILED
        elif transfer and wish.by is not None:
            state = RefundState.APPROVED
        elif means in {Means.ACCOUNT_CREDIT, Means.TAKEN_BACK}:
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
            statement_by=None,
            done_on=rome_date(now) if state is RefundState.DONE else None,
            message_id=None,
            paid_out_by=payout_id(wish.refund_id) if way.credited and wish.gives_money else None,
        )


async def _book(conn: AsyncConnection, refund: Refund, now: datetime) -> None:
    """Move the money of a new refund in the ledger: owed, and where it had left before, paid out."""
    await refund_books.owe(conn, refund, now)
    if refund.means is Means.TAKEN_BACK:
        await refund_books.pay_out(conn, refund, refund.done_on, now)


def _gone(wish: RefundWish, stands: Standing, dispute: Dispute | None) -> Gone | None:
    """What had left before a withdrawal's refund: by a dispute, else what was taken back and a person has set aside."""
    if dispute is not None:
        return Gone(Means.CHARGEBACK, dispute.rest)
    if wish.gives_money and not wish.iban and stands.set_aside.minor > 0:
        return Gone(Means.TAKEN_BACK, stands.set_aside)
    return None


def _planned(wish: RefundWish, left: Sequence[Received], amount: Money, gone: Gone | None) -> Plan | None:
    return plan(left, amount, as_credit=wish.as_credit, credit_by_transfer=wish.gives_money, gone=gone)
