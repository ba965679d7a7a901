"""The RPCs about withdrawals that workflows use: receipt, what comes next, refunds, credit notes, who decides them."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.interceptors.around import Context
from services.kit.money import MOST_MINOR, Money
from services.kit.validation import Violations, checked_uuid
from services.kit.wire import from_money, to_timestamp
from services.ordering.withdrawals.advancing import AdvancingWithdrawals
from services.ordering.withdrawals.locking import Locked
from services.ordering.withdrawals.recording import RecordingWithdrawals
from services.ordering.withdrawals.rows import WaitingMoney
from services.ordering.withdrawals.wire import advanced_message, withdrawal_message

_IBAN_END = 4
"""Characters of an account that are shown of it."""


class WorkerWithdrawalRpcs(OrderingServiceServicer):
    """FindInvoiceWithdrawal, SendWithdrawalReceipt, AdvanceWithdrawal, RecordWithdrawalMoney, RecordWithdrawalRefund,
    RecordWithdrawalRefundFailure, RenewWithdrawalRefund and RecordWithdrawalCreditNote.
    """

    _advancing_withdrawals: AdvancingWithdrawals
    _recording_withdrawals: RecordingWithdrawals

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

    async def FindInvoiceWithdrawal(
        self, request: ordering_pb2.FindInvoiceWithdrawalRequest, context: Context
    ) -> ordering_pb2.FindInvoiceWithdrawalResponse:
        """Say which withdrawal decides how much of an invoice is credited."""
        found = await self._advancing_withdrawals.deciding_on(checked_uuid("invoice_id", request.invoice_id))
        return ordering_pb2.FindInvoiceWithdrawalResponse(order_id=str(found or ""))

    async def AdvanceWithdrawal(
        self, request: ordering_pb2.AdvanceWithdrawalRequest, context: Context
    ) -> ordering_pb2.AdvanceWithdrawalResponse:
        """Say what comes next."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        waiting = [_money(violations, f"waiting[{at}]", each) for at, each in enumerate(request.waiting)]
        violations.check()
        return advanced_message(await self._advancing_withdrawals.advance(order_id, waiting))

    async def RecordWithdrawalMoney(
        self, request: ordering_pb2.RecordWithdrawalMoneyRequest, context: Context
    ) -> ordering_pb2.RecordWithdrawalMoneyResponse:
        """Note money that waits."""
        violations = Violations()
        money = _money(violations, "money", request.money)
        violations.check()
        if request.only_look:
            named = await self._recording_withdrawals.named_by(money)
            return ordering_pb2.RecordWithdrawalMoneyResponse(withdrawal=withdrawal_message(named) if named else None)
        found = await self._recording_withdrawals.record_money(money)
        if found is None:
            return ordering_pb2.RecordWithdrawalMoneyResponse()
        withdrawal, late_at = found
        return ordering_pb2.RecordWithdrawalMoneyResponse(
            withdrawal=withdrawal_message(withdrawal), refund_late_at=to_timestamp(late_at)
        )

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
            if request.settled_otherwise:
                violations.add("settled_otherwise", "must_be_empty")
        violations.check()
        if request.settled_otherwise:
            found = await self._recording_withdrawals.record_otherwise(order_id, refund_id)
            return ordering_pb2.RecordWithdrawalRefundResponse(withdrawal=_withdrawal(found))
        found = await self._recording_withdrawals.record_refund(order_id, refund_id, entry)
        return ordering_pb2.RecordWithdrawalRefundResponse(withdrawal=_withdrawal(found))

    async def RecordWithdrawalRefundFailure(
        self, request: ordering_pb2.RecordWithdrawalRefundFailureRequest, context: Context
    ) -> ordering_pb2.RecordWithdrawalRefundFailureResponse:
        """Note that a refund has failed after it was made."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        refund_id = violations.uuid("refund_id", request.refund_id)
        violations.check()
        found = await self._recording_withdrawals.record_failure(order_id, refund_id)
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
        found = await self._recording_withdrawals.renew_refund(order_id, refund_id, entry)
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
        found = await self._recording_withdrawals.record_credit_note(order_id, refund_id, credit_note_id, entry)
        return ordering_pb2.RecordWithdrawalCreditNoteResponse(withdrawal=_withdrawal(found))


def _money(violations: Violations, field: str, message: ordering_pb2.WaitingMoney) -> WaitingMoney:
    """Money that waits, as payments tells it."""
    if not 1 <= message.amount.minor <= MOST_MINOR:
        violations.add(f"{field}.amount.minor", "out_of_range", least=1, most=MOST_MINOR)
    try:
        amount = from_money(message.amount)
    except ValueError:
        violations.add(f"{field}.amount.currency", "not_a_choice")
        amount = Money(0)
    return WaitingMoney(
        entry_id=violations.uuid(f"{field}.money_entry_id", message.money_entry_id),
        amount=amount,
        came_on=violations.day(f"{field}.came_on", message.came_on) if message.HasField("came_on") else None,
        order_ids=tuple(violations.uuid(f"{field}.order_ids[{at}]", each) for at, each in enumerate(message.order_ids)),
        period_ids=tuple(
            violations.uuid(f"{field}.period_ids[{at}]", each) for at, each in enumerate(message.period_ids)
        ),
        by_card_or_paypal=message.by_card_or_paypal,
        iban_end=violations.text(f"{field}.iban_end", message.iban_end, _IBAN_END, required=False),
        recipient=violations.recipient(f"{field}.recipient", message.recipient)
        if message.HasField("recipient")
        else None,
    )


def _withdrawal(found: Locked) -> ordering_pb2.Withdrawal:
    return withdrawal_message(found.withdrawal)
