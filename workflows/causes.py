"""What a message is for, an order or a period of a subscription, and how requests ask by that."""

from typing import Protocol

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2


class _Caused(Protocol):
    """A message with the two fields, of which one is set."""

    @property
    def order_id(self) -> str: ...

    @property
    def period(self) -> common_pb2.PeriodRef: ...

    def HasField(self, field_name: str) -> bool: ...  # protobuf's name


def period_of(what: _Caused) -> common_pb2.PeriodRef | None:
    """The period that it is for; None where it is for an order."""
    return what.period if what.HasField("period") else None


def payment_request_of(what: _Caused) -> payments_pb2.GetPaymentRequestRequest:
    """Asks what is to be paid, or was, for the order or period."""
    if what.HasField("period"):
        return payments_pb2.GetPaymentRequestRequest(period_id=what.period.period_id)
    return payments_pb2.GetPaymentRequestRequest(order_id=what.order_id)


def service_end_of(what: _Caused) -> ordering_pb2.GetServiceEndRequest:
    """Asks until when it is served what a payment for the order or period paid for."""
    return ordering_pb2.GetServiceEndRequest(order_id=what.order_id, period=period_of(what))
