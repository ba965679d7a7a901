"""Reads what was paid for a contract, and reckons what is owed of it after a notice.

Only the order's own term is reckoned by its days. What was paid for a later period goes back whole: its coming days
were not served, and what was used above the prepaid is not charged, because the law measures what is owed by the total
price of the contract (consumer code art. 57(3)).
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
from services.ordering.domain.withdrawal import days_owed, owed, refund_by
from services.ordering.domain.withdrawal_next import Paid
from services.ordering.orders.rows import OrderRow
from services.ordering.subscriptions import period_store
from services.ordering.subscriptions.rows import PeriodRow
from services.ordering.withdrawals.rows import Payment, contract_of
from services.ordering.withdrawals.statements import Sums

_BOUGHT = (OrderState.PAID, OrderState.FULFILLED)


@dataclass(frozen=True, slots=True)
class Payments:
    """An order, and the periods of its subscription that were asked for beside it."""

    order: OrderRow
    periods: Sequence[PeriodRow]

    @property
    def known(self) -> Paid:
        """How far they are decided."""
        due = any(period.state is PeriodState.DUE for period in self.periods)
        uninvoiced = any(period.state is PeriodState.PAID and period.invoice_id is None for period in self.periods)
        return Paid(self.order.state, due, uninvoiced)

    def of_notice(self, on: date) -> list[Payment]:
        """Each payment, once all are decided, with what a notice on a day leaves owed of it."""
        order = self.order
        if order.state is not OrderState.FULFILLED:
            return []
        found = [Payment(order.order_id, _invoice(order.invoice_id), _total(order), self._owed(on))]
        for period in self.periods:
            if period.state is PeriodState.PAID:
                paid = _gross(period)
                invoice_id = _invoice(period.invoice_id)
                found.append(Payment(period.period_id, invoice_id, paid, Money(0, paid.currency)))
        return found

    def sums(self, on: date, policy: RenewalPolicy, now: datetime) -> Sums:
        """What follows from a notice on a day; what is still being decided is not in it."""
        order = self.order
        bought = order.state in _BOUGHT
        nothing = Money(0, order.quote.currency)
        paid = [_gross(period) for period in self.periods if period.state is PeriodState.PAID]
        days = days_owed(contract_of(order), on)
        return Sums(
            paid=total([_total(order), *paid], order.quote.currency) if bought else nothing,
            owed=self._owed(on) if bought else nothing,
            days=days,
            term=order.period.days if order.period and days else 0,
            refund_by=refund_by(on),
            readable_until=rome_date(purge_at(now, policy)) if bought and not order.quote.addition else None,
            adds=order.quote.addition is not None,
        )

    def _owed(self, on: date) -> Money:
        return owed(contract_of(self.order), _total(self.order), on)


async def read_payments(conn: AsyncConnection, order: OrderRow, subscription_id: UUID | None) -> Payments:
    """What was paid for a contract, or is being paid."""
    if subscription_id is None:
        return Payments(order, ())
    states = (PeriodState.DUE, PeriodState.PAID)
    return Payments(order, await period_store.periods_in(conn, subscription_id, states))


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
