"""How the workflows say to an operator what waiting money may be for, what it holds, and what may be done with it."""

from collections.abc import Sequence

from casella.payments.v1 import payments_pb2 as pb
from workflows import wording, wording_money
from workflows.waiting_money import TAKES_BACK, has_arrived, may_be_payout

ENDS = {
    pb.MONEY_SETTLEMENT_ASSIGNED: "assigned",
    pb.MONEY_SETTLEMENT_CREDITED: "credited",
    pb.MONEY_SETTLEMENT_REFUNDED: "refunded",
    pb.MONEY_SETTLEMENT_SET_ASIDE: "set aside",
    pb.MONEY_SETTLEMENT_WITHDRAWN: "withdrawn",
    pb.MONEY_SETTLEMENT_KEPT: "kept",
    pb.MONEY_SETTLEMENT_CREDIT_NOTE: "credit note",
    pb.MONEY_SETTLEMENT_TAKEN_BACK: "taken back",
    pb.MONEY_SETTLEMENT_PAYOUT: "payout",
}
"""The end of an entry in a word or two, by its settlement."""
_CREDIT = 'makes it credit of an account: `{{"account_id": "{}", "reason_code": "customer_agrees"}}`'
_LOWER = 'lowers the credit that an account has of it: `{{"account_id": "{}", "reason_code": "taken_back"}}`'
_REFUND = (
    'sends it back to its payer, with `"accept_taken_back": true` though other money of what it names was taken back: '
    '`{"reason_code": "not_for_us"}`'
)
_SET_ASIDE = (
    "takes it out of the queue, where it is none of the customers' or is settled outside: "
    '`{"reason_code": "not_from_a_customer"}`'
)
_PAYOUT = (
    "books it as a payout of the payment provider to the bank, with the fees that it kept of it, or without `fees`; "
    '`"accept_more": true` books more than lies at the provider by the ledger: '
    '`{"fees": "12.34", "reason_code": "stripe_payout"}`'
)
_ANY_NUMBER, _ANY_ACCOUNT = "NUMBER", "ACCOUNT"
"""What stands in an example where nothing tells which is right: no proforma and no account has such a name."""
_ASSIGN = (
    "pays that payment request with it, and with short money that waits for it; the rest becomes credit. "
    '`"accept_shortfall": true` lets a little less pay, `"booked_on": "2026-11-24"` gives a day to money without one, '
    '`"accept_late": true` lets it pay after the last day for its invoice: '
    '`{{"proforma_number": "{}", "reason_code": "payer_confirmed"}}`'
)


def waits(entry: pb.MoneyEntry, candidates: Sequence[pb.PaymentRequest], withdrawn: str) -> list[str]:
    """Since when it waits and for whom, what it may be for, and what it holds.

    Args:
        entry: The entry, no dispute.
        candidates: What it may be for.
        withdrawn: The words for the withdrawal that owes it; empty where none does.
    """
    since = wording.day(entry.created_at)
    told = [
        f"{withdrawn}; it waits since {since}"
        if withdrawn
        else f"nothing by itself: it waits for your decision since {since}"
    ]
    open_ones = _open(candidates)
    named = [each for each in candidates if each.payment_request_id in entry.named]
    names_open = any(each in open_ones for each in named or candidates)
    if doubt := wording_money.doubt(entry):
        told.append(doubt)
    if not withdrawn and entry.HasField("invoice_by") and names_open:
        told.append(f"should it pay what it names, the invoice is due by {wording.date(entry.invoice_by)}")
    others = [each for each in candidates if each not in open_ones]
    told += [f"it may be for {wording_money.candidate(each)}" for each in [*open_ones, *others]]
    is_here = entry.reason not in TAKES_BACK and not entry.taken_back_by
    if not has_arrived(entry):
        told.append("it was recorded by hand; recorded by mistake, `casella bank withdraw` takes it back")
    elif names_open and is_here:
        told.append("an open order or period that it names by reference or number does not expire meanwhile")
    if is_here:
        told += map(_held, sorted({each.account_id for each in named}))
    return told


def offered(entry: pb.MoneyEntry, candidates: Sequence[pb.PaymentRequest]) -> dict[str, str]:
    """The updates that make sense for money that waits, with data that fit it."""
    named = [each for each in candidates if each.payment_request_id in entry.named]
    accounts = {each.account_id for each in named or candidates}
    account = accounts.pop() if len(accounts) == 1 else _ANY_ACCOUNT
    if entry.lowers_no_credit:
        return {"set_aside": _SET_ASIDE}
    if entry.reason in TAKES_BACK:
        return {"credit": _LOWER.format(account), "set_aside": _SET_ASIDE}
    if entry.taken_back_by:
        return {"set_aside": _SET_ASIDE}
    open_ones = _open(candidates)
    theirs = [each.proforma_number for each in open_ones if each.account_id == account and each.proforma_number]
    number = theirs[0] if theirs else _ANY_NUMBER
    updates = {"assign": _ASSIGN.format(number), "credit": _CREDIT.format(account)}
    if has_arrived(entry):
        updates["refund"] = _REFUND
    if may_be_payout(entry):
        updates["payout"] = _PAYOUT
    return {**updates, "set_aside": _SET_ASIDE}


def _open(candidates: Sequence[pb.PaymentRequest]) -> list[pb.PaymentRequest]:
    return [each for each in candidates if each.state == pb.PAYMENT_REQUEST_STATE_OPEN]


def _held(account_id: str) -> str:
    """What money that names something of an account holds of it, until it is settled."""
    return (
        f"until it is settled it holds the purge of account {account_id}, where that has not begun, by at most "
        "`ordering.hold_days` days, and its erasure"
    )
