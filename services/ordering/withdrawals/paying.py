"""Reads what was paid for a contract, and reckons what is owed of it after a notice.

Each order is reckoned by the days of its own term: the one that made the contract, and those that added to it. What was
paid for a later period goes back whole: its coming days were not served, and what was used above the prepaid is not
charged, because the law measures what is owed by the total price of the contract (consumer code art. 57(3)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.money import Money, total
from services.ordering.domain.dunning import purge_at
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import OrderState, PeriodState
from services.ordering.domain.withdrawal import days_owed, owed, refund_by, served
from services.ordering.domain.withdrawal_next import Paid
from services.ordering.orders.rows import OrderRow
from services.ordering.subscriptions import period_store
from services.ordering.subscriptions.rows import PeriodRow
from services.ordering.withdrawals.rows import Payment, contract_of
from services.ordering.withdrawals.statements import Sums
from services.ordering.withdrawals.store import additions_to

_BOUGHT = (OrderState.PAID, OrderState.FULFILLED)
_UNDECIDED = (OrderState.OPEN, OrderState.PAID)
"""What is not decided yet, the first thing to be waited for first."""


@dataclass(frozen=True, slots=True)
class Payments:
    """A withdrawn order, and what was asked for beside it for the same contract.

    Attributes:
        additions: the orders that added to the contract that it made; none where it is an addition itself.
        periods: the later periods of the subscription.
    """

    order: OrderRow
    additions: Sequence[OrderRow]
    periods: Sequence[PeriodRow]

    @property
    def known(self) -> Paid:
        """How far they are decided."""
        states = [self.order.state, *(each.state for each in self.additions)]
        undecided = [state for state in _UNDECIDED if state in states]
        due = any(period.state is PeriodState.DUE for period in self.periods)
        uninvoiced = any(period.state is PeriodState.PAID and period.invoice_id is None for period in self.periods)
        return Paid(undecided[0] if undecided else self.order.state, due, uninvoiced)

    def of_notice(self, on: date) -> list[Payment]:
        """Each payment, once all are decided, with what a notice on a day leaves owed of it."""
        found = [_payment(each, on) for each in self._orders() if each.state is OrderState.FULFILLED]
        for period in self.periods:
            if period.state is PeriodState.PAID:
                paid = _gross(period)
                nothing = Money(0, paid.currency)
                invoice_id = _invoice(period.invoice_id)
                found.append(Payment(period.period_id, invoice_id, paid, nothing, None, is_period=True))
        return found

    def sums(self, on: date, policy: RenewalPolicy, now: datetime) -> Sums:
        """What follows from a notice on a day; what is still being decided is not in it."""
        order, currency = self.order, self.order.quote.currency
        bought = order.state in _BOUGHT
        paid = [_total(each) for each in self._orders() if each.state in _BOUGHT]
        paid += [_gross(period) for period in self.periods if period.state is PeriodState.PAID]
        due = [owed(contract_of(each), _total(each), on) for each in self._orders() if each.state in _BOUGHT]
        days = days_owed(contract_of(order), on)
        return Sums(
            paid=total(paid, currency),
            owed=total(due, currency),
            days=days,
            term=order.period.days if order.period and days else 0,
            refund_by=refund_by(on),
            readable_until=rome_date(purge_at(now, policy)) if bought and not order.quote.addition else None,
            adds=order.quote.addition is not None,
        )

    def _orders(self) -> list[OrderRow]:
        return [self.order, *self.additions]


async def read_payments(conn: AsyncConnection, order: OrderRow, subscription_id: UUID | None) -> Payments:
    """What was paid for a contract, or is being paid; None where the order has made no subscription."""
    if subscription_id is None:
        return Payments(order, (), ())
    states = (PeriodState.DUE, PeriodState.PAID)
    return Payments(
        order,
        await additions_to(conn, subscription_id),
        await period_store.periods_in(conn, subscription_id, states),
    )


def _payment(order: OrderRow, on: date) -> Payment:
    contract, gross = contract_of(order), _total(order)
    due = owed(contract, gross, on)
    days = served(contract, on) if due else None
    return Payment(order.order_id, _invoice(order.invoice_id), gross, due, days)


def _total(order: OrderRow) -> Money:
    return (order.totals or order.quote.totals).gross


def _gross(period: PeriodRow) -> Money:
    if period.measured is None:
        raise AssertionError("a paid period was measured")
    return period.measured.totals.gross


def _invoice(invoice_id: UUID | None) -> UUID:
    if invoice_id is None:
        raise AssertionError("what was paid and is decided has its invoice")
    return invoice_id
