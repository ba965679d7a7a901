"""How the workflows say to an operator how a dispute stands, what its payment had paid for, and what may be done."""

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.money import written
from workflows import names, wording

CLAIM = 'keeps it as a claim, which the customer still owes: `{"reason_code": "service_was_given"}`'
_CREDIT_NOTE = (
    "issues a credit note on the invoice for what was taken, because the contract has ended with it; with "
    '`"cause": "agreement"` because it was agreed: `{"reason_code": "customer_was_right"}`'
)
_CREDIT_AGREED = (
    "issues a credit note on the invoice for what was taken, because it was agreed; because the contract has ended "
    'only once it has: `{"cause": "agreement", "reason_code": "customer_agrees"}`'
)
_TERMINATE = (
    'ends {}, {}, which nobody can take back; decide about the money after it: `{{"reason_code": "chargeback"}}`'
)
_DECIDES = (
    "the consumer has withdrawn: what the dispute takes counts as given back, and `{}` gives back the rest and issues "
    "the credit note"
)
_DECIDES_OF_BANK = (
    "the consumer has withdrawn: what the bank took back counts as given back once you have set it aside, and `{}` "
    "gives back the rest and issues the credit note"
)
_REFUNDS = "the consumer has withdrawn: `{}` gives back what it owes and issues the credit note"
_TWICE = "{} of the payment was refunded already, so the same money has gone twice"
_CONTRACT, _ADDITION = "the contract", "what the order added to its contract, which goes on"
_SAYS_ENDED = "with this cause the note says that it has ended"
_AGREED = 'credit by agreement: `"cause": "agreement"`'
_IN_A_MOMENT = "send it again in a moment"


def gone_twice(dispute: pb.Dispute, paid: pb.PaymentRequest | None) -> common_pb2.Money | None:
    """What a dispute has taken of money that had been refunded by the same means before; None where nothing.

    Args:
        dispute: The dispute.
        paid: What its payment had paid; None where that is not known.
    """
    if paid is None or not dispute.refunded.minor or dispute.withdrawn.currency != paid.amount.currency:
        return None
    minor = dispute.refunded.minor + dispute.withdrawn.minor - paid.amount.minor
    return (
        common_pb2.Money(minor=min(minor, dispute.refunded.minor), currency=paid.amount.currency) if minor > 0 else None
    )


def standing(dispute: pb.Dispute, invoice: str, *, withdrawn: bool, twice: common_pb2.Money | None) -> tuple[str, str]:
    """Where a dispute stands, and what comes next; what the bank took back is lost from the beginning.

    Args:
        dispute: The dispute.
        invoice: The invoice's id.
        withdrawn: A withdrawal decides about that invoice.
        twice: What was refunded before and is taken again; None where nothing.
    """
    match dispute.state:
        case pb.DISPUTE_STATE_INQUIRY:
            return _inquiry(dispute, invoice)
        case pb.DISPUTE_STATE_NEEDS_RESPONSE | pb.DISPUTE_STATE_UNDER_REVIEW if dispute.counted_as_refund.minor:
            return _counted(dispute)
        case pb.DISPUTE_STATE_NEEDS_RESPONSE:
            over = "the day for it has passed: see there how it stands"
            refund = f". {_TWICE.format(written(twice))}: name that refund as evidence" if twice else ""
            return names.NEEDS_OPERATOR, (
                "give evidence in the provider's dashboard in time: without it the dispute is lost"
                f"{refund}{f'; {over}' if dispute.evidence_over else ''}"
            )
        case pb.DISPUTE_STATE_UNDER_REVIEW:
            told = f". {_TWICE.format(written(twice))} unless it is won" if twice else ""
            return "Disputed", f"the decision of the payer's bank, which may take months{told}"
        case pb.DISPUTE_STATE_LOST if dispute.withdrawn.minor > 0:
            return _lost(dispute, withdrawn=withdrawn, twice=twice)
        case _:
            return "Disputed", "the money's way at the provider, of which its next event tells"


def _lost(dispute: pb.Dispute, *, withdrawn: bool, twice: common_pb2.Money | None) -> tuple[str, str]:
    """The same of one that is lost: what it took is gone."""
    counted = dispute.counted_as_refund
    lost = "the bank took back what had paid" if _by_bank(dispute) else "the dispute is lost"
    if dispute.decision == pb.DISPUTE_DECISION_CLAIM:
        return "Claim", (
            "nothing by itself: the customer owes it. Once it is paid anew, that money comes to the queue: `credit` it "
            "to the account, then `credit` this from it"
        )
    if counted.minor:
        more = written(wording.beyond_refunds(dispute))
        return names.NEEDS_OPERATOR, (
            f"nothing by itself: {lost}. {written(counted)} of it is the refund of the withdrawal; "
            f"it took {more} more, which the customer still owes: decide about that"
        )
    if twice:
        return names.NEEDS_OPERATOR, (
            f"nothing by itself: {lost}. {_TWICE.format(written(twice))}, and the customer owes it: `claim` it"
        )
    if withdrawn and _by_bank(dispute):
        return names.NEEDS_OPERATOR, (
            f"nothing by itself: {lost}. `set_aside` lets it be the refund of the withdrawal, for the customer has the "
            "money"
        )
    if withdrawn:
        return names.NEEDS_OPERATOR, (
            "the withdrawal, which counts what the dispute took as given back: let it go first. Where it has refunded "
            "already, decide"
        )
    return names.NEEDS_OPERATOR, f"nothing by itself: {lost}, and the invoice stands: decide"


def _counted(dispute: pb.Dispute) -> tuple[str, str]:
    """The same of one that has taken what a withdrawal gives back: to contest it is to keep the consumer waiting."""
    counted = written(dispute.counted_as_refund)
    ends = f"lost, {counted} of it is the refund of the withdrawal, which waits for it; won, that refund leaves"
    if dispute.state == pb.DISPUTE_STATE_UNDER_REVIEW:
        return "Disputed", f"the decision of the payer's bank, which may take months: {ends}"
    over = ": the day for evidence has passed, see there how it stands" if dispute.evidence_over else ""
    return names.NEEDS_OPERATOR, (
        f"accept the dispute in the provider's dashboard, where nothing is to be contested{over}: {ends}"
    )


def _inquiry(dispute: pb.Dispute, invoice: str) -> tuple[str, str]:
    """The same of a question that the payer's bank asks before it disputes: it may be refunded."""
    if dispute.refunded.minor >= dispute.amount.minor:
        return "Disputed", (
            f"the end of the inquiry, of which the provider tells: {written(dispute.refunded)} of the payment "
            "is refunded here, and nothing is left to be done"
        )
    answer = "answer it in the provider's dashboard"
    if dispute.evidence_over:
        answer = "the day for an answer has passed: see in the provider's dashboard how it stands"
    refund = f"`casella invoice credit {invoice} --cause agreement --refund online --reason inquiry`"
    return names.NEEDS_OPERATOR, (
        f"the payer's bank asks before it disputes, and nothing is withdrawn yet: {answer}, or refund the payment "
        f"there or here, by {refund}"
    )


def crediting(service: ordering_pb2.ServiceEnd | None) -> str:
    """What the credit note may say as the service stands."""
    return _CREDIT_NOTE if service is not None and service.ended else _CREDIT_AGREED


def terminating(service: ordering_pb2.ServiceEnd | None) -> dict[str, str]:
    """The termination, where there is something for it to end."""
    if service is None or not service.HasField("would_end_at"):
        return {}
    return {"terminate": _TERMINATE.format(brought(service), _would_end(service))}


def brought(service: ordering_pb2.ServiceEnd) -> str:
    """What the disputed payment had brought, which a termination ends."""
    return _ADDITION if service.addition else _CONTRACT


def differs(dispute: pb.Dispute) -> str:
    """That more is gone than had come."""
    if _by_bank(dispute):
        return "THE BANK TOOK BACK MORE THAN HAD COME, or in another currency: look at the statement"
    return "MORE IS DISPUTED THAN THE PAYMENT HAD BROUGHT, or in another currency: look at the provider"


def _by_bank(dispute: pb.Dispute) -> bool:
    return dispute.source == pb.MONEY_SOURCE_BANK


def decides(order_id: str, dispute: pb.Dispute, twice: common_pb2.Money | None) -> str:
    """Of the withdrawal from the order with this id: that it decides what is given back and credited.

    Args:
        order_id: The order's id.
        dispute: The dispute.
        twice: What it had refunded before the dispute took it again; None where nothing.
    """
    decided = _DECIDES_OF_BANK if _by_bank(dispute) else _DECIDES
    return (_REFUNDS if twice else decided).format(names.withdrawal_id(order_id))


def served(service: ordering_pb2.ServiceEnd) -> str:
    """Until when it is served what the disputed payment had paid."""
    at = f" at {wording.day(service.ends_at)}" if service.HasField("ends_at") else ""
    if service.ended:
        return f"the service has ended{at}"
    if service.ending:
        return f"the service ends now,{at}"
    return f"the service ends{at}" if at else "the service goes on"


def cannot_be_ended(service: ordering_pb2.ServiceEnd) -> str:
    """Why a termination would change nothing."""
    if service.renewed:
        return (
            "the contract's renewal was asked for with what the order added, which ends with the contract alone: keep "
            f"the money as a claim, or {_AGREED}"
        )
    if service.ended or service.HasField("ends_at"):
        return f"{served(service)} already"
    return f"the order is not fulfilled yet: {_IN_A_MOMENT}"


def still_served(service: ordering_pb2.ServiceEnd) -> str:
    """Why no credit note may say that it has ended, and what leads there."""
    if service.ending:
        return f"{served(service)}, and is just being stopped: {_IN_A_MOMENT}"
    if service.HasField("would_end_at"):
        first = f"`terminate` first, which ends it {_would_end(service)}"
        return f"{served(service)}, and {_SAYS_ENDED}: {first}, or {_AGREED}"
    if service.HasField("ends_at"):
        return f"{served(service)}, and {_SAYS_ENDED}: send it again once it has, or {_AGREED}"
    if service.renewed:
        return f"what the order added is renewed with its contract and goes on, and {_SAYS_ENDED}: {_AGREED}"
    return f"the order is not fulfilled yet: {_IN_A_MOMENT}"


def _would_end(service: ordering_pb2.ServiceEnd) -> str:
    return "at once" if service.would_end_at_once else f"at {wording.day(service.would_end_at)}"
