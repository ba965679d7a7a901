"""How the workflows say to an operator values, and what the services name by codes: documents, closures, erasures.

What payments knows stands in `wording_money`, how contracts stand in `wording_contracts`, what comes next in
`wording_due`. The command line reads this file alone of these, so what it tells of disputes too stands here.
"""

from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2, erasure_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from services.kit.money import written

_CLOSURES = {
    ordering_pb2.CLOSURE_REASON_TRIAL_ENDED: "the trial ended unpaid",
    ordering_pb2.CLOSURE_REASON_SUBSCRIPTION_ENDED: "the subscription ended",
    ordering_pb2.CLOSURE_REASON_ERASURE: "the customer asked for the deletion of the profile",
}
_ERASURE_FACTS = {
    "domains": "{count} domains, removed by the purge",
    "mailboxes": "{count} mailboxes, removed by the purge",
    "order_open": "order {id} waits for its payment{amount}: it is cancelled, unless a payment wins",
    "order_ending": "order {id} has ended, and the customer is still to be told",
    "order_paid": "order {id} is paid{amount} and not fulfilled yet",
    "subscription_runs": "subscription {id} runs: it ends at once, what is paid is not paid back, and what was used "
    "above the prepaid and is not asked for yet is waived (`casella show account` tells of how much)",
    "period_unpaid": "period {id} waits for its payment{amount}: it is closed and waived, unless a payment wins",
    "period_ending": "period {id} is paid and not invoiced yet",
    "withdrawal_unsettled": "the withdrawal from order {id} is not refunded and credited yet",
    "legal_hold": "a legal hold stands",
    "money_waiting": "money waits{amount} (entry {id}, `casella show money`): settle it",
    "dispute_open": "a dispute is open{amount} (entry {id}, `casella show money`): the payer's bank decides it",
    "dispute_undecided": "a dispute is over{amount} (entry {id}, `casella show money`): settle it",
    "mandate_active": "automatic debit {id} is set up: it is switched off",
    "mandate_ending": "automatic debit {id} is being released at the provider, and the customer told",
    "payment_processing": "a charge is being processed{amount} (payment request {id})",
    "refund_under_way": "a refund has not left yet{amount} (refund {id}, `casella refund list`)",
    "refund_in_file": "a refund is in a file for the bank{amount} (refund {id}): the statement that has it ends it",
    "refund_sent": "a refund was sent{amount} (refund {id}): the provider's news that it is made ends it",
    "account_credit": "the account has credit{amount}: pay it out (`casella refund credit {id}`)",
    "invoices": "{count} invoices and credit notes, which are kept for 10 years",
    "invoice_on_its_way": "invoice {id} is not at its end with the SdI: its customer may still have to be corrected",
    "tickets": "{count} open tickets",
}
_DOCUMENTS = {
    invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE: "credit note",
    invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE: "invoice of a part payment",
}
_KNOWN_ALREADY = "00404"
"""The SdI's code for an invoice that was sent before: same issuer, year and number."""
_REASONS = {
    "mx_unknown": "the address's domain could not be looked up",
    "ip_rate": "many sign-ups from its IP address",
    "network_rate": "many sign-ups from its network",
    "domain_rate": "many sign-ups with its email domain",
    "second_trial": "the same person seems to have had a trial",
}


def beyond_refunds(dispute: payments_pb2.Dispute) -> common_pb2.Money:
    """What a dispute took without what counts as the refund of a withdrawal: after a loss this is decided about."""
    minor = dispute.withdrawn.minor - dispute.counted_as_refund.minor
    return common_pb2.Money(minor=minor, currency=dispute.withdrawn.currency)


def date(day: common_pb2.Date) -> str:
    """``2026-11-24``."""
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def day(instant: Timestamp) -> str:
    """``2026-11-24 09:30 UTC``."""
    return f"{instant.ToDatetime():%Y-%m-%d %H:%M} UTC"


def days(number: int) -> str:
    """``1 day``, ``7 days``."""
    return counted(number, "day", "days")


def counted(number: int, one: str, many: str) -> str:
    """``1 mailbox``, ``0 mailboxes``."""
    return f"{number} {one if number == 1 else many}"


def document(kind: invoicing_pb2.DocumentKind) -> str:
    """What a transmission is of: an invoice, unless it says otherwise."""
    return _DOCUMENTS.get(kind, "invoice")


def erasure_fact(fact: erasure_pb2.ErasureFact) -> str:
    """What a service has of an account: ``order 018f… waits for its payment, EUR 85.40: it is cancelled, …``."""
    money = f", {written(fact.amount)}" if fact.HasField("amount") else ""
    return _ERASURE_FACTS.get(fact.kind, f"{fact.kind} {{id}}").format(id=fact.id, count=fact.count, amount=money)


def issued_how(transmission: invoicing_pb2.Transmission) -> str:
    """How an invoice counts as issued whose copy the SdI refused as known; empty for every other."""
    undeliverable = transmission.state == invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE
    if not undeliverable or _KNOWN_ALREADY not in transmission.error_codes:
        return ""
    return (
        f"the SdI refused the copy as sent before ({_KNOWN_ALREADY}), so the first sending counts as issued; its own "
        "receipt never came"
    )


def closure(reason: ordering_pb2.ClosureReason) -> str:
    """Why an account was closed."""
    return _CLOSURES.get(reason, "")


def review_reason(code: str) -> str:
    """Why the checks hold a sign-up: ``ip_rate`` → ``many sign-ups from its IP address``."""
    return _REASONS.get(code, code)
