"""Decides what comes next on a withdrawal, and fixes its refunds once everything that was paid is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit import outbox
from services.kit.calendar import start_of_day
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.ordering.domain.dates import look_again_at
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.withdrawal_next import Step, WithdrawalNext, next_step
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order
from services.ordering.readings import Invoiced, Readings
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.subscriptions.store import find_subscription_of_order
from services.ordering.withdrawals import store
from services.ordering.withdrawals.locking import Locked, locked
from services.ordering.withdrawals.mails import WithdrawalMails
from services.ordering.withdrawals.owing import owe
from services.ordering.withdrawals.paying import read_payments
from services.ordering.withdrawals.rows import WaitingMoney, WithdrawalRow

_AGAIN = timedelta(seconds=1)


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
    """What the Withdrawal workflow asks: the receipt, and what comes next; and who credits an invoice."""

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
            found = await locked(conn, order_id)
            if found.withdrawal.receipt_at is not None or recipient.erased:
                return found
            fixed = {each.payment.key: each.payment for each in found.withdrawal.refunds if not each.payment.is_money}
            payments = replace(found.payments, invoiced=invoiced, fixed=fixed)
            sums = payments.sums(found.withdrawal.noticed_on, found.withdrawal.noticed_at, self._policy, now)
            sums = replace(sums, returned=found.withdrawal.returned)
            await outbox.mail(conn, self._mails.receipt(found.withdrawal, found.order, sums, recipient), now)
            await store.note_receipt(conn, order_id, now)
            return await locked(conn, order_id)

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
            found = await locked(conn, order_id)
            for money in waiting:
                if order_id in await store.withdrawals_named(conn, money):
                    await owe(conn, self._mails, found, money, now)
            found = await locked(conn, order_id)
            if found.withdrawal.ended_at is not None:
                return _advanced(found, Step(WithdrawalNext.NOT_OPEN), now)
            if found.withdrawal.fixed_at is None and not found.payments.known.waits_for:
                if found.payments.invoices - invoiced.keys():
                    raise NotReady("an invoice was issued in this moment: look again", retry_after=_AGAIN)
                payments = replace(found.payments, invoiced=invoiced).of_notice(found.withdrawal.noticed_on)
                await store.fix_refunds(conn, found.withdrawal, payments, now)
                found = await locked(conn, order_id)
            step = next_step(found.standing, now)
            if step.next is WithdrawalNext.NOT_OPEN:
                await store.end(conn, order_id, now)
                found = await locked(conn, order_id)
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
            payments = await read_payments(conn, order, begun, made.ground)
        return await self._readings.invoiced(payments.invoices)


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
