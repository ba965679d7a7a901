"""What gateways hear of an order."""

from services.kit.event_types import EventType
from services.kit.events import Event
from services.ordering.domain.states import OrderState
from services.ordering.orders.rows import OrderRow

_TYPES = {
    OrderState.OPEN: EventType.ORDER_PLACED,
    OrderState.PAID: EventType.ORDER_PAID,
    OrderState.FULFILLED: EventType.ORDER_FULFILLED,
    OrderState.EXPIRED: EventType.ORDER_EXPIRED,
    OrderState.CANCELLED: EventType.ORDER_CANCELLED,
}


def order_event(order: OrderRow) -> Event:
    """That an order has come into the state in which it is; the amount is its gross total,
    while its tax is open as it is once the VAT number is confirmed.
    """
    ids = {"order_id": order.order_id}
    if order.invoice_id is not None:
        ids["invoice_id"] = order.invoice_id
    amount = (order.totals or order.quote.totals).gross
    return Event(_TYPES[order.state], order.account_id, ids, state=order.state, amount=amount)
