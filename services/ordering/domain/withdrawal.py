"""Whether a consumer may withdraw from a contract, what is then owed, and by when the rest is refunded.

The right belongs to the contract that an order made: 14 days from its conclusion. A renewal goes on with that contract
and brings no new right (directive 2011/83, art. 9(1): the term runs from the contract's conclusion; consumer code
art. 52). Sources of the sums: consumer code art. 56(1) (everything that was paid is refunded, within 14 days of the
notice) and art. 57(3) (what is owed is in proportion to what was provided until the notice, measured by the total price
of the contract), art. 57(4)(a) (nothing without the express request to start).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.kit.calendar import Period, rome_date
from services.kit.money import Money
from services.ordering.domain.states import OrderState

REFUND_DAYS = 14
"""Days after the notice for the refund (consumer code art. 56(1)); no working day prolongs them."""
_NEAR = timedelta(days=3)
"""So long before its last day a refund that nobody sends is a person's case; until then files are made now and then."""

LABELS = {
    "it": ("recedere dal contratto qui", "conferma recesso"),
    "en": ("withdraw from contract here", "confirm withdrawal"),
}
"""By language the labels of the two steps (directive 2011/83, art. 11a(1) and (3), as 2023/2673 has brought it in)."""


class Ground(StrEnum):
    """On what a withdrawal rests; stored as these strings. The second one is decided in ``domain.leaving``."""

    RIGHT_OF_WITHDRAWAL = "right_of_withdrawal"
    RENEWAL_WITHOUT_NOTICE = "renewal_without_notice"


class Refusal(StrEnum):
    """Why there is nothing to withdraw from."""

    NOT_GRANTED = "not_granted"
    PERIOD_OVER = "period_over"
    ALREADY_WITHDRAWN = "already_withdrawn"
    ORDER_ENDED = "order_ended"


@dataclass(frozen=True, slots=True)
class Contract:
    """What of an order decides on its withdrawal.

    Attributes:
        state: of the order.
        until: last moment of the right; None for everybody but consumers.
        term: the days that the order paid for, from the unlock's; None before it.
        start_at_once: the customer expressly asked for the service to begin before the right ends.
        served_from: first day of service where that is not the term's: what is added to a contract pays for the days
            from its quote on, and is there from its unlock on.
        served: nothing was, where the notice came before the unlock: also one of the same day, though days alone are
            counted afterwards.
    """

    state: OrderState
    until: datetime | None
    term: Period | None
    start_at_once: bool
    served_from: date | None = None
    served: bool = True


@dataclass(frozen=True, slots=True)
class Served:
    """Days of service that are owed, of a term of so many days."""

    days: Period
    days_of_term: int


def refusal(contract: Contract, on: date, *, withdrawn: bool) -> Refusal | None:
    """Why a notice on a day in Rome does not end the contract; None where it does.

    The right ends with a day, so that the day of the notice is all that counts.
    """
    if withdrawn:
        return Refusal.ALREADY_WITHDRAWN
    if contract.until is None:
        return Refusal.NOT_GRANTED
    if contract.state in (OrderState.EXPIRED, OrderState.CANCELLED):
        return Refusal.ORDER_ENDED
    return Refusal.PERIOD_OVER if on > rome_date(contract.until) else None


def days_owed(contract: Contract, on: date) -> int:
    """Days of service that are owed: the unlock's and the notice's both count, and never more than the term has.

    None where the notice came before the unlock: what is owed is what was provided until the notice.
    """
    if contract.term is None or not contract.served or not contract.start_at_once:
        return 0
    first = contract.served_from or contract.term.first
    return min(max((on - first).days + 1, 0), contract.term.days)


def owed(contract: Contract, total: Money, on: date) -> Money:
    """What is owed of the order's total, rounded half up once."""
    if contract.term is None:
        return Money(0, total.currency)
    return total.share(days_owed(contract, on), contract.term.days)


def with_duty(due: Money, price: Money, duty: Money) -> Money:
    """What is owed of a price and of the stamp duty that was charged beside it.

    The duty is no service, of which days could be owed: it goes back whole, or, where nothing of the price goes back,
    not at all.

    Args:
        due: What is owed of the price.
        price: What was asked for the service.
        duty: What was charged beside it; zero where nothing was.
    """
    return price + duty if due and due == price else due


def served(contract: Contract, on: date) -> Served | None:
    """The days of service that are owed; None where none is."""
    days = days_owed(contract, on)
    if contract.term is None or not days:
        return None
    first = contract.served_from or contract.term.first
    return Served(Period(first, first + timedelta(days=days - 1)), contract.term.days)


def is_near(late_in: timedelta) -> bool:
    """Whether the law's day for the refund is so near that a person has to look."""
    return late_in <= _NEAR


def refund_by(on: date) -> date:
    """The last day for the refund."""
    return on + timedelta(days=REFUND_DAYS)
