"""What a payment request or a document is for: an order, or a period of a subscription.

Of each there is one a cause: its id is derived from the cause's key. Which workflow follows a cause is said in
``services.kit.wakes``, how it crosses the wire in ``services.kit.cause_fields``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.kit.ids import derive

if TYPE_CHECKING:  # a domain imports this module: it needs no database for it
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class OrderCause:
    """An order."""

    order_id: UUID

    @property
    def key(self) -> UUID:
        """The order's id."""
        return self.order_id


@dataclass(frozen=True, slots=True)
class PeriodCause:
    """A period of a subscription; ``number`` counts from 1, the one that the first order paid for."""

    subscription_id: UUID
    number: int

    @property
    def key(self) -> UUID:
        """The period's id: also that of its row where the subscription is kept."""
        return derive("period", str(self.subscription_id), str(self.number))


Cause = OrderCause | PeriodCause


def cause_columns(cause: Cause) -> dict[str, object]:
    """The four columns by which a row says what it is for; those of the other kind of cause are NULL."""
    match cause:
        case OrderCause():
            return {"order_id": cause.key, "period_id": None, "subscription_id": None, "period_number": None}
        case PeriodCause():
            return {
                "order_id": None,
                "period_id": cause.key,
                "subscription_id": cause.subscription_id,
                "period_number": cause.number,
            }


def cause_ids(cause: Cause) -> dict[str, UUID]:
    """The ids by which an event says what it is for."""
    match cause:
        case OrderCause():
            return {"order_id": cause.key}
        case PeriodCause():
            return {"period_id": cause.key, "subscription_id": cause.subscription_id}


def cause_of(row: "Row[Any]") -> Cause:
    """What a row with these columns is for."""
    if row.order_id is not None:
        return OrderCause(row.order_id)
    return PeriodCause(row.subscription_id, row.period_number)
