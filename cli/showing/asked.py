"""Decides how a payment request reads."""

from casella.payments.v1 import payments_pb2
from cli import words


def facts(request: payments_pb2.PaymentRequest) -> list[tuple[str, str]]:
    """What was asked for, how it can be paid, and how it ended."""
    state = words.choice(request, "state")
    return [
        ("id", request.payment_request_id),
        ("state", f"{state}, a charge is being processed" if request.processing else state),
        ("amount", words.money(request.amount)),
        ("proforma", request.proforma_number),
        ("RF reference", request.transfer.reference),
        ("IBAN", request.transfer.iban),
        ("pay link", request.pay_url),
        ("paid", words.if_any(words.instant(request.paid_at))),
        ("closed", words.if_any(words.instant(request.closed_at))),
        ("closed because", words.if_any(words.choice(request, "close_reason"))),
    ]
