"""The RPCs of payment requests."""

from collections.abc import Sequence

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.cause_fields import checked_cause
from services.kit.context import owner_filter
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_id
from services.kit.validation import Violations
from services.kit.wire import to_money
from services.payments.domain.payment_requests import CloseReason, Method, PaymentRequest
from services.payments.domain.receipts import MoneyEntry
from services.payments.service.checkout import Checkout
from services.payments.service.disputes import Disputes
from services.payments.service.money_emails import MoneyEmails
from services.payments.service.queue import MoneyQueue
from services.payments.service.refunds import Refunds
from services.payments.service.requests import PaymentRequests
from services.payments.servicer import inputs
from services.payments.servicer.messages import (
    CLOSE_REASONS,
    METHODS,
    Messages,
    received,
    refundable_money,
    without_ways_to_pay,
)


class RequestRpcs(PaymentsServiceServicer):
    """Makes, reads, lists and closes payment requests."""

    _requests: PaymentRequests
    _checkout: Checkout
    _queue: MoneyQueue
    _disputes: Disputes
    _refunds: Refunds
    _money_emails: MoneyEmails
    _messages: Messages

    async def CreatePaymentRequest(
        self, request: payments_pb2.CreatePaymentRequestRequest, context: Context
    ) -> payments_pb2.CreatePaymentRequestResponse:
        """Make the payment request of an order or of a period, once."""
        bad = Violations()
        cause = checked_cause(bad, request)
        account = bad.uuid("account_id", request.account_id)
        amount = inputs.amount(bad, "amount", request.amount)
        method = METHODS.chosen(bad, "method", request.method, Method.ONLINE)
        bad.check()
        made = await self._requests.create(cause, account, amount, method)
        return payments_pb2.CreatePaymentRequestResponse(payment_request=self._messages.payment_request(made))

    async def RecordProforma(
        self, request: payments_pb2.RecordProformaRequest, context: Context
    ) -> payments_pb2.RecordProformaResponse:
        """Note the proforma's number."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        number = inputs.proforma_number(bad, "proforma_number", request.proforma_number)
        bad.check()
        noted = await self._requests.record_proforma(request_id, number)
        return payments_pb2.RecordProformaResponse(payment_request=self._messages.payment_request(noted))

    async def GetPaymentRequest(
        self, request: payments_pb2.GetPaymentRequestRequest, context: Context
    ) -> payments_pb2.GetPaymentRequestResponse:
        """Read a payment request; a customer sees only their own, and nothing of the operator's queue."""
        found = await self._found(request)
        answer = payments_pb2.GetPaymentRequestResponse(payment_request=self._messages.payment_request(found))
        entries = await self._queue.of_request(found.request_id)
        missing = await self._money_emails.rest_of(found) if entries else None
        if missing is not None:
            answer.rest.CopyFrom(self._messages.rest(found, missing))
        if owner_filter() is None:
            await self._tell_operators(answer, found, entries)
        return answer

    async def _tell_operators(
        self, answer: payments_pb2.GetPaymentRequestResponse, found: PaymentRequest, entries: Sequence[MoneyEntry]
    ) -> None:
        """Add the operator's queue, what the request was paid with and what of that may go back."""
        as_message = self._messages.money_entry
        answer.waiting.extend(as_message(entry) for entry in entries if entry.waits)
        answer.taken_back.extend(as_message(entry) for entry in entries if entry.undecided)
        answer.gone.extend(as_message(entry) for entry in entries if entry.taken_back_by is not None)
        answer.advances.extend(as_message(entry) for entry in entries if entry.part_payment_of(found.request_id))
        answer.disputes.extend(map(self._messages.dispute, await self._disputes.of_request(found.request_id)))
        came = await self._refunds.came(found)
        answer.refundable.CopyFrom(to_money(came.most.money + came.most.credited))
        as_money = refundable_money(found, came.most)
        if as_money is not None:
            answer.refundable_money.CopyFrom(as_money)
        answer.received.extend(received(found, came.received))
        answer.shortfall.CopyFrom(to_money(came.shortfall))

    async def _found(self, request: payments_pb2.GetPaymentRequestRequest) -> PaymentRequest:
        bad, read = Violations(), self._requests
        match request.WhichOneof("by"):
            case "order_id":
                order = bad.uuid("order_id", request.order_id)
                bad.check()
                return await read.by_order(order, owner_filter())
            case "period_id":
                period = bad.uuid("period_id", request.period_id)
                bad.check()
                return await read.by_period(period, owner_filter())
            case "reference":
                reference = inputs.reference(bad, "reference", request.reference)
                bad.check()
                return await read.by_reference(reference, owner_filter())
            case "proforma_number":
                number = inputs.proforma_number(bad, "proforma_number", request.proforma_number)
                bad.check()
                return await read.by_proforma(number, owner_filter())
            case _:
                request_id = bad.uuid("payment_request_id", request.payment_request_id)
                bad.check()
                return await read.by_id(request_id, owner_filter())

    async def ListPaidRequests(
        self, request: payments_pb2.ListPaidRequestsRequest, context: Context
    ) -> payments_pb2.ListPaidRequestsResponse:
        """List what was paid."""
        bad = Violations()
        page = page_by_id(bad, request.page)
        bad.check()
        read = await self._requests.paid(page.after, page.limit)
        found, token = page.cut(read, lambda paid: paid.request_id)
        return payments_pb2.ListPaidRequestsResponse(
            payment_requests=map(without_ways_to_pay, found), next_page_token=token
        )

    async def ClosePaymentRequest(
        self, request: payments_pb2.ClosePaymentRequestRequest, context: Context
    ) -> payments_pb2.ClosePaymentRequestResponse:
        """Close a payment request, or tell that it was paid."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        reason = CLOSE_REASONS.chosen(bad, "reason", request.reason, CloseReason.EXPIRED)
        bad.check()
        ended = await self._checkout.close(request_id, reason)
        return payments_pb2.ClosePaymentRequestResponse(payment_request=self._messages.payment_request(ended))
