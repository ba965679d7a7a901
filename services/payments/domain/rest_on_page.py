"""For how much a hosted page opens, where money that does not pay by itself has come before."""

from collections.abc import Sequence

from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import MoneyEntry

LEAST_CENTS = 50
"""The provider takes no less (Stripe, "Minimum and maximum charge amounts", EUR)."""


def due_on_page(asked: Money, waiting: Sequence[MoneyEntry], *, taken_back: bool) -> Money | None:
    """What a request's page asks for: all of it, or what short money that waits for it alone has left.

    Money in another currency, and too little that names several requests, keeps nobody from paying: anybody can send
    it.

    Args:
        asked: What the request asks for.
        waiting: The money that waits and names it.
        taken_back: Whether it is not known yet what the bank took back of that.

    Returns:
        That amount; None while a person has to say what the money is for, or whether it came once or twice, or hardly
        anything is left.
    """
    theirs = [
        entry
        for entry in waiting
        if entry.amount.currency == asked.currency and (len(entry.named) == 1 or entry.amount >= asked)
    ]
    if not theirs:
        return asked
    short = all(entry.reason is QueueReason.SHORT and not entry.told_twice for entry in theirs)
    left = asked.minor - sum(entry.amount.minor for entry in theirs)
    return Money(left, asked.currency) if short and not taken_back and left >= LEAST_CENTS else None
