"""Shows a payment request, with the money that names it."""

from typing import Any

from casella.payments.v1 import payments_pb2
from cli import screen, words
from cli.showing import disputes, money


def as_json(found: payments_pb2.GetPaymentRequestResponse | None) -> dict[str, Any]:
    """What programs get of it; None and nothing where no money was asked for."""
    return {
        "payment_request": found.payment_request if found else None,
        "waiting_money": list(found.waiting) if found else [],
        "taken_back": list(found.taken_back) if found else [],
        "disputes": list(found.disputes) if found else [],
    }


def show(found: payments_pb2.GetPaymentRequestResponse | None, name: str) -> None:
    """Show it, if money was asked for.

    Args:
        found: As payments tells it.
        name: What asks for the money: "order" or "period".
    """
    if not found:
        return
    screen.show_facts("Payment request", _facts(found.payment_request))
    for heading, entries in (
        (f"Money that names this {name} and waits (see `steer at`)", found.waiting),
        (f"Money of this {name} that the bank took back", found.taken_back),
    ):
        if entries:
            screen.show_table(heading, money.COLUMNS, [money.row(entry) for entry in entries])
    if found.disputes:
        screen.show_table(disputes.HEADING, disputes.COLUMNS, [disputes.row(each) for each in found.disputes])


def _facts(request: payments_pb2.PaymentRequest) -> list[tuple[str, str]]:
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
