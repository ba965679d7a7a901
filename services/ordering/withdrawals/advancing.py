"""Decides what comes next on a withdrawal, and notes what was done about it.

Everything happens under the lock on the order's row, then on its subscription's, so that refunds are fixed once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.calendar import start_of_day
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.wakes import withdrawal_wake
from services.ordering.domain.dates import look_again_at
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import SubscriptionState
from services.ordering.domain.withdrawal_next import (
    Owed,
    Step,
    WithdrawalNext,
    WithdrawalStanding,
    next_step,
)
from services.ordering.errors import RefundIsMade, RefundNotMade
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, lock_order
from services.ordering.readings import Invoiced, Readings
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.subscriptions.store import find_subscription_of_order, lock_subscription
from services.ordering.withdrawals import store
from services.ordering.withdrawals.events import refunded_event
from services.ordering.withdrawals.mails import WithdrawalMails
from services.ordering.withdrawals.paying import Payments, read_payments
from services.ordering.withdrawals.rows import RefundRow, WaitingMoney, WithdrawalRow
from workflows.names import WITHDRAWAL_CHANGED

_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Locked:
    """A withdrawal with its order, its subscription where one began, and what was paid."""

    withdrawal: WithdrawalRow
    order: OrderRow
    subscription: SubscriptionRow | None
    payments: Payments

    @property
    def standing(self) -> WithdrawalStanding:
        """What decides on the withdrawal; a subscription that ends for another reason is closed by its own renewal."""
        closing = self.subscription
        carries = closing is not None and closing.withdrawn and closing.state is SubscriptionState.CLOSING
        refunds = [
            Owed(each.refunded_at is not None, each.credited, each.payment.is_money) for each in self.withdrawal.refunds
        ]
        return WithdrawalStanding(self.payments.known, refunds, closing.purge_at if closing and carries else None)


@dataclass(frozen=True, slots=True)
class Advanced:
    """A withdrawal and what comes next.

    Attributes:
        withdrawal: Its row.
        order: Its order.
        subscription: Where one began.
        step: What comes next.
        wait: How long until then by the service's clock, with WAIT.
        late_at: When the law's last day for the first refund that is owed has passed.
        late_in: How long until then by the service's clock; zero afterwards.
    """

    withdrawal: WithdrawalRow
    order: OrderRow
    subscription: SubscriptionRow | None
    step: Step
    wait: timedelta | None
    late_at: datetime
    late_in: timedelta


class AdvancingWithdrawals:
    """What the Withdrawal workflow asks: the receipt, what comes next, and the notes of what was done."""

    def __init__(
        self, database: Database, clock: Clock, policy: RenewalPolicy, readings: Readings, mails: WithdrawalMails
    ) -> None:
        """Take the database, the clock, the policy of the closing days, who knows what was credited, and the emails."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._readings = readings
        self._mails = mails

    async def send_receipt(self, order_id: UUID, recipient: common_pb2.Recipient) -> Locked:
        """Write the receipt: content, day and time of the notice, what follows. Once, if somebody is there to get it.

        Where the refunds are fixed it names their sums; what was paid and brought none is reckoned as it stands.

        Raises:
            NotFound: There is no such withdrawal.
            NotReady: Invoicing does not answer.
        """
        now = self._clock.now()
        invoiced = await self._invoiced(order_id, for_receipt=True)
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            if found.withdrawal.receipt_at is not None or recipient.erased:
                return found
            fixed = {each.payment.key: each.payment for each in found.withdrawal.refunds if not each.payment.is_money}
            payments = replace(found.payments, invoiced=invoiced, fixed=fixed)
            sums = payments.sums(found.withdrawal.noticed_on, self._policy, now)
            sums = replace(sums, returned=found.withdrawal.returned)
            await outbox.mail(conn, self._mails.receipt(found.withdrawal, found.order, sums, recipient), now)
            await store.note_receipt(conn, order_id, now)
            return await _locked(conn, order_id)

    async def advance(self, order_id: UUID, waiting: Sequence[WaitingMoney]) -> Advanced:
        """Fix the refunds once everything that was paid is known, and say what comes next.

        Args:
            order_id: The order.
            waiting: Money of its account that waits at payments; what names the withdrawn contract is owed at once.

        Raises:
            NotFound: There is no such withdrawal.
            NotReady: Invoicing does not answer, or an invoice was issued in this moment.
        """
        now = self._clock.now()
        invoiced = await self._invoiced(order_id)
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            for money in waiting:
                if order_id in await store.withdrawals_named(conn, money):
                    await store.owe_money(conn, found.withdrawal, money, now)
            found = await _locked(conn, order_id)
            if found.withdrawal.ended_at is not None:
                return _advanced(found, Step(WithdrawalNext.NOT_OPEN), now)
            if found.withdrawal.fixed_at is None and not found.payments.known.waits_for:
                if found.payments.invoices - invoiced.keys():
                    raise NotReady("an invoice was issued in this moment: look again", retry_after=_AGAIN)
                payments = replace(found.payments, invoiced=invoiced).of_notice(found.withdrawal.noticed_on)
                await store.fix_refunds(conn, found.withdrawal, payments, now)
                found = await _locked(conn, order_id)
            step = next_step(found.standing, now)
            if step.next is WithdrawalNext.NOT_OPEN:
                await store.end(conn, order_id, now)
                found = await _locked(conn, order_id)
            else:
                await store.set_next(conn, order_id, look_again_at(step.due_at, now))
            return _advanced(found, step, now)

    async def deciding_on(self, invoice_id: UUID) -> UUID | None:
        """The withdrawn order whose withdrawal decides how much of an invoice is credited; None where none does."""
        async with self._database.reading() as conn:
            return await store.deciding_on(conn, invoice_id)

    async def _invoiced(self, order_id: UUID, *, for_receipt: bool = False) -> dict[UUID, Invoiced]:
        """The invoices of what was paid, with what was credited of them before: until the refunds are fixed, or the
        receipt is sent.
        """
        async with self._database.reading() as conn:
            order, made = await find_order(conn, order_id), await store.find_withdrawal(conn, order_id)
            if order is None or made is None:
                raise NotFound("there is no withdrawal from this order")
            if (made.receipt_at if for_receipt else made.fixed_at) is not None:
                return {}
            begun = await find_subscription_of_order(conn, order_id)
            payments = await read_payments(conn, order, begun.subscription_id if begun else None, made.ground)
        return await self._readings.invoiced(payments.invoices)

    async def record_money(self, money: WaitingMoney) -> tuple[WithdrawalRow, datetime] | None:
        """Owe money that waits and names a withdrawn contract, and wake its withdrawal; a repetition changes nothing.

        Returns:
            The withdrawal, the first one where it names several contracts, and when the last day for the money has
            passed; None where it names no withdrawn contract.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            named = await store.withdrawals_named(conn, money)
            if not named:
                return None
            found = await _locked(conn, named[0])
            if await store.owe_money(conn, found.withdrawal, money, now):
                await outbox.wake(conn, withdrawal_wake(found.withdrawal.order_id, WITHDRAWAL_CHANGED), now)
            withdrawal = (await _locked(conn, named[0])).withdrawal
        (theirs,) = (each for each in withdrawal.refunds if each.payment.key == money.entry_id)
        return withdrawal, start_of_day(theirs.refund_by + timedelta(days=1))

    async def record_otherwise(self, order_id: UUID, refund_id: UUID) -> Locked:
        """Note that waiting money was not refunded, because an operator gave it to something else, and wake; once.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            _refund(found.withdrawal, refund_id)
            if await store.note_otherwise(conn, order_id, refund_id, now):
                await outbox.wake(conn, withdrawal_wake(order_id, WITHDRAWAL_CHANGED), now)
            return await _locked(conn, order_id)

    async def record_refund(self, order_id: UUID, refund_id: UUID, entry: AuditEntry | None) -> Locked:
        """Note that a refund was made; the first moment stays.

        Args:
            order_id: The order.
            refund_id: The refund.
            entry: Who says so, where it was made outside Casella.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            refund = _refund(found.withdrawal, refund_id)
            if await store.note_refund(conn, order_id, refund_id, now, outside=entry is not None):
                await events.tell(conn, refunded_event(found.withdrawal, refund), now)
                if entry is not None:
                    await audit.record(conn, entry, now, account_id=found.withdrawal.account_id)
            return await _locked(conn, order_id)

    async def record_failure(self, order_id: UUID, refund_id: UUID) -> Locked:
        """Note that a refund has failed after it was made: it is owed again; one made outside stays noted.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            _refund(found.withdrawal, refund_id)
            await store.note_failure(conn, order_id, refund_id, now)
            return await _locked(conn, order_id)

    async def record_credit_note(
        self, order_id: UUID, refund_id: UUID, credit_note_id: UUID | None, entry: AuditEntry | None
    ) -> Locked:
        """Note a refund's credit note, or by an operator's decision that none is due; the first one stays.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
            RefundNotMade: The refund comes first.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            if _refund(found.withdrawal, refund_id).refunded_at is None:
                raise RefundNotMade
            noted = await store.note_credit_note(conn, order_id, refund_id, credit_note_id)
            if noted and entry is not None:
                await audit.record(conn, entry, now, account_id=found.withdrawal.account_id)
            return await _locked(conn, order_id)

    async def renew_refund(self, order_id: UUID, refund_id: UUID, entry: AuditEntry) -> Locked:
        """Replace a refund that payments has given up by a new one; one that was replaced before stays so.

        Raises:
            NotFound: There is no such withdrawal.
            RefundIsMade: Nothing is to be replaced.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await _locked(conn, order_id)
            given_up = next((each for each in found.withdrawal.refunds if each.refund_id == refund_id), None)
            if given_up is None:
                return found
            if given_up.refunded_at is not None:
                raise RefundIsMade
            await store.renew_refund(conn, order_id, given_up)
            await audit.record(conn, entry, now, account_id=found.withdrawal.account_id)
            return await _locked(conn, order_id)


async def _locked(conn: AsyncConnection, order_id: UUID) -> Locked:
    order = await lock_order(conn, order_id)
    withdrawal = await store.find_withdrawal(conn, order_id)
    if order is None or withdrawal is None:
        raise NotFound("there is no withdrawal from this order")
    begun = await find_subscription_of_order(conn, order_id)
    subscription = await lock_subscription(conn, begun.subscription_id) if begun else None
    payments = await read_payments(conn, order, begun.subscription_id if begun else None, withdrawal.ground)
    return Locked(withdrawal, order, subscription, payments)


def _refund(withdrawal: WithdrawalRow, refund_id: UUID) -> RefundRow:
    found = next((each for each in withdrawal.refunds if each.refund_id == refund_id), None)
    if found is None:
        raise NotFound("the withdrawal has no such refund")
    return found


def _refund_by(withdrawal: WithdrawalRow) -> date:
    """The last day for the first refund that is owed; the withdrawal's where none is."""
    return min(
        (each.refund_by for each in withdrawal.refunds if each.refunded_at is None), default=withdrawal.refund_by
    )


def _advanced(found: Locked, step: Step, now: datetime) -> Advanced:
    wait = look_again_at(step.due_at, now) - now if step.next is WithdrawalNext.WAIT else None
    late_at = start_of_day(_refund_by(found.withdrawal) + timedelta(days=1))
    late_in = max(late_at - now, timedelta())
    return Advanced(found.withdrawal, found.order, found.subscription, step, wait, late_at, late_in)
