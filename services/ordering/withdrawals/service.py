"""Decides whether a consumer withdraws from a contract, on which ground, and what that changes at once.

The notice ends the contract in its own transaction: before the payment the order's cancellation is asked for, about
which payments decides; after it the subscription ends, and nothing of it is asked for any more. What follows (refund,
credit note, closing) is the workflow's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import CasellaError, NotFound
from services.kit.requests import Call, claim
from services.kit.validation import Violations
from services.kit.wakes import order_wake, withdrawal_wake
from services.ordering import errors
from services.ordering.domain.dunning import last_moment
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import OrderState, SubscriptionState
from services.ordering.domain.withdrawal import LABELS, Ground, Refusal, refusal
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, lock_order, note_cancel_request
from services.ordering.readings import Readings
from services.ordering.subscriptions.adding import cancel_open, remove_addition
from services.ordering.subscriptions.ending import withdraw, withdraw_closing
from services.ordering.subscriptions.leaving import leave_of
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.subscriptions.store import find_subscription_of_order, lock_subscription
from services.ordering.withdrawals import store
from services.ordering.withdrawals.consequences import Sums
from services.ordering.withdrawals.events import received_event
from services.ordering.withdrawals.paying import read_payments
from services.ordering.withdrawals.rows import WithdrawalRow, contract_of
from services.ordering.withdrawals.statements import Basis, statement, statement_hash
from workflows.names import WITHDRAWAL_CHANGED

_ERRORS: dict[Refusal, type[CasellaError]] = {
    Refusal.NOT_GRANTED: errors.WithdrawalNotGranted,
    Refusal.PERIOD_OVER: errors.WithdrawalPeriodOver,
    Refusal.ALREADY_WITHDRAWN: errors.AlreadyWithdrawn,
    Refusal.ORDER_ENDED: errors.NothingToWithdrawFrom,
}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the consumer saw and pressed in the second step."""

    label: str
    language: str
    statement_hash: str
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A withdrawal that is asked for: a consumer confirms it, or an operator records one that came in another way.

    Attributes:
        owner: whose the order must be; None for operators.
        declared_on: day on which a statement was sent that an operator records; None for consumers.
    """

    order_id: UUID
    owner: UUID | None
    confirmation: Confirmation | None = None
    declared_on: date | None = None
    entry: AuditEntry | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a consumer may withdraw from today, and what would follow."""

    order: OrderRow
    basis: Basis
    sums: Sums
    email: str


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to say of withdrawing from an order."""

    order: OrderRow
    refusal: Refusal | None
    offer: Offer | None
    withdrawal: WithdrawalRow | None


class Withdrawals:
    """GetWithdrawal, WithdrawFromContract and ListOpenWithdrawals."""

    def __init__(self, database: Database, clock: Clock, policy: RenewalPolicy, readings: Readings) -> None:
        """Take the database, the clock, for how long what is there can be read, and who knows the email address."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._readings = readings

    async def read(self, order_id: UUID, owner: UUID | None) -> Found:
        """Whether the consumer may withdraw from the contract that an order made, and the withdrawal that was made.

        Raises:
            NotFound: There is no such order, or it is another customer's.
            NotReady: Trial, which knows where the receipt would be sent, or invoicing does not answer.
        """
        now = self._clock.now()
        async with self._database.reading() as conn:
            order = _found(await find_order(conn, order_id, owner))
            made = await store.find_withdrawal(conn, order_id)
            subscription = await find_subscription_of_order(conn, order_id)
            basis = await _basis(conn, order, subscription, rome_date(now), withdrawn=made is not None)
            if isinstance(basis, Refusal):
                return Found(order, basis, None, made)
            payments = await read_payments(conn, order, subscription, basis.ground)
        payments = replace(payments, invoiced=await self._readings.invoiced(payments.invoices))
        sums = payments.sums(rome_date(now), now, self._policy, now)
        email = await self._readings.email(order.account_id)
        return Found(order, None, Offer(order, basis, sums, email), None)

    async def list_open(self, *, after: UUID | None, limit: int) -> Sequence[WithdrawalRow]:
        """The withdrawals that are not finished, by order id."""
        async with self._database.reading() as conn:
            return await store.list_open(conn, after=after, limit=limit)

    async def withdraw(self, call: Call, notice: Notice) -> WithdrawalRow:
        """Take a notice: the contract ends with it; a repeated call gets the first withdrawal.

        Raises:
            NotFound: There is no such order, or it is another customer's.
            WithdrawalNotGranted: The customer is no consumer.
            WithdrawalPeriodOver: It was sent after the last day, and no renewal went unannounced.
            AlreadyWithdrawn: It is the second one.
            NothingToWithdrawFrom: The order has ended without a payment.
            ConfirmationMismatch: Button or statement are not those of this withdrawal.
            InvalidInput: The day of a recorded statement lies before the order, or after today.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            first = await claim(conn, call, notice.order_id)
            order = _found(await lock_order(conn, notice.order_id))
            if notice.owner not in (None, order.account_id):
                raise NotFound
            made = await store.find_withdrawal(conn, order.order_id)
            if first is not None and made is not None:
                return made
            on = notice.declared_on or rome_date(now)
            running = await find_subscription_of_order(conn, order.order_id)
            subscription = await lock_subscription(conn, running.subscription_id) if running else None
            basis = await _basis(conn, order, subscription, on, withdrawn=made is not None)
            basis = _checked(order, notice, basis, on, rome_date(now))
            evidence = _evidence(order, notice, basis, now)
            recorded = notice.confirmation is None
            await store.insert_withdrawal(conn, order, basis.ground, on, evidence, recorded=recorded, at=now)
            await store.note_unserved(conn, order.order_id, subscription.subscription_id if subscription else None, now)
            await self._end_contract(conn, order, subscription, now)
            if notice.entry is not None:
                await audit.record(conn, notice.entry, now, account_id=order.account_id)
            await outbox.wake(conn, withdrawal_wake(order.order_id, WITHDRAWAL_CHANGED), now)
            written = await store.find_withdrawal(conn, order.order_id)
            if written is None:
                raise AssertionError("the withdrawal was written just now")
            await events.tell(conn, received_event(written), now)
        return written

    async def _end_contract(
        self, conn: AsyncConnection, order: OrderRow, locked: SubscriptionRow | None, now: datetime
    ) -> None:
        """What the notice changes at once; of a paid order that is not fulfilled yet the fulfilment sees to it.

        From an addition the consumer withdraws alone: the annual contract goes on without it. With a contract ends all
        that was added to it. Where the service had ended before, what is still asked for it is waived.
        """
        if order.state is OrderState.OPEN:
            await note_cancel_request(conn, order.order_id, now)
            await outbox.wake(conn, order_wake(order.order_id), now)
            return
        if order.quote.addition is not None:
            if order.state is OrderState.FULFILLED and order.terminated_at is None:
                await remove_addition(conn, order, order.quote.addition)
            return
        if locked is not None and locked.state is SubscriptionState.ACTIVE:
            await withdraw(conn, locked, self._policy, now)
            await cancel_open(conn, locked.subscription_id, now)
        elif locked is not None and locked.state is SubscriptionState.CLOSING:
            await withdraw_closing(conn, locked, now)


async def _basis(
    conn: AsyncConnection, order: OrderRow, subscription: SubscriptionRow | None, on: date, *, withdrawn: bool
) -> Basis | Refusal:
    """On what a notice of a day rests, or why it does not end the contract."""
    why = refusal(contract_of(order), on, withdrawn=withdrawn)
    if why is None and order.withdrawal_until is not None:
        return Basis(Ground.RIGHT_OF_WITHDRAWAL, order.withdrawal_until)
    if why in {Refusal.PERIOD_OVER, Refusal.NOT_GRANTED} and subscription is not None:
        leave = await leave_of(conn, subscription, on)
        if leave is not None:
            return Basis(Ground.RENEWAL_WITHOUT_NOTICE, last_moment(leave.term.last), leave.term.first)
    return why or Refusal.NOT_GRANTED


def _checked(order: OrderRow, notice: Notice, basis: Basis | Refusal, on: date, today: date) -> Basis:
    """On what the notice rests, once all of it is as it must be."""
    if isinstance(basis, Refusal):
        until = {"until": rome_date(order.withdrawal_until).isoformat()} if order.withdrawal_until else {}
        raise _ERRORS[basis](metadata={"state": str(order.state), **until})
    ordered = rome_date(order.placed_at)
    if not ordered <= on <= today:
        violations = Violations()
        violations.add("declared_on", "out_of_range", least=ordered.isoformat(), most=today.isoformat())
        violations.check()
    confirmation = notice.confirmation
    if confirmation is None:
        return basis
    _, label = LABELS[confirmation.language]
    text = statement(order, basis, confirmation.language)
    wrong = [
        name
        for name, differs in (
            ("label", _plain(confirmation.label) != _plain(label)),
            ("statement_hash", confirmation.statement_hash != statement_hash(text)),
        )
        if differs
    ]
    if wrong:
        raise errors.ConfirmationMismatch(metadata={"mismatch": ",".join(wrong)})
    return basis


def _evidence(order: OrderRow, notice: Notice, basis: Basis, at: datetime) -> dict[str, Any]:
    """What is kept of the notice; of a statement that came in another way the audit trail says who recorded it."""
    confirmation = notice.confirmation
    if confirmation is None:
        return {}
    return {
        "labels": list(LABELS[confirmation.language]),
        "label": confirmation.label,
        "language": confirmation.language,
        "statement": statement(order, basis, confirmation.language),
        "statement_hash": confirmation.statement_hash,
        "ip": confirmation.ip,
        "user_agent": confirmation.user_agent,
        "at": at.isoformat(),
    }


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()


def _found(order: OrderRow | None) -> OrderRow:
    if order is None:
        raise NotFound
    return order
