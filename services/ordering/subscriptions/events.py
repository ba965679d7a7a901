"""What gateways hear of a subscription and of its periods."""

from services.kit.event_types import EventType
from services.kit.events import Event
from services.ordering.subscriptions.rows import PeriodRow, SubscriptionRow


def started_event(subscription: SubscriptionRow) -> Event:
    """That a subscription has begun."""
    ids = {"subscription_id": subscription.subscription_id, "order_id": subscription.order_id}
    return Event(EventType.SUBSCRIPTION_STARTED, subscription.account_id, ids, state=subscription.state)


def subscription_event(event_type: EventType, subscription: SubscriptionRow) -> Event:
    """That a subscription was cancelled, kept, or has come to its end."""
    ids = {"subscription_id": subscription.subscription_id}
    return Event(event_type, subscription.account_id, ids, state=subscription.state)


def period_event(event_type: EventType, period: PeriodRow) -> Event:
    """That a measured period has come into the state in which it is; the amount is its gross total."""
    ids = {"period_id": period.period_id, "subscription_id": period.subscription_id}
    amount = period.measured.totals.gross if period.measured else None
    return Event(event_type, period.account_id, ids, state=period.state, amount=amount)
