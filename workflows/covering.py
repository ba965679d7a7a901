"""Whether money that waits for an operator could pay what is asked for: a part of it stops nothing."""

from collections.abc import Collection

from casella.payments.v1 import payments_pb2


def may_pay(asked: payments_pb2.PaymentRequest, waiting: Collection[payments_pb2.MoneyEntry]) -> bool:
    """Whether waiting money is as much as is asked for, all of it together; in another currency it might be."""
    if any(entry.amount.currency != asked.amount.currency for entry in waiting):
        return True
    return bool(waiting) and sum(entry.amount.minor for entry in waiting) >= asked.amount.minor
