"""How the workflows say to an operator what the services name by codes: amounts, methods, what is due, why a review."""

import re

from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2, erasure_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2

_REMINDER = re.compile(r"reminder_(\d+)_days?")
_PURGE_REMINDER = re.compile(r"purge_reminder_(\d+)_days?")

_ORDER_DUE = {"expiry": "the order expires", "proforma": "the proforma is made"}
_TRIAL_DUE = {
    "end": "the trial ends, with an email",
    "purge": "the account is closed and its purge begins",
    "order_end": "look again whether the open order still holds the purge",
}
_PERIOD_DUE = {
    "measuring": "the period is measured, and its money is asked for",
    "proforma": "the proforma is made",
    "invoice": "it is invoiced though unpaid, because its price has accrued; or VIES is asked again before that",
    "suspension": "sending is suspended",
    "closing": "the period is closed unpaid, and the subscription ends",
    "addition": "look again whether the addition to the contract that is being paid was decided: it is renewed with it",
    "older_period": "look again whether the older unpaid period was paid",
    "payment": "look again whether a payment that is still open elsewhere was decided",
    "end": "the service ends with what is paid; then it can be read for some days more",
    "purge": "the account is closed and its purge begins",
}
_WITHDRAWAL_DUE = {
    "order_end": "the order's end: payments decides between its cancellation and a payment",
    "invoice": "the invoice of what was paid, which is then credited",
    "period_end": "the end of a later period that waits for its money",
    "purge": "the account is closed and its purge begins",
}
_METHODS = {
    common_pb2.PAYMENT_METHOD_BANK_TRANSFER: "by bank transfer",
    common_pb2.PAYMENT_METHOD_ONLINE: "by card or PayPal",
    common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT: "by automatic debit",
}
_REFUSALS = {
    payments_pb2.CHARGE_REFUSAL_AUTHENTICATION: "PayPal wants the customer to confirm it; the link was emailed",
    payments_pb2.CHARGE_REFUSAL_MANDATE_GONE: "the mandate is gone: it is switched off, the link is emailed",
    payments_pb2.CHARGE_REFUSAL_DECLINED: "PayPal declined it, mostly for want of money",
    payments_pb2.CHARGE_REFUSAL_NO_ANSWER: "the provider gave no answer, so perhaps it was done",
}
_MANDATE_ENDS = {
    payments_pb2.MANDATE_END_CUSTOMER: "by the customer",
    payments_pb2.MANDATE_END_OPERATOR: "by an operator",
    payments_pb2.MANDATE_END_PROVIDER: "at the provider",
    payments_pb2.MANDATE_END_REPLACED: "by a newer one",
    payments_pb2.MANDATE_END_DISPUTED: "because a payment is disputed",
}
_CLOSURES = {
    ordering_pb2.CLOSURE_REASON_TRIAL_ENDED: "the trial ended unpaid",
    ordering_pb2.CLOSURE_REASON_SUBSCRIPTION_ENDED: "the subscription ended",
    ordering_pb2.CLOSURE_REASON_ERASURE: "the customer asked for the deletion of the profile",
}
_MONEY_FAULTS = {
    payments_pb2.MONEY_ENTRY_REASON_SHORT: "less than was asked for",
    payments_pb2.MONEY_ENTRY_REASON_OVER: "more than was asked for",
    payments_pb2.MONEY_ENTRY_REASON_LATE: "it came after the payment request was closed",
    payments_pb2.MONEY_ENTRY_REASON_TWICE: "it came after the payment request was paid",
    payments_pb2.MONEY_ENTRY_REASON_UNKNOWN: "it names more than this order, or its bank does not split it",
    payments_pb2.MONEY_ENTRY_REASON_CURRENCY: "in another currency than was asked for",
    payments_pb2.MONEY_ENTRY_REASON_UNDATED: "the bank tells no day for it",
    payments_pb2.MONEY_ENTRY_REASON_DATE: "booked before it was asked for, or in the future",
}
_ERASURE_FACTS = {
    "domains": "{count} domains, removed by the purge",
    "mailboxes": "{count} mailboxes, removed by the purge",
    "order_open": "order {id} waits for its payment{amount}: it is cancelled, unless a payment wins",
    "order_ending": "order {id} has ended, and the customer is still to be told",
    "order_paid": "order {id} is paid{amount} and not fulfilled yet",
    "subscription_runs": "subscription {id} runs: it ends at once, and what is paid is not paid back",
    "period_unpaid": "period {id} waits for its payment: it is closed, unless a payment wins",
    "period_ending": "period {id} is paid and not invoiced yet",
    "withdrawal_unsettled": "the withdrawal from order {id} is not refunded and credited yet",
    "legal_hold": "a legal hold stands",
    "money_waiting": "money waits{amount} (entry {id}, `casella show money`): settle it",
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
_WHY_VOID = {
    ordering_pb2.SUBSCRIPTION_END_CANCELLED: "the subscription was cancelled",
    ordering_pb2.SUBSCRIPTION_END_UNPAID: "the subscription ended because a period before was not paid",
    ordering_pb2.SUBSCRIPTION_END_WITHDRAWN: "the consumer withdrew from the contract",
    ordering_pb2.SUBSCRIPTION_END_ERASURE: "the customer has the profile deleted",
}
_SOURCES = {
    payments_pb2.MONEY_SOURCE_BANK: "by bank transfer",
    payments_pb2.MONEY_SOURCE_STRIPE: "by card or PayPal",
    payments_pb2.MONEY_SOURCE_ANNOUNCED: "by bank transfer, told by hand",
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


def amount(money: common_pb2.Money) -> str:
    """``EUR 85.40``."""
    return f"{money.currency} {money.minor // 100}.{money.minor % 100:02d}"


def price(order: ordering_pb2.Order) -> str:
    """What is to be paid for an order; while its tax is open both amounts: ``EUR 7.50, or EUR 9.15 with VAT``."""
    if order.HasField("totals"):
        return amount(order.totals.gross)
    known = amount(order.quote.totals.gross)
    if not order.quote.tax_open:
        return known
    return f"{known}, or {amount(order.quote.totals_with_vat.gross)} with VAT"


def vies(answer: ordering_pb2.SettleTaxResponse) -> str:
    """What VIES said about a VAT number; empty where it was not asked."""
    match answer.finding:
        case ordering_pb2.VAT_FINDING_VALID:
            return "VIES confirms the VAT number"
        case ordering_pb2.VAT_FINDING_NOT_VALID:
            return "VIES says that the VAT number is not valid"
        case ordering_pb2.VAT_FINDING_NO_ANSWER:
            stands = "; the earlier proof stands" if answer.next == ordering_pb2.TAX_NEXT_SETTLED else ""
            return f"VIES gives no answer ({answer.vies_error}){stands}"
        case _:
            return ""


def method(payment_method: common_pb2.PaymentMethod) -> str:
    """``by bank transfer``."""
    return _METHODS.get(payment_method, "")


def mandate(found: payments_pb2.Mandate) -> str:
    """``mandate 018f… since 2026-11-24 09:30 UTC, ended 2027-01-05 10:00 UTC by the customer``."""
    if not found.mandate_id:
        return "there never was a mandate"
    since = f"mandate {found.mandate_id} since {day(found.set_up_at)}"
    return since if not found.end else f"{since}, ended {day(found.ended_at)} {_MANDATE_ENDS.get(found.end, '')}"


def refusal(reason: payments_pb2.ChargeRefusal) -> str:
    """Why a charge was not done: ``PayPal declined it, mostly for want of money``."""
    return _REFUSALS.get(reason, "")


def debit(found: payments_pb2.Debit) -> str:
    """What comes next by automatic debit; empty where nothing does."""
    if not found.HasField("charge_at"):
        return ""
    if found.refusal == payments_pb2.CHARGE_REFUSAL_NO_ANSWER:
        return "the provider is asked again what became of the charge"
    again = " again" if found.declined else ""
    return f"it is charged{again} by automatic debit"


def waiting(entry: payments_pb2.MoneyEntry) -> str:
    """Money that waits: ``EUR 10.00 of 2026-11-24, less than was asked for (entry 018f…)``."""
    of = f" of {date(entry.available_on)}" if entry.HasField("available_on") else ""
    fault = _MONEY_FAULTS.get(entry.reason, "an operator decides")
    if entry.HasField("recorded_amount"):
        fault = f"the statement has another amount for the transfer recorded by hand as {amount(entry.recorded_amount)}"
    return f"{amount(entry.amount)}{of}, {fault} (entry {entry.money_entry_id})"


def money_that_came(entry: payments_pb2.MoneyEntry) -> str:
    """``EUR 10.00 of 2026-11-24 by bank transfer: less than was asked for``."""
    minor = abs(entry.amount.minor)
    shown = amount(common_pb2.Money(minor=minor, currency=entry.amount.currency))
    of = f" of {date(entry.available_on)}" if entry.HasField("available_on") else ""
    how = _SOURCES.get(entry.money_source, "from an unknown source")
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_DISPUTED:
        return dispute(entry.dispute)
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_REVERSED:
        return f"{shown}{of} was taken back {how}"
    fault = _MONEY_FAULTS.get(entry.reason, "an operator decides")
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_UNKNOWN:
        fault = "it names no payment request, or several"
    if entry.HasField("recorded_amount"):
        fault = f"another amount than was recorded by hand, {amount(entry.recorded_amount)}"
    return f"{shown}{of} {how}: {fault}"


def dispute(found: payments_pb2.Dispute) -> str:
    """``dispute dp_1Pg… over EUR 85.40 (fraudulent), lost: EUR 85.40 withdrawn, fee EUR 20.00``."""
    state = payments_pb2.DisputeState.Name(found.state).removeprefix("DISPUTE_STATE_").lower().replace("_", " ")
    evidence = f", evidence at the provider by {day(found.evidence_by)}" if found.HasField("evidence_by") else ""
    return (
        f"dispute {found.provider_reference} over {amount(found.amount)} ({found.reason}), {state}{evidence}: "
        f"{amount(found.withdrawn)} withdrawn, fee {amount(found.fee)}"
    )


def candidate(request: payments_pb2.PaymentRequest) -> str:
    """What money may be for: ``proforma P2026/17 (EUR 100.00, open, order 018f…, request 018f…)``."""
    state = payments_pb2.PaymentRequestState.Name(request.state).removeprefix("PAYMENT_REQUEST_STATE_").lower()
    return (
        f"{asked_by(request)} ({amount(request.amount)}, {state}, account {request.account_id}, "
        f"request {request.payment_request_id})"
    )


def asked_by(request: payments_pb2.PaymentRequest) -> str:
    """What a payment request stands for: ``proforma P2026/17 of order 018f…``."""
    if request.HasField("period"):
        what = f"period {request.period.number} of subscription {request.period.subscription_id}"
    else:
        what = f"order {request.order_id}"
    return f"proforma {request.proforma_number} of {what}" if request.proforma_number else what


def date(day: common_pb2.Date) -> str:
    """``2026-11-24``."""
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def ground(rests_on: ordering_pb2.WithdrawalGround) -> str:
    """On what a withdrawal rests."""
    without_notice = rests_on == ordering_pb2.WITHDRAWAL_GROUND_RENEWAL_WITHOUT_NOTICE
    return "because a renewal was not announced in time" if without_notice else "by the right of withdrawal"


def due_on_order(due: str) -> str:
    """What ordering says is due next: ``reminder_3_days``, ``expiry``."""
    reminder = _REMINDER.fullmatch(due)
    if reminder:
        return f"reminder {days(int(reminder[1]))} after the proforma"
    return _ORDER_DUE.get(due, due)


def due_on_period(due: str) -> str:
    """What ordering says is due next on a period: ``reminder_3_days``, ``suspension``."""
    reminder = _REMINDER.fullmatch(due)
    if reminder:
        return f"reminder {days(int(reminder[1]))} after the due date"
    return _PERIOD_DUE.get(due, due)


def refund(made: payments_pb2.Refund) -> str:
    """How far a refund is, and whose turn it is: ``EUR 12.30, a transfer that waits for your approval (refund …)``."""
    transfer = made.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    match made.state:
        case payments_pb2.REFUND_STATE_REQUESTED if transfer:
            how = "a transfer that waits for your approval"
        case payments_pb2.REFUND_STATE_APPROVED:
            how = "a transfer that waits for the next file for the bank"
        case payments_pb2.REFUND_STATE_FAILED:
            how = (
                f"FAILED ({made.failure}): `casella refund retry {made.refund_id}` tries it again, where needed to "
                "another IBAN; `casella refund cancel` with the id gives it up"
            )
        case payments_pb2.REFUND_STATE_CANCELLED:
            how = "CANCELLED at payments, but still owed"
        case payments_pb2.REFUND_STATE_DONE:
            how = "done"
        case _:
            how = "on its way to the bank" if transfer else "on its way to card or PayPal"
    return f"{amount(made.amount)}, {how} (refund {made.refund_id})"


def refund_news(made: payments_pb2.Refund) -> str:
    """What has become of a refund that was asked for; empty where nothing has, or it is done."""
    transfer = made.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    match made.state:
        case payments_pb2.REFUND_STATE_APPROVED:
            return "approved"
        case payments_pb2.REFUND_STATE_SENT:
            return f"in file {made.message_id} for the bank" if transfer else "sent to card or PayPal"
        case payments_pb2.REFUND_STATE_FAILED:
            return f"failed ({made.failure})"
        case payments_pb2.REFUND_STATE_CANCELLED:
            return "cancelled at payments"
        case _:
            return ""


def due_on_withdrawal(due: str) -> str:
    """What ordering says is waited for on a withdrawal: ``order_end``, ``purge``."""
    return _WITHDRAWAL_DUE.get(due, due)


def period_state(state: ordering_pb2.PeriodState) -> str:
    """``PERIOD_STATE_UNPAID`` → ``Unpaid``."""
    return ordering_pb2.PeriodState.Name(state).removeprefix("PERIOD_STATE_").capitalize()


def why_void(end: ordering_pb2.SubscriptionEnd) -> str:
    """Why a period asks for no money, by the end of its subscription."""
    return _WHY_VOID.get(end, "its days are asked for anew, by another period")


def reseller_state(state: ordering_pb2.ResellerState) -> str:
    """``RESELLER_STATE_REFUSED`` → ``Refused``."""
    return ordering_pb2.ResellerState.Name(state).removeprefix("RESELLER_STATE_").capitalize()


def requirement(each: ordering_pb2.ResellerRequirement) -> str:
    """How a requirement of the reseller status stands: ``mailboxes: 12 of at least 10``."""
    match each.kind:
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_MAILBOXES:
            return f"mailboxes: {each.found} of at least {each.wanted}"
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_OTHER_DOMAINS:
            return f"domains other than the own: {each.found} of at least {each.wanted}"
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_RESALE:
            return f"resale to third parties: {'declared' if each.met else 'not declared'}"
        case ordering_pb2.RESELLER_REQUIREMENT_KIND_TRAINING:
            return f"training: {'done' if each.met else 'not recorded'}"
        case _:
            return ""


def due_on_trial(due: str) -> str:
    """What the trial service says is due next: ``reminder_3_days``, ``end``, ``purge_reminder_1_day``, ``purge``."""
    reminder, purge_reminder = _REMINDER.fullmatch(due), _PURGE_REMINDER.fullmatch(due)
    if reminder:
        return f"reminder {days(int(reminder[1]))} before the end"
    if purge_reminder:
        return f"reminder {days(int(purge_reminder[1]))} before the purge"
    return _TRIAL_DUE.get(due, due)


def document(kind: invoicing_pb2.DocumentKind) -> str:
    """What a transmission is of: an invoice, unless it says otherwise."""
    return _DOCUMENTS.get(kind, "invoice")


def erasure_fact(fact: erasure_pb2.ErasureFact) -> str:
    """What a service has of an account: ``order 018f… waits for its payment, EUR 85.40: it is cancelled, …``."""
    money = f", {amount(fact.amount)}" if fact.HasField("amount") else ""
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


def is_reminder(due: str) -> bool:
    """Whether what a service says is due next is a reminder, of an order, a period, a trial's end or a purge."""
    return bool(_REMINDER.fullmatch(due) or _PURGE_REMINDER.fullmatch(due))


def closure(reason: ordering_pb2.ClosureReason) -> str:
    """Why an account was closed."""
    return _CLOSURES.get(reason, "")


def review_reason(code: str) -> str:
    """Why the checks hold a sign-up: ``ip_rate`` → ``many sign-ups from its IP address``."""
    return _REASONS.get(code, code)


def days(number: int) -> str:
    """``1 day``, ``7 days``."""
    return counted(number, "day", "days")


def counted(number: int, one: str, many: str) -> str:
    """``1 mailbox``, ``0 mailboxes``."""
    return f"{number} {one if number == 1 else many}"


def day(instant: Timestamp) -> str:
    """``2026-11-24 09:30 UTC``."""
    return f"{instant.ToDatetime():%Y-%m-%d %H:%M} UTC"
