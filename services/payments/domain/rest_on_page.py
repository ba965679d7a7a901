"""For how much a hosted page opens, where money that does not pay by itself has come before."""

from collections.abc import Sequence

from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import MoneyEntry

LEAST_CENTS = 50
"""The provider takes no less (Stripe, "Minimum and maximum charge amounts", EUR)."""


def due_on_page(asked: Money, waiting: Sequence[MoneyEntry], *, taken_back: bool) -> Money | None:
    """What a request's page asks for: all of it, or what short money that waits for it alone has left.

    Args:
        asked: What the request asks for.
        waiting: The money that waits and names it.
        taken_back: Whether it is not known yet what the bank took back of that.

    Returns:
        That amount; None while a person has to say what the money is for, or hardly anything is left.
    """
    if not waiting:
        return asked
    come = sum(entry.amount.minor for entry in waiting)
    short = all(entry.reason is QueueReason.SHORT and len(entry.named) == 1 for entry in waiting)
    left = asked.minor - come
    return Money(left, asked.currency) if short and not taken_back and left >= LEAST_CENTS else None
