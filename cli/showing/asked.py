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
        *_debit(request.debit),
        ("paid", words.if_any(words.instant(request.paid_at))),
        ("closed", words.if_any(words.instant(request.closed_at))),
        ("closed because", words.if_any(words.choice(request, "close_reason"))),
    ]


def _debit(debit: payments_pb2.Debit) -> list[tuple[str, str]]:
    """When it is charged by automatic debit, and what became of the last charge that was not done."""
    refused = f"{words.choice(debit, 'refusal')}, {words.instant(debit.refused_at)}" if debit.refusal else ""
    return [
        ("charge announced for", words.if_any(words.day(debit.charge_on))),
        ("charged next", words.if_any(words.instant(debit.charge_at))),
        ("last charge not done", refused),
    ]
