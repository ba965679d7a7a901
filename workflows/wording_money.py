"""How the workflows say to an operator what payments knows: methods, mandates, money that waits, disputes, refunds."""

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from services.kit.money import written
from workflows import names, wording

_TAKEN_BACK = "taken_back"
"""Payments' code for a refund whose money the bank took back."""
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
_SOURCES = {
    payments_pb2.MONEY_SOURCE_BANK: "by bank transfer",
    payments_pb2.MONEY_SOURCE_STRIPE: "by card or PayPal",
    payments_pb2.MONEY_SOURCE_ANNOUNCED: "by bank transfer, told by hand",
}


def method(payment_method: common_pb2.PaymentMethod) -> str:
    """``by bank transfer``."""
    return _METHODS.get(payment_method, "")


def mandate(found: payments_pb2.Mandate) -> str:
    """``mandate 018f… since 2026-11-24 09:30 UTC, ended 2027-01-05 10:00 UTC by the customer``."""
    if not found.mandate_id:
        return "there never was a mandate"
    since = f"mandate {found.mandate_id} since {wording.day(found.set_up_at)}"
    return (
        since if not found.end else f"{since}, ended {wording.day(found.ended_at)} {_MANDATE_ENDS.get(found.end, '')}"
    )


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
    of = f" of {wording.date(entry.available_on)}" if entry.HasField("available_on") else ""
    fault = _MONEY_FAULTS.get(entry.reason, "an operator decides")
    if entry.HasField("recorded_amount"):
        recorded = written(entry.recorded_amount)
        fault = f"the statement has another amount for the transfer recorded by hand as {recorded}"
    return f"{written(entry.amount)}{of}, {fault} (entry {entry.money_entry_id})"


def money_that_came(entry: payments_pb2.MoneyEntry) -> str:
    """``EUR 10.00 of 2026-11-24 by bank transfer: less than was asked for``."""
    minor = abs(entry.amount.minor)
    shown = written(common_pb2.Money(minor=minor, currency=entry.amount.currency))
    of = f" of {wording.date(entry.available_on)}" if entry.HasField("available_on") else ""
    how = _SOURCES.get(entry.money_source, "from an unknown source")
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_DISPUTED:
        return dispute(entry.dispute)
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_REVERSED:
        return f"{shown}{of} was taken back {how}"
    fault = _MONEY_FAULTS.get(entry.reason, "an operator decides")
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_UNKNOWN:
        fault = "it names no payment request, or several"
    if entry.HasField("recorded_amount"):
        fault = f"another amount than was recorded by hand, {written(entry.recorded_amount)}"
    return f"{shown}{of} {how}: {fault}"


def gone(entry: payments_pb2.MoneyEntry) -> str:
    """``the bank took EUR 10.00 of 2026-11-24 back (entry 018f…), which had waited as entry 018f…``."""
    of = f" of {wording.date(entry.available_on)}" if entry.HasField("available_on") else ""
    by, came = entry.taken_back_by, entry.money_entry_id
    return f"the bank took {written(entry.amount)}{of} back (entry {by}), which had waited as entry {came}"


def undecided(reversal: payments_pb2.MoneyEntry) -> str:
    """``EUR 10.00 of 2026-11-24 was taken back by bank transfer, and nobody has decided about that (…)``."""
    at = names.money_id(reversal.money_entry_id)
    return f"{money_that_came(reversal)}, and nobody has decided about that (`{at}`)"


def taken_back(entry: payments_pb2.MoneyEntry, *, refunding: bool) -> str:
    """How money ended that was taken back while it waited; ``refunding`` where it was to go back then."""
    if entry.takes_back:
        return f"it took back money that waited (entry {entry.takes_back}): both are settled"
    refund = ", and the refund, which had not left, was given up" if refunding else ""
    return f"the bank took this money back (entry {entry.taken_back_by}) while it waited: it paid nothing{refund}"


def doubt(entry: payments_pb2.MoneyEntry) -> str:
    """Why money is perhaps none, or none any more; empty where nothing says so."""
    if entry.taken_back_by:
        return (
            f"the bank took this money back (entry {entry.taken_back_by}): it pays nothing, and is neither refunded "
            "nor credited; set both aside, and what was invoiced of it is credited"
        )
    if entry.takes_back:
        return f"it is the money of entry {entry.takes_back}: `casella show money` with that says what became of it"
    if entry.perhaps_told_twice:
        return (
            "PERHAPS IT CAME ONCE: another bank entry of these days has the same amount and nothing that tells them "
            "apart, such as a reference of the bank's own, as where two files tell one transfer. So the two do not pay "
            "together by themselves: compare with the bank, and set aside what did not come before you assign, refund "
            "or credit the other"
        )
    return ""


def refund_doubt(entry: payments_pb2.MoneyEntry) -> str:
    """Why money on its way back perhaps never came; empty where nothing says so, and where it was taken back since."""
    if entry.taken_back_by or not entry.perhaps_told_twice:
        return ""
    return (
        "BUT PERHAPS IT CAME ONCE: another bank entry of these days has the same amount and nothing that tells them "
        f"apart. Compare with the bank: where it came once, `casella refund cancel {entry.settled_to}` gives up what "
        "has not left (first `casella refund fail`, where your bank does not carry out its file), and then `set_aside` "
        "takes it out. "
    )


def stop_refund(made: payments_pb2.Refund) -> str:
    """How a refund that has left for bank or provider is stopped, where its money was taken back meanwhile."""
    if made.means != payments_pb2.REFUND_MEANS_BANK_TRANSFER:
        return "See in the provider's dashboard whether it can be stopped: what is gone is between you and the payer"
    cancel = f"`casella refund cancel {made.refund_id}`, which settles the two entries together"
    return f"Keep {_from_executing(made)}, and then {cancel}"


def dispute(found: payments_pb2.Dispute) -> str:
    """``dispute dp_1Pg… over EUR 85.40 (fraudulent), lost: EUR 85.40 withdrawn, fee EUR 20.00``."""
    state = payments_pb2.DisputeState.Name(found.state).removeprefix("DISPUTE_STATE_").lower().replace("_", " ")
    evidence = (
        f", evidence at the provider by {wording.day(found.evidence_by)}" if found.HasField("evidence_by") else ""
    )
    counted = (
        f", of which {written(found.counted_as_refund)} counts as a withdrawal's refund"
        if found.counted_as_refund.minor
        else ""
    )
    return (
        f"dispute {found.provider_reference} over {written(found.amount)} ({found.reason}), {state}{evidence}: "
        f"{written(found.withdrawn)} withdrawn{counted}, fee {written(found.fee)}"
    )


def candidate(request: payments_pb2.PaymentRequest) -> str:
    """What money may be for: ``proforma P2026/17 (EUR 100.00, open, order 018f…, request 018f…)``."""
    state = payments_pb2.PaymentRequestState.Name(request.state).removeprefix("PAYMENT_REQUEST_STATE_").lower()
    return (
        f"{asked_by(request)} ({written(request.amount)}, {state}, account {request.account_id}, "
        f"request {request.payment_request_id})"
    )


def asked_by(request: payments_pb2.PaymentRequest) -> str:
    """What a payment request stands for: ``proforma P2026/17 of order 018f…``."""
    if request.HasField("period"):
        what = f"period {request.period.number} of subscription {request.period.subscription_id}"
    else:
        what = f"order {request.order_id}"
    return f"proforma {request.proforma_number} of {what}" if request.proforma_number else what


def settled(entry: payments_pb2.MoneyEntry) -> str:
    """What became of money, as its row keeps it: ``settled at 2027-02-02 09:30 UTC, credit note 018f…``."""
    name = payments_pb2.MoneySettlement.Name(entry.settlement).removeprefix("MONEY_SETTLEMENT_")
    to = f" {entry.settled_to}" if entry.settled_to else ""
    return f"settled at {wording.day(entry.settled_at)}, {name.lower().replace('_', ' ')}{to}"


def refund_asked(made: payments_pb2.Refund) -> str:
    """Of a refund when and why it was asked for: ``refund of EUR 42.42 asked for at 2027-01-13 … (not_for_us)``."""
    return f"refund of {written(made.amount)} asked for at {wording.day(made.requested_at)} ({made.reason_code})"


def refund(made: payments_pb2.Refund) -> str:
    """How far a refund is, and whose turn it is: ``EUR 12.30, a transfer that waits for your approval (refund …)``."""
    transfer = made.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    match made.state:
        case payments_pb2.REFUND_STATE_REQUESTED if transfer:
            how = "a transfer that waits for your approval"
        case payments_pb2.REFUND_STATE_REQUESTED if made.means == payments_pb2.REFUND_MEANS_CHARGEBACK:
            how = _taken(made)
        case payments_pb2.REFUND_STATE_APPROVED:
            how = "a transfer that waits for the next file for the bank"
        case payments_pb2.REFUND_STATE_FAILED:
            how = (
                f"FAILED ({made.failure}): {_why_failed(made)}`casella refund retry {made.refund_id}` tries it again, "
                "where needed to another IBAN; `casella refund cancel` with the id gives it up"
            )
        case payments_pb2.REFUND_STATE_DONE if made.means == payments_pb2.REFUND_MEANS_TAKEN_BACK:
            how = "taken back by its payer's bank or in the provider's dashboard, which counts as refunded"
        case payments_pb2.REFUND_STATE_SENT if made.taken_back_by and not made.money_entry_id:
            how = _sent_in_vain(made)
        case payments_pb2.REFUND_STATE_CANCELLED:
            how = "CANCELLED at payments, but still owed"
        case payments_pb2.REFUND_STATE_DONE:
            how = "done"
        case _:
            how = "on its way to the bank" if transfer else "on its way to card or PayPal"
    return f"{written(made.amount)}, {how}{_several(made)} (refund {made.refund_id})"


def _several(made: payments_pb2.Refund) -> str:
    """Of a transfer that gives one payer what several had paid: that it does; empty of every other."""
    over = made.state in {payments_pb2.REFUND_STATE_DONE, payments_pb2.REFUND_STATE_CANCELLED}
    if not made.payers or over:
        return ""
    return (
        f"; it goes to one account, and its money came from {len(made.payers)}: `casella refund list` names them, and "
        "what you may do"
    )


def _taken(made: payments_pb2.Refund) -> str:
    """Of a refund whose money a dispute has taken: for whom it waits, and how it is with the customer at once."""
    by = (
        f", by {wording.day(made.dispute_evidence_by)} at the latest where no evidence is given"
        if made.HasField("dispute_evidence_by")
        else ", which may take months"
    )
    follows = names.money_id(made.dispute_entry_id)
    return (
        f"taken by the dispute that `{follows}` follows: it waits for the payer's bank{by}. Lost, it is refunded by "
        "that; won, it leaves for card or PayPal. Accepted in the provider's dashboard it is lost at once; `casella "
        "refund cancel` with the id gives it up"
    )


def _sent_in_vain(made: payments_pb2.Refund) -> str:
    """Of a refund that has left for bank or provider although its money was taken back: how it is stopped."""
    stop = (
        f"keep {_from_executing(made)}"
        if made.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
        else "see in the provider's dashboard whether it can be stopped"
    )
    return (
        f"ON ITS WAY ALTHOUGH the bank took that money back (`{names.money_id(made.taken_back_by)}`): {stop}. Then "
        "decide about what was taken back: set aside, it counts as the refund"
    )


def _from_executing(made: payments_pb2.Refund) -> str:
    """How a transfer in a file is kept from leaving."""
    file = f"the bank from executing file {made.message_id}, transfer {made.reference}"
    return f"{file}; then `casella refund fail {made.refund_id}`"


def _why_failed(made: payments_pb2.Refund) -> str:
    """What an operator should know before they try a refund again; empty where the code says it."""
    if made.failure != _TAKEN_BACK:
        return ""
    return (
        "the bank took back money of this account (`casella show money`), which it would give again: decide about that "
        "first. Set aside, it counts as a withdrawal's refund; lowered from credit, the refund can be tried again. "
    )


def refund_news(made: payments_pb2.Refund) -> str:
    """What has become of a refund that was asked for; empty where nothing has, or it is done."""
    transfer = made.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    match made.state:
        case payments_pb2.REFUND_STATE_REQUESTED if made.means == payments_pb2.REFUND_MEANS_CHARGEBACK:
            return "taken by a dispute: it waits for its end"
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
