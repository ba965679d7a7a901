"""The provider's events: triggers, which say what to look at and nothing that counts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A trigger: something happened to an object, which is then fetched.

    Attributes:
        event_id: The provider's id (`evt_…`), unique for ever.
        kind: The provider's type, for example `checkout.session.completed`.
        page_id: The page it is about, if any.
        charge_id: The payment it is about, if any.
        method_id: The payment method it is about, if any: what it says of a mandate concerns the mandate's method.
        mandate_id: The mandate at the provider it is about, if any.
        refunded_charge_id: The payment whose refunds it is about, if any.
        dispute_id: The dispute it is about, if any.
        created_at: When it happened, by the provider's clock.
    """

    event_id: str
    kind: str
    page_id: str | None
    charge_id: str | None
    refunded_charge_id: str | None
    created_at: datetime
    method_id: str | None = None
    mandate_id: str | None = None
    dispute_id: str | None = None
