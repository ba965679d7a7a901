"""Refunds that a withdrawal waits for: whose turn it is, and what moves them on."""

from collections.abc import Sequence

from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows import names, wording_money
from workflows.waiting_money import has_arrived

Pending = tuple[pb.WithdrawalRefund, payments_pb2.Refund]
"""A refund that is owed, and how it stands at payments."""
_APPROVE = "puts the transfer on the list for the bank"
_RETRY = "tries it again; `--to-account` beside the rest sends it to another account"
_PAY_OUT = (
    "pays out the credit, which is the account's again; `--to-account` asks where to. Then note it with "
    "`refund_made_outside`"
)
_EXPORT = "then writes the file for the bank with what is approved"


def to_be_decided(entry: payments_pb2.MoneyEntry) -> str:
    """Money that an operator alone sends back, and how."""
    if doubt := wording_money.doubt(entry):
        how = f"decide at `{names.money_id(entry.money_entry_id)}`: {doubt}"
    elif not has_arrived(entry):
        how = "no statement has it yet: import it, or take the record back with `casella bank withdraw`"
    else:
        how = f"look at it, and send it back by `refund` at `{names.money_id(entry.money_entry_id)}`"
    return f"{wording_money.waiting(entry)}: {how}"


def waits_for_operator(refund: payments_pb2.Refund, *, near: bool) -> bool:
    """Whether nothing moves a refund on but a person here; files are made now and then, until the law's day is near.

    By then a dispute that has taken the money is to be accepted: nothing else gives it back in time.
    """
    unexported = refund.state == payments_pb2.REFUND_STATE_APPROVED
    return (
        (near and (unexported or _is_taken(refund)))
        or (refund.state == payments_pb2.REFUND_STATE_SENT and bool(refund.taken_back_by))
        or _to_be_approved(refund)
        or refund.state
        in {
            payments_pb2.REFUND_STATE_FAILED,
            payments_pb2.REFUND_STATE_CANCELLED,
        }
    )


def is_half(each: pb.WithdrawalRefund, refund: payments_pb2.Refund) -> bool:
    """Whether another refund gives back the rest of the same payment: then the whole is not asked for anew."""
    return bool(refund.paid_out_by) or _pays_credit_out(each, refund)


def _pays_credit_out(each: pb.WithdrawalRefund, refund: payments_pb2.Refund) -> bool:
    return not each.money_entry_id and refund.refund_id != each.refund_id


def pay_out(given_up: Sequence[Pending]) -> dict[str, str]:
    """What pays credit out whose own refund was given up: it is the account's again."""
    accounts = {refund.account_id for each, refund in given_up if _pays_credit_out(each, refund)}
    return {f"casella refund credit {account} --reason withdrawal": _PAY_OUT for account in sorted(accounts)}


def _is_taken(refund: payments_pb2.Refund) -> bool:
    """Whether a dispute has taken the money, about which the payer's bank has not decided."""
    chargeback = refund.means == payments_pb2.REFUND_MEANS_CHARGEBACK
    return chargeback and refund.state == payments_pb2.REFUND_STATE_REQUESTED


def _to_be_approved(refund: payments_pb2.Refund) -> bool:
    transfer = refund.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    return transfer and refund.state == payments_pb2.REFUND_STATE_REQUESTED


def commands(pending: Sequence[Pending]) -> dict[str, str]:
    """What moves transfers on that wait here; payments wakes the process once it is done."""
    to_approve = " ".join(refund.refund_id for _, refund in pending if _to_be_approved(refund))
    approved = any(refund.state == payments_pb2.REFUND_STATE_APPROVED for _, refund in pending)
    failed = [refund.refund_id for _, refund in pending if refund.state == payments_pb2.REFUND_STATE_FAILED]
    return {
        **{f"casella refund retry {each} --reason withdrawal": _RETRY for each in failed},
        **({f"casella refund approve {to_approve} --reason withdrawal": _APPROVE} if to_approve else {}),
        **({"casella refund export FILE": _EXPORT} if to_approve or approved else {}),
    }
