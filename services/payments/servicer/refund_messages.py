"""How refunds and account credit look on the wire."""

from casella.payments.v1 import payments_pb2
from services.kit.enums import EnumTable
from services.kit.wire import to_date, to_money, to_timestamp
from services.payments.domain.refunds import Means, Refund, RefundState
from services.payments.domain.refunds_in_files import InFileFate
from services.payments.service.refunds_in_files import Taken
from services.payments.store.credit import CreditCause, CreditMovement

REFUND_STATES = EnumTable(
    {
        RefundState.REQUESTED: payments_pb2.REFUND_STATE_REQUESTED,
        RefundState.APPROVED: payments_pb2.REFUND_STATE_APPROVED,
        RefundState.SENT: payments_pb2.REFUND_STATE_SENT,
        RefundState.DONE: payments_pb2.REFUND_STATE_DONE,
        RefundState.FAILED: payments_pb2.REFUND_STATE_FAILED,
        RefundState.CANCELLED: payments_pb2.REFUND_STATE_CANCELLED,
    }
)
_MEANS = {
    Means.STRIPE: payments_pb2.REFUND_MEANS_STRIPE,
    Means.BANK_TRANSFER: payments_pb2.REFUND_MEANS_BANK_TRANSFER,
    Means.ACCOUNT_CREDIT: payments_pb2.REFUND_MEANS_ACCOUNT_CREDIT,
    Means.CHARGEBACK: payments_pb2.REFUND_MEANS_CHARGEBACK,
    Means.TAKEN_BACK: payments_pb2.REFUND_MEANS_TAKEN_BACK,
}
_FATES = {
    InFileFate.KNOWN: payments_pb2.REFUND_IN_FILE_FATE_KNOWN,
    InFileFate.SENT: payments_pb2.REFUND_IN_FILE_FATE_SENT,
    InFileFate.AWAITED: payments_pb2.REFUND_IN_FILE_FATE_AWAITED,
    InFileFate.REFUSED: payments_pb2.REFUND_IN_FILE_FATE_REFUSED,
    InFileFate.DIFFERS: payments_pb2.REFUND_IN_FILE_FATE_DIFFERS,
}
_CAUSES = {
    CreditCause.MONEY: payments_pb2.CREDIT_CAUSE_MONEY,
    CreditCause.TAKEN_BACK: payments_pb2.CREDIT_CAUSE_TAKEN_BACK,
    CreditCause.USED: payments_pb2.CREDIT_CAUSE_USED,
    CreditCause.RETURNED: payments_pb2.CREDIT_CAUSE_RETURNED,
    CreditCause.REFUND: payments_pb2.CREDIT_CAUSE_REFUND,
    CreditCause.REFUNDED_TO: payments_pb2.CREDIT_CAUSE_REFUNDED_TO,
}
_SHOWN_OF_IBAN = 4


def refund_message(refund: Refund, *, for_customer: bool = False) -> payments_pb2.Refund:
    """A refund; a customer recognises the account by its last characters."""
    by_transfer = refund.means is Means.BANK_TRANSFER and refund.sent_at is not None
    message = payments_pb2.Refund(
        refund_id=str(refund.refund_id),
        state=REFUND_STATES[refund.state],
        means=_MEANS[refund.means],
        amount=to_money(refund.amount),
        credited=to_money(refund.credited),
        account_id=str(refund.account_id or ""),
        payment_request_id=str(refund.request_id or ""),
        money_entry_id=str(refund.entry_id or ""),
        reason_code=refund.reason_code,
        withdrawal_order_id=str(refund.withdrawal_order_id or ""),
        failure=refund.failure,
        requested_at=to_timestamp(refund.requested_at),
        iban=refund.iban[-_SHOWN_OF_IBAN:] if for_customer else refund.iban,
        holder="" if for_customer else refund.holder,
        message_id=refund.message_id or "",
        paid_out_by=str(refund.paid_out_by or ""),
        reference=refund.provider_ref or (refund.end_to_end if by_transfer else ""),
    )
    if not for_customer:
        message.dispute_entry_id = str(refund.dispute_entry_id or "")
        message.taken_back_by = str(refund.taken_back_by or "")
        message.payers.extend(
            payments_pb2.RefundPayer(iban=each.iban, holder=each.holder, amount=to_money(each.amount))
            for each in refund.payers
        )
        if refund.dispute_evidence_by is not None:
            message.dispute_evidence_by.CopyFrom(to_timestamp(refund.dispute_evidence_by))
    if refund.sent_at is not None:
        message.sent_at.CopyFrom(to_timestamp(refund.sent_at))
    if refund.statement_by is not None:
        message.statement_by.CopyFrom(to_date(refund.statement_by))
    if refund.done_on is not None:
        message.done_on.CopyFrom(to_date(refund.done_on))
    return message


def in_file_message(taken: Taken) -> payments_pb2.RefundInFile:
    """What became of a transfer of a file that was handed to the bank."""
    return payments_pb2.RefundInFile(
        refund_id=str(taken.left.refund_id),
        amount=to_money(taken.left.amount),
        fate=_FATES[taken.fate],
        state=payments_pb2.REFUND_STATE_UNSPECIFIED if taken.state is None else REFUND_STATES[taken.state],
    )


def movement_message(movement: CreditMovement) -> payments_pb2.CreditMovement:
    """A change of an account's credit."""
    return payments_pb2.CreditMovement(
        movement_id=str(movement.movement_id),
        cause=_CAUSES[movement.cause],
        amount=to_money(movement.amount),
        at=to_timestamp(movement.at),
        payment_request_id=str(movement.request_id or ""),
        proforma_number=movement.proforma_number,
        refund_id=str(movement.refund_id or ""),
    )
