"""Reads what was paid for a contract, and reckons what is owed of it after a notice.

Each order is reckoned by the days of its own term: the one that made the contract, and those that added to it. What was
paid for a later period goes back whole by the right of withdrawal: its coming days were not served, and what was used
above the prepaid is not charged, because the law measures what is owed by the total price of the contract (consumer
code art. 57(3)). Who leaves because a renewal was not announced owes each term's days up to that day.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.money import Money, total
from services.ordering.domain.dunning import purge_at
from services.ordering.domain.leaving import owed_by_the_day
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.stamp_duty import charged_in
from services.ordering.domain.states import OrderState, PeriodState, SubscriptionState
from services.ordering.domain.withdrawal import Contract, Ground, Served, days_owed, owed, refund_by, served, with_duty
from services.ordering.domain.withdrawal_next import Paid
from services.ordering.orders.rows import OrderRow
from services.ordering.readings import Invoiced
from services.ordering.subscriptions import period_store
from services.ordering.subscriptions.rows import Measured, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.store import find_subscription
from services.ordering.withdrawals.consequences import Sums
from services.ordering.withdrawals.rows import Payment, contract_of
from services.ordering.withdrawals.store import additions_to

_Owed: TypeAlias = Callable[[Contract, Money, date], Money]
_BOUGHT = (OrderState.PAID, OrderState.FULFILLED)
_UNDECIDED = (OrderState.OPEN, OrderState.PAID)
"""What is not decided yet, the first thing to be waited for first."""


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """What was paid for a term, what was remitted of its price, and what a notice leaves owed of it."""

    contract: Contract
    paid: Money
    owed: Money
    served: Served | None
    remitted: Money


@dataclass(frozen=True, slots=True)
class Payments:
    """A withdrawn order, and what was asked for beside it for the same contract.

    Attributes:
        additions: the orders that added to the contract that it made; none where it is an addition itself.
        periods: the later periods of the subscription.
        ground: on what the withdrawal rests.
        contract: the subscription that the order made, or to which it adds; None before that.
        invoiced: by invoice what credit notes had given back of it before, and what an operator accepted as missing;
            what is left of it was paid.
        fixed: by what was paid the refunds that are fixed; they stand, whatever is credited later.
    """

    order: OrderRow
    additions: Sequence[OrderRow]
    periods: Sequence[PeriodRow]
    ground: Ground
    contract: SubscriptionRow | None = None
    invoiced: Mapping[UUID, Invoiced] = field(default_factory=dict)
    fixed: Mapping[UUID, Payment] = field(default_factory=dict)

    @property
    def known(self) -> Paid:
        """How far they are decided."""
        states = [self.order.state, *(each.state for each in self.additions)]
        undecided = [state for state in _UNDECIDED if state in states]
        due = any(period.state is PeriodState.DUE for period in self.periods)
        uninvoiced = any(period.state is PeriodState.PAID and period.invoice_id is None for period in self.periods)
        return Paid(undecided[0] if undecided else self.order.state, due, uninvoiced)

    @property
    def invoices(self) -> set[UUID]:
        """The invoices of what was paid, as far as they are known."""
        bought = [each.invoice_id for each in self._orders if each.state is OrderState.FULFILLED]
        return {each for each in [*bought, *(period.invoice_id for period in self._paid_periods)] if each is not None}

    def of_notice(self, on: date) -> list[Payment]:
        """Each payment, once all are decided, with what a notice on a day leaves owed of it."""
        orders = [each for each in self._orders if each.state is OrderState.FULFILLED]
        return [
            *(_order_payment(each, self._of_order(each, on)) for each in orders),
            *(_period_payment(each, self._of_period(each, on)) for each in self._paid_periods),
        ]

    def sums(self, on: date, noticed_at: datetime, policy: RenewalPolicy, now: datetime) -> Sums:
        """What follows from a notice on a day that came in at a moment; what is still being decided is not in it."""
        order, currency = self.order, self.order.quote.currency
        bought = [each for each in self._orders if each.state in _BOUGHT]
        reckoned = [self._of_order(each, on) for each in bought]
        reckoned += [self._of_period(each, on) for each in self._paid_periods]
        if self.ground is Ground.RENEWAL_WITHOUT_NOTICE:
            reckoned = [each for each in reckoned if each.contract.term is None or on <= each.contract.term.last]
        days, term = self._days(reckoned, on)
        return Sums(
            bought=bool(reckoned),
            paid=total([each.paid for each in reckoned], currency),
            owed=total([each.owed for each in reckoned], currency),
            days=days,
            term=term,
            refund_by=refund_by(on),
            closing_days=policy.closing_days,
            ended=self._had_ended(noticed_at),
            readable_until=self._readable_until(policy, now),
            adds=order.quote.addition is not None,
            ground=self.ground,
            credit_used=any(each.credit_used for each in self.invoiced.values()),
        )

    @property
    def _orders(self) -> list[OrderRow]:
        return [self.order, *self.additions]

    @property
    def _paid_periods(self) -> list[PeriodRow]:
        return [period for period in self.periods if period.state is PeriodState.PAID]

    def _had_ended(self, noticed_at: datetime) -> bool:
        """Whether the service had ended before the notice: with its contract, or of an addition alone."""
        contract = self.contract
        if self.order.terminated_at is not None:
            return True
        if contract is None or contract.end is None or contract.state is SubscriptionState.ACTIVE:
            return False
        return not contract.withdrawn or contract.end.at < noticed_at

    def _readable_until(self, policy: RenewalPolicy, now: datetime) -> date | None:
        """The last day on which what is there can be read; None where nothing ends, or nothing is there any more."""
        contract = self.contract
        if self.order.state not in _BOUGHT or self.order.quote.addition is not None:
            return None
        if contract is None or contract.state is SubscriptionState.ACTIVE:
            return rome_date(purge_at(now, policy))
        closing = contract.state is SubscriptionState.CLOSING
        return rome_date(contract.purge_at) if closing and contract.purge_at else None

    def _contract(self, order: OrderRow) -> Contract:
        """What decides what is owed; who leaves a renewal has long had the service that they asked for."""
        contract = contract_of(order)
        return replace(contract, start_at_once=True) if self.ground is Ground.RENEWAL_WITHOUT_NOTICE else contract

    def _of_order(self, order: OrderRow, on: date) -> _Reckoned:
        contract = self._contract(order)
        if order.order_id in self.fixed:
            return _as_fixed(contract, self.fixed[order.order_id])
        left, duty = self._left(_total(order), order.invoice_id), charged_in(order.lines)
        return self._reckoned(contract, left, duty, order.invoice_id, on, owed)

    def _of_period(self, period: PeriodRow, on: date) -> _Reckoned:
        contract = Contract(OrderState.FULFILLED, None, period.days, start_at_once=True)
        if period.period_id in self.fixed:
            return _as_fixed(contract, self.fixed[period.period_id])
        measured = _measured(period)
        left, duty = self._left(measured.totals.gross, period.invoice_id), charged_in(measured.lines)
        return self._reckoned(contract, left, duty, period.invoice_id, on, _nothing)

    def _left(self, gross: Money, invoice_id: UUID | None) -> Money:
        """What was asked for, less what was credited of it before."""
        found = None if invoice_id is None else self.invoiced.get(invoice_id)
        return gross if found is None else gross - found.credited

    def _reckoned(
        self, contract: Contract, left: Money, duty_minor: int, invoice_id: UUID | None, on: date, withdrawn: _Owed
    ) -> _Reckoned:
        """What was paid of what is left, without what an operator accepted as missing; no more than that is owed.

        Args:
            contract: What decides about it.
            left: What was asked for and not credited, with its stamp duty.
            duty_minor: The stamp duty that was charged beside the price.
            invoice_id: Its invoice, as far as it is known.
            on: The day of the notice.
            withdrawn: What the right of withdrawal leaves owed of the price.
        """
        duty = min(left, Money(duty_minor, left.currency))
        price = left - duty
        owed_of = owed_by_the_day if self.ground is Ground.RENEWAL_WITHOUT_NOTICE else withdrawn
        due = with_duty(owed_of(contract, price, on), price, duty)
        found = None if invoice_id is None else self.invoiced.get(invoice_id)
        remitted = min(left, Money(0 if found is None else found.remitted_minor, left.currency))
        paid = left - remitted
        return _Reckoned(contract, paid, min(due, paid), served(contract, on) if due else None, remitted)

    def _days(self, reckoned: Sequence[_Reckoned], on: date) -> tuple[int, int]:
        """How many days of service are owed, of how many: of the order's term, or of the one that is being left."""
        if self.ground is Ground.RIGHT_OF_WITHDRAWAL:
            contract = self._contract(self.order)
            days = days_owed(contract, on)
            return (days, contract.term.days) if contract.term and days else (0, 0)
        shown = [each.served for each in reckoned if each.served is not None]
        longest = max(shown, key=lambda each: each.days_of_term, default=None)
        return (0, 0) if longest is None else (longest.days.days, longest.days_of_term)


async def read_payments(
    conn: AsyncConnection, order: OrderRow, subscription: SubscriptionRow | None, ground: Ground
) -> Payments:
    """What was paid for a contract, or is being paid; the order alone where it has made no subscription."""
    if subscription is None:
        added = order.quote.addition
        contract = await find_subscription(conn, added.subscription_id) if added else None
        return Payments(order, (), (), ground, contract)
    states = (PeriodState.DUE, PeriodState.PAID)
    return Payments(
        order,
        await additions_to(conn, subscription.subscription_id),
        await period_store.periods_in(conn, subscription.subscription_id, states),
        ground,
        subscription,
    )


def _nothing(_contract: Contract, price: Money, _on: date) -> Money:
    """What the right of withdrawal leaves owed of a later period, whose coming days were not served."""
    return Money(0, price.currency)


def _as_fixed(contract: Contract, payment: Payment) -> _Reckoned:
    return _Reckoned(contract, payment.paid, payment.owed, payment.served, payment.remitted)


def _order_payment(order: OrderRow, reckoned: _Reckoned) -> Payment:
    return _payment(order.order_id, order.invoice_id, reckoned)


def _period_payment(period: PeriodRow, reckoned: _Reckoned) -> Payment:
    return replace(_payment(period.period_id, period.invoice_id, reckoned), is_period=True)


def _payment(key: UUID, invoice_id: UUID | None, reckoned: _Reckoned) -> Payment:
    return Payment(key, _invoice(invoice_id), reckoned.paid, reckoned.owed, reckoned.served, reckoned.remitted)


def _total(order: OrderRow) -> Money:
    return (order.totals or order.quote.totals).gross


def _measured(period: PeriodRow) -> Measured:
    if period.measured is None:
        raise AssertionError("a paid period was measured")
    return period.measured


def _invoice(invoice_id: UUID | None) -> UUID:
    if invoice_id is None:
        raise AssertionError("what was paid and is decided has its invoice")
    return invoice_id
