"""A withdrawal as its rows tell it, typed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

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
class Payment:
    """A payment for a withdrawn contract, and what is owed of it.

    Attributes:
        key: what was paid: the order's id, or the period's.
        paid: what was received and not credited before.
        served: the days that are owed; None where nothing is.
        remitted: what was invoiced beside it and nobody has paid, because an operator accepted less: the credit note
            credits it, too.
        is_period: whether what was paid is a period.
    """

    key: UUID
    invoice_id: UUID
    paid: Money
    owed: Money
    served: Served | None
    remitted: Money
    is_period: bool = False

    @property
    def refund(self) -> Money:
        """What goes back."""
        return self.paid - self.owed


@dataclass(frozen=True, slots=True)
class RefundRow:
    """The refund of one payment."""

    payment: Payment
    refund_id: UUID
    attempt: int
    refunded_at: datetime | None
    credit_note_id: UUID | None
    credit_waived: bool
    made_outside: bool

    @property
    def credit_id(self) -> UUID:
        """The id under which invoicing credits what was refunded, whatever the attempt."""
        return derive("withdrawal_credit", str(self.payment.key))

    @property
    def credited(self) -> bool:
        """Whether it has its credit note, or needs none."""
        return self.credit_note_id is not None or self.credit_waived


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    """A withdrawal; it has no refunds before they are fixed, and none at all where nothing is to be refunded."""

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
        ),
        refund_id=row.refund_id,
        attempt=row.attempt,
        refunded_at=row.refunded_at,
        credit_note_id=row.credit_note_id,
        credit_waived=row.credit_waived,
        made_outside=row.made_outside,
    )
