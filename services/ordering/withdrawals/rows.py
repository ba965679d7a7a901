"""A withdrawal as its rows tell it, typed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from casella.common.v1 import common_pb2
from services.kit.calendar import Period, rome_date
from services.kit.ids import derive
from services.kit.money import Money
from services.ordering.domain.withdrawal import Contract, Ground, Served
from services.ordering.orders.rows import OrderRow


class WithdrawalState(StrEnum):
    """A withdrawal: noticed (what was paid is being decided) → refunding → closing → done."""

    NOTICED = "noticed"
    REFUNDING = "refunding"
    CLOSING = "closing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class WaitingMoney:
    """Money that waits for an operator at payments and names an order or a period.

    Attributes:
        entry_id: of payments' queue.
        came_on: the day on which it was available; None where the bank tells none.
        order_ids: the orders whose payment requests it names.
        period_ids: the periods likewise.
        by_card_or_paypal: whether it came so, and goes back there.
        iban_end: the last characters of the account from which it came by transfer; empty where the bank tells none.
        recipient: who is told that it goes back; None where nobody is.
    """

    entry_id: UUID
    amount: Money
    came_on: date | None
    order_ids: tuple[UUID, ...]
    period_ids: tuple[UUID, ...]
    by_card_or_paypal: bool = False
    iban_end: str = ""
    recipient: common_pb2.Recipient | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment for a withdrawn contract, and what is owed of it.

    Attributes:
        key: what was paid: the order's id, or the period's; of money that paid nothing the id of its entry.
        invoice_id: of what was paid; None of money that paid nothing.
        paid: what was received and not credited before.
        served: the days that are owed; None where nothing is.
        remitted: what was invoiced beside it and nobody has paid, because an operator accepted less: the credit note
            credits it, too.
        is_period: whether what was paid is a period.
        is_money: whether it paid nothing, such as a part of the price: it waits at payments, and goes back whole.
    """

    key: UUID
    invoice_id: UUID | None
    paid: Money
    owed: Money
    served: Served | None
    remitted: Money
    is_period: bool = False
    is_money: bool = False

    @property
    def refund(self) -> Money:
        """What goes back."""
        return self.paid - self.owed


@dataclass(frozen=True, slots=True)
class RefundRow:
    """The refund of one payment.

    Attributes:
        refund_by: the last day for it.
        settled_otherwise: of money that paid nothing: it was not refunded, an operator gave it to something else.
    """

    payment: Payment
    refund_id: UUID
    attempt: int
    refund_by: date
    refunded_at: datetime | None
    settled_otherwise: bool
    credit_note_id: UUID | None
    credit_waived: bool
    made_outside: bool

    @property
    def credit_id(self) -> UUID:
        """The id under which invoicing credits what was refunded, whatever the attempt."""
        return derive("withdrawal_credit", str(self.payment.key))

    @property
    def credited(self) -> bool:
        """Whether it has its credit note, or needs none: what a part payment's invoice needs, its money sees to."""
        return self.payment.is_money or self.credit_note_id is not None or self.credit_waived


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    """A withdrawal; before its refunds are fixed it has those of waiting money alone, and none if nothing goes back."""

    order_id: UUID
    account_id: UUID
    noticed_at: datetime
    noticed_on: date
    recorded: bool
    refund_by: date
    ground: Ground
    statement: str
    receipt_at: datetime | None
    fixed_at: datetime | None
    ended_at: datetime | None
    refunds: tuple[RefundRow, ...]

    @property
    def returned(self) -> tuple[Money, ...]:
        """What goes back of money that paid nothing, a sum for each currency."""
        sums = dict[str, Money]()
        for each in self.refunds:
            if each.payment.is_money and not each.settled_otherwise:
                amount = each.payment.refund
                sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
        return tuple(sums.values())

    @property
    def state(self) -> WithdrawalState:
        """How far it is."""
        if self.ended_at is not None:
            return WithdrawalState.DONE
        if self.fixed_at is None:
            return WithdrawalState.NOTICED
        settled = all(each.refunded_at is not None and each.credited for each in self.refunds)
        return WithdrawalState.CLOSING if settled else WithdrawalState.REFUNDING


def refund_id(key: UUID, attempt: int) -> UUID:
    """The id under which payments makes the refund of what was paid: a repeated step asks for the same one."""
    return derive("withdrawal_refund", str(key), str(attempt))


def contract_of(order: OrderRow) -> Contract:
    """What of an order decides on its withdrawal."""
    served_from = rome_date(order.unlocked_at) if order.quote.addition and order.unlocked_at else None
    served = not order.withdrawn_unserved
    return Contract(order.state, order.withdrawal_until, order.period, order.start_at_once, served_from, served)


def withdrawal_from(row: Row[Any], refunds: list[RefundRow]) -> WithdrawalRow:
    """The withdrawal of a row of `withdrawals`."""
    return WithdrawalRow(
        order_id=row.order_id,
        account_id=row.account_id,
        noticed_at=row.noticed_at,
        noticed_on=row.noticed_on,
        recorded=row.recorded,
        refund_by=row.refund_by,
        ground=Ground(row.ground),
        statement=row.evidence.get("statement", ""),
        receipt_at=row.receipt_at,
        fixed_at=row.fixed_at,
        ended_at=row.ended_at,
        refunds=tuple(refunds),
    )


def refund_from(row: Row[Any]) -> RefundRow:
    """The refund of a row of `withdrawal_refunds`."""
    return RefundRow(
        payment=Payment(
            row.key,
            row.invoice_id,
            Money(row.paid_minor, row.currency),
            Money(row.owed_minor, row.currency),
            Served(Period(row.served_from, row.served_to), row.days_of_term) if row.served_from else None,
            Money(row.remitted_minor, row.currency),
            is_period=row.is_period,
            is_money=row.is_money,
        ),
        refund_id=row.refund_id,
        attempt=row.attempt,
        refund_by=row.refund_by,
        refunded_at=row.refunded_at,
        settled_otherwise=row.settled_otherwise,
        credit_note_id=row.credit_note_id,
        credit_waived=row.credit_waived,
        made_outside=row.made_outside,
    )
