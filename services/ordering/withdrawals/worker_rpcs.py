"""The RPCs about withdrawals that the Withdrawal workflow uses: receipt, what comes next, refunds, credit notes."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.interceptors.around import Context
from services.kit.validation import Violations, checked_uuid
from services.ordering.withdrawals.advancing import AdvancingWithdrawals, Locked
from services.ordering.withdrawals.wire import advanced_message, withdrawal_message


class WorkerWithdrawalRpcs(OrderingServiceServicer):
    """SendWithdrawalReceipt, AdvanceWithdrawal, RecordWithdrawalRefund, RecordWithdrawalRefundFailure,
    RenewWithdrawalRefund and RecordWithdrawalCreditNote.
    """

    _advancing_withdrawals: AdvancingWithdrawals

    async def SendWithdrawalReceipt(
        self, request: ordering_pb2.SendWithdrawalReceiptRequest, context: Context
    ) -> ordering_pb2.SendWithdrawalReceiptResponse:
        """Write the receipt."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        recipient = violations.recipient("recipient", request.recipient)
        violations.check()
        found = await self._advancing_withdrawals.send_receipt(order_id, recipient)
        return ordering_pb2.SendWithdrawalReceiptResponse(withdrawal=_withdrawal(found), erased=recipient.erased)

    async def AdvanceWithdrawal(
        self, request: ordering_pb2.AdvanceWithdrawalRequest, context: Context
    ) -> ordering_pb2.AdvanceWithdrawalResponse:
        """Say what comes next."""
        return advanced_message(await self._advancing_withdrawals.advance(checked_uuid("order_id", request.order_id)))

    async def RecordWithdrawalRefund(
        self, request: ordering_pb2.RecordWithdrawalRefundRequest, context: Context
    ) -> ordering_pb2.RecordWithdrawalRefundResponse:
        """Note a refund."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        refund_id = violations.uuid("refund_id", request.refund_id)
        entry = None
        if request.HasField("steering"):
            source = f"refund:{request.refund_id}"
            entry = steering_entry(violations, request.steering, "refund_made_outside", order_id, source=source)
        violations.check()
        found = await self._advancing_withdrawals.record_refund(order_id, refund_id, entry)
        return ordering_pb2.RecordWithdrawalRefundResponse(withdrawal=_withdrawal(found))

    async def RecordWithdrawalRefundFailure(
        self, request: ordering_pb2.RecordWithdrawalRefundFailureRequest, context: Context
    ) -> ordering_pb2.RecordWithdrawalRefundFailureResponse:
        """Note that a refund has failed after it was made."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        refund_id = violations.uuid("refund_id", request.refund_id)
        violations.check()
        found = await self._advancing_withdrawals.record_failure(order_id, refund_id)
        return ordering_pb2.RecordWithdrawalRefundFailureResponse(withdrawal=_withdrawal(found))

    async def RenewWithdrawalRefund(
        self, request: ordering_pb2.RenewWithdrawalRefundRequest, context: Context
    ) -> ordering_pb2.RenewWithdrawalRefundResponse:
        """Replace a refund that was given up."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        refund_id = violations.uuid("refund_id", request.refund_id)
        source = f"refund:{request.refund_id}"
        entry = steering_entry(violations, request.steering, "refund_again", order_id, source=source)
        violations.check()
        found = await self._advancing_withdrawals.renew_refund(order_id, refund_id, entry)
        return ordering_pb2.RenewWithdrawalRefundResponse(withdrawal=_withdrawal(found))

    async def RecordWithdrawalCreditNote(
        self, request: ordering_pb2.RecordWithdrawalCreditNoteRequest, context: Context
    ) -> ordering_pb2.RecordWithdrawalCreditNoteResponse:
        """Note a credit note."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        refund_id = violations.uuid("refund_id", request.refund_id)
        credit_note_id, entry = None, None
        if request.HasField("steering"):
            source = f"refund:{request.refund_id}"
            entry = steering_entry(violations, request.steering, "no_credit_note_due", order_id, source=source)
            if request.credit_note_id:
                violations.add("credit_note_id", "must_be_empty")
        else:
            credit_note_id = violations.uuid("credit_note_id", request.credit_note_id)
        violations.check()
        found = await self._advancing_withdrawals.record_credit_note(order_id, refund_id, credit_note_id, entry)
        return ordering_pb2.RecordWithdrawalCreditNoteResponse(withdrawal=_withdrawal(found))


def _withdrawal(found: Locked) -> ordering_pb2.Withdrawal:
    return withdrawal_message(found.withdrawal)
