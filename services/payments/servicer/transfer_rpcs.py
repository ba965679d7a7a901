"""The RPCs of bank transfers: statements, and what operators saw before these."""

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.audit import steering_entry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.interceptors.around import Context
from services.kit.limits import LARGEST_STATEMENT
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.kit.wire import to_date
from services.payments.domain.receipts import last_invoice_day
from services.payments.messages import CATALOGUE
from services.payments.service.assigning import Assigning
from services.payments.service.checkout import Checkout
from services.payments.service.statements import Statements
from services.payments.service.transfers import SeenTransfer, Transfers
from services.payments.servicer import inputs
from services.payments.servicer.messages import Messages, ignored_debit


class TransferRpcs(PaymentsServiceServicer):
    """ImportStatement, RecordBankTransfer, WithdrawBankTransfer."""

    _statements: Statements
    _transfers: Transfers
    _assigning: Assigning
    _checkout: Checkout
    _messages: Messages
    _calls: Requests
    _clock: Clock

    async def ImportStatement(
        self, request: payments_pb2.ImportStatementRequest, context: Context
    ) -> payments_pb2.ImportStatementResponse:
        """Import a statement file; then short money that is whole now pays, an older file's too, and pages end."""
        bad = Violations()
        file = inputs.size(bad, "file", request.file, LARGEST_STATEMENT)
        bad.check()
        done = await self._statements.take_in(file)
        made_whole = await self._assigning.pay_whole()
        await self._checkout.end_pages_of_paid()
        return payments_pb2.ImportStatementResponse(
            credits=done.credits,
            known=done.known,
            paid=done.paid + made_whole,
            made_whole=made_whole,
            queued=done.queued,
            ignored=done.ignored,
            confirmed=done.confirmed,
            ignored_debits=map(ignored_debit, done.ignored_debits),
            refunds_done=done.refunds_done,
            refunds_returned=done.refunds_returned,
            taken_back=done.taken_back,
            refunds_stopped=done.refunds_stopped,
        )

    async def RecordBankTransfer(
        self, request: payments_pb2.RecordBankTransferRequest, context: Context
    ) -> payments_pb2.RecordBankTransferResponse:
        """Record a transfer that an operator saw."""
        bad = Violations(catalogue=CATALOGUE)
        transfer = SeenTransfer(
            request_id=bad.uuid("payment_request_id", request.payment_request_id),
            amount=inputs.amount(bad, "amount", request.amount),
            booked_on=inputs.day(bad, "booked_on", request.booked_on, rome_date(self._clock.now())),
            bank_reference=bad.text("bank_reference", request.bank_reference, inputs.LONGEST_REFERENCE),
        )
        source = f"request:{request.request_id}"
        entry = steering_entry(bad, request.steering, "record_bank_transfer", transfer.request_id, source=source)
        call = self._calls.call(
            request.request_id,
            bad,
            payment_request=request.payment_request_id,
            amount=request.amount,
            booked_on=request.booked_on,
            bank_reference=request.bank_reference,
        )
        bad.check()
        after, waiting = await self._transfers.record(call, transfer, entry)
        await self._checkout.end_pages_of_paid()
        answer = payments_pb2.RecordBankTransferResponse(
            payment_request=self._messages.payment_request(after), money_entry_id=str(waiting) if waiting else ""
        )
        if after.available_on is not None and after.paid_at is not None:
            last_day = last_invoice_day(after.available_on)
            if last_day < rome_date(after.paid_at):
                answer.invoice_was_due.CopyFrom(to_date(last_day))
        return answer

    async def WithdrawBankTransfer(
        self, request: payments_pb2.WithdrawBankTransferRequest, context: Context
    ) -> payments_pb2.WithdrawBankTransferResponse:
        """Take back a transfer that was recorded by mistake."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        reference = bad.text("bank_reference", request.bank_reference, inputs.LONGEST_REFERENCE)
        source = f"request:{request.request_id}"
        entry = steering_entry(bad, request.steering, "withdraw_bank_transfer", request_id, source=source)
        call = self._calls.call(
            request.request_id, bad, payment_request=request.payment_request_id, bank_reference=request.bank_reference
        )
        bad.check()
        after = await self._transfers.withdraw(call, request_id, reference, entry)
        return payments_pb2.WithdrawBankTransferResponse(payment_request=self._messages.payment_request(after))
