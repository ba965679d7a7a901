"""Decides how an order reads in a list."""

from casella.ordering.v1 import ordering_pb2
from cli import words

COLUMNS = ("order", "state", "placed", "gross", "billing", "payment", "proforma")


def row(order: ordering_pb2.Order) -> tuple[str, ...]:
    """An order as a line of a table."""
    return (
        order.order_id,
        words.choice(order, "state"),
        words.instant(order.placed_at),
        words.money((order.totals if order.HasField("totals") else order.quote.totals).gross),
        words.choice(order.quote, "billing"),
        words.choice(order, "payment_method"),
        order.proforma_number or words.NONE,
    )
