"""What comes next on a withdrawal: first what was paid is decided, then it is refunded, then credited, then closed.

Money that came for the contract and paid nothing needs no decision: it goes back at once, whatever else is waited for.
The credit note follows the refund, and the account is closed only once nothing is owed any more. Source: docs/rules.md,
"Withdrawal".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.ordering.domain.states import OrderState


class WithdrawalNext(StrEnum):
    """What comes next."""

    WAIT = "wait"
    REFUND_DUE = "refund_due"
    CREDIT_NOTE_DUE = "credit_note_due"
    CLOSE_DUE = "close_due"
    NOT_OPEN = "not_open"


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next; with WAIT also what is waited for, until when, and when to look again at the latest.

    Attributes:
        due: `order_end`, `invoice`, `period_end` or `purge`.
        due_at: when that comes; None where nobody can know.
    """

    next: WithdrawalNext
    due: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """What is known of the payments for a contract.

    Attributes:
        order: state of the order.
        unpaid: a period of the subscription still waits for its money.
        uninvoiced: a paid period still waits for its invoice.
    """

    order: OrderState
    unpaid: bool
    uninvoiced: bool

    @property
    def waits_for(self) -> str:
        """What decides on the payments; empty once they are all known."""
        if self.order is OrderState.OPEN:
            return "order_end"
        if self.order is OrderState.PAID or self.uninvoiced:
            return "invoice"
        return "period_end" if self.unpaid else ""


@dataclass(frozen=True, slots=True)
class Owed:
    """How far one refund is, and whether it is of money that paid nothing."""

    refunded: bool
    credited: bool
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawalStanding:
    """All that decides what comes next on a withdrawal.

    Attributes:
        purge_at: until when what the withdrawn subscription leaves can be read; None where there is none, or no more.
    """

    paid: Paid
    refunds: Sequence[Owed]
    purge_at: datetime | None


def next_step(standing: WithdrawalStanding, now: datetime) -> Step:
    """What comes next."""
    waits_for = standing.paid.waits_for
    if any(not each.refunded and (each.is_money or not waits_for) for each in standing.refunds):
        return Step(WithdrawalNext.REFUND_DUE)
    if waits_for:
        return Step(WithdrawalNext.WAIT, waits_for)
    if not all(each.credited for each in standing.refunds):
        return Step(WithdrawalNext.CREDIT_NOTE_DUE)
    if standing.purge_at is None:
        return Step(WithdrawalNext.NOT_OPEN)
    if now < standing.purge_at:
        return Step(WithdrawalNext.WAIT, "purge", standing.purge_at)
    return Step(WithdrawalNext.CLOSE_DUE)
