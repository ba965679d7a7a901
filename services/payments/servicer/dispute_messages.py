"""How a dispute looks on the wire."""

from datetime import datetime

from casella.payments.v1 import payments_pb2
from services.kit.calendar import rome_date
from services.kit.enums import EnumTable
from services.kit.wire import to_date, to_money, to_timestamp
from services.payments.domain.disputes import Dispute, DisputeDecision, DisputeState

_STATES = {
    DisputeState.INQUIRY: payments_pb2.DISPUTE_STATE_INQUIRY,
    DisputeState.ENDED: payments_pb2.DISPUTE_STATE_ENDED,
    DisputeState.NEEDS_RESPONSE: payments_pb2.DISPUTE_STATE_NEEDS_RESPONSE,
    DisputeState.UNDER_REVIEW: payments_pb2.DISPUTE_STATE_UNDER_REVIEW,
    DisputeState.WON: payments_pb2.DISPUTE_STATE_WON,
    DisputeState.LOST: payments_pb2.DISPUTE_STATE_LOST,
}
DECISIONS = EnumTable(
    {
        DisputeDecision.CLAIM: payments_pb2.DISPUTE_DECISION_CLAIM,
        DisputeDecision.CREDIT_NOTE: payments_pb2.DISPUTE_DECISION_CREDIT_NOTE,
        DisputeDecision.CREDIT_NOTE_AGREED: payments_pb2.DISPUTE_DECISION_CREDIT_NOTE_AGREED,
    }
)


def dispute_message(dispute: Dispute, now: datetime) -> payments_pb2.Dispute:
    """A dispute as it stands at an instant."""
    message = payments_pb2.Dispute(
        source=payments_pb2.MONEY_SOURCE_BANK if dispute.by_bank else payments_pb2.MONEY_SOURCE_STRIPE,
        provider_reference="" if dispute.by_bank else dispute.provider_ref,
        charge_reference=dispute.charge_id,
        state=_STATES[dispute.state],
        reason=dispute.reason,
        amount=to_money(dispute.amount),
        withdrawn=to_money(dispute.withdrawn),
        fee=to_money(dispute.fee),
        opened_at=to_timestamp(dispute.opened_at),
        money_entry_id=str(dispute.entry_id),
        payment_request_id=str(dispute.request_id or ""),
        account_id=str(dispute.account_id or ""),
        credit_note_id=str(dispute.credit_note_id or ""),
        amount_differs=dispute.amount_differs,
        evidence_over=dispute.evidence_by is not None and dispute.evidence_by <= now,
        refunded=to_money(dispute.refunded),
        counted_as_refund=to_money(dispute.counted),
    )
    if dispute.decision is not None:
        message.decision = DECISIONS[dispute.decision]
    if dispute.evidence_by is not None:
        message.evidence_by.CopyFrom(to_timestamp(dispute.evidence_by))
    if dispute.closed_at is not None:
        message.closed_at.CopyFrom(to_timestamp(dispute.closed_at))
        message.closed_on.CopyFrom(to_date(rome_date(dispute.closed_at)))
    return message
