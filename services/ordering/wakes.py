"""Whom ordering wakes: the order's workflow, the account's trial, the account's purge."""

from uuid import UUID

from services.kit.outbox import Wake
from workflows import names

_FIRST = 1
"""Temporal's highest task priority: an order never waits behind mass work."""


def order_wake(order_id: UUID) -> Wake:
    """Something about an order has changed."""
    return Wake(
        workflow=names.ORDER,
        workflow_id=names.order_id(order_id),
        signal=names.ORDER_CHANGED,
        subject=order_id,
        summary=f"Order {order_id}",
        priority=_FIRST,
    )


def trial_wake(account_id: UUID) -> Wake:
    """An account's orders have changed, and its trial depends on them."""
    return Wake(
        workflow=names.TRIAL,
        workflow_id=names.trial_id(account_id),
        signal=names.TRIAL_CHANGED,
        subject=account_id,
        summary=f"Trial of account {account_id}",
    )


def purge_wake(account_id: UUID) -> Wake:
    """An account was closed: its data must go."""
    return Wake(
        workflow=names.PURGE,
        workflow_id=names.purge_id(account_id),
        signal=names.ACCOUNT_CLOSED,
        subject=account_id,
        summary=f"Purge of account {account_id}",
    )
