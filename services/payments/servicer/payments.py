"""Translates between the wire and the room's services; decides nothing."""

from dataclasses import dataclass

from grpc.aio import ServicerContext

from casella.payments.v1 import payments_pb2
from services.kit.audit import steering_entry
from services.kit.calendar import rome_date
from services.kit.cause_fields import checked_cause
from services.kit.clock import Clock
from services.kit.context import owner_filter
from services.kit.paging import page_by_id, page_by_moment
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.kit.wire import to_date, to_money
from services.payments.domain.payment_requests import CloseReason, Method, PaymentRequest
from services.payments.domain.receipts import last_invoice_day
from services.payments.messages import CATALOGUE
from services.payments.service.advances import Advances
from services.payments.service.assigning import Assigning
from services.payments.service.charging import Charging
from services.payments.service.checkout import Checkout
from services.payments.service.disputes import Disputes
from services.payments.service.events import Events
from services.payments.service.mandates import Mandates
from services.payments.service.money import MoneyDesk
from services.payments.service.queue import MoneyQueue
from services.payments.service.refund_asking import RefundAsking
from services.payments.service.refund_files import RefundFiles
from services.payments.service.refund_sending import RefundSending
from services.payments.service.refunds import Refunds
from services.payments.service.requests import PaymentRequests
from services.payments.service.statements import Statements
from services.payments.service.transfers import SeenTransfer, Transfers
from services.payments.servicer import inputs
from services.payments.servicer.debits import DebitRpcs
from services.payments.servicer.dispute_messages import dispute_message
from services.payments.servicer.dispute_rpcs import DisputeRpcs
from services.payments.servicer.messages import (
    CLOSE_REASONS,
    METHODS,
    STATES,
    Messages,
    ignored_debit,
    proof,
    without_ways_to_pay,
)
from services.payments.servicer.money_rpcs import MoneyRpcs
from services.payments.servicer.refund_rpcs import RefundRpcs

Context = ServicerContext[object, object]


@dataclass(frozen=True, slots=True)
class Desks:
    """What decides, by concern."""

    requests: PaymentRequests
    checkout: Checkout
    events: Events
    statements: Statements
    transfers: Transfers
    queue: MoneyQueue
    charging: Charging
    mandates: Mandates
    money: MoneyDesk
    assigning: Assigning
    advances: Advances
    refunds: Refunds
    refund_asking: RefundAsking
    refund_files: RefundFiles
    refund_sending: RefundSending
    disputes: Disputes


class PaymentsServicer(DebitRpcs, DisputeRpcs, MoneyRpcs, RefundRpcs):
    """The room's RPCs."""

    def __init__(self, desks: Desks, messages: Messages, calls: Requests, clock: Clock) -> None:
        """Take what decides, how answers look, and what makes a call idempotent."""
        self._desks = desks
        self._messages = messages
        self._calls = calls
        self._clock = clock
        self._charging = desks.charging
        self._mandates = desks.mandates
        self._money = desks.money
        self._assigning = desks.assigning
        self._advances = desks.advances
        self._refunds = desks.refunds
        self._refund_asking = desks.refund_asking
        self._refund_files = desks.refund_files
        self._refund_sending = desks.refund_sending
        self._disputes = desks.disputes

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
        made = await self._desks.requests.create(cause, account, amount, method)
        return payments_pb2.CreatePaymentRequestResponse(payment_request=self._messages.payment_request(made))

    async def RecordProforma(
        self, request: payments_pb2.RecordProformaRequest, context: Context
    ) -> payments_pb2.RecordProformaResponse:
        """Note the proforma's number."""
        bad = Violations()
        request_id = bad.uuid("payment_request_id", request.payment_request_id)
        number = inputs.proforma_number(bad, "proforma_number", request.proforma_number)
        bad.check()
        noted = await self._desks.requests.record_proforma(request_id, number)
        return payments_pb2.RecordProformaResponse(payment_request=self._messages.payment_request(noted))

    async def GetPaymentRequest(
        self, request: payments_pb2.GetPaymentRequestRequest, context: Context
    ) -> payments_pb2.GetPaymentRequestResponse:
        """Read a payment request; a customer sees only their own, and nothing of the operator's queue."""
        found = await self._found(request)
        answer = payments_pb2.GetPaymentRequestResponse(payment_request=self._messages.payment_request(found))
        if owner_filter() is None:
            as_message, queue = self._messages.money_entry, self._desks.queue
            answer.waiting.extend(map(as_message, await queue.naming(found.request_id)))
            answer.taken_back.extend(map(as_message, await queue.taken_back(found.request_id)))
            answer.disputes.extend(map(dispute_message, await self._desks.disputes.of_request(found.request_id)))
            answer.refundable.CopyFrom(to_money(await self._desks.refunds.refundable(found.request_id)))
            answer.advances.extend(map(as_message, await self._advances.of_request(found.request_id)))
        return answer

    async def _found(self, request: payments_pb2.GetPaymentRequestRequest) -> PaymentRequest:
        bad, read = Violations(), self._desks.requests
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
        read = await self._desks.requests.paid(page.after, page.limit)
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
        ended = await self._desks.checkout.close(request_id, reason)
        return payments_pb2.ClosePaymentRequestResponse(payment_request=self._messages.payment_request(ended))

    async def StartCheckout(
        self, request: payments_pb2.StartCheckoutRequest, context: Context
    ) -> payments_pb2.StartCheckoutResponse:
        """Find or make the hosted page of a pay link."""
        bad = Violations()
        token = bad.text("token", request.token, inputs.LONGEST_TOKEN)
        bad.check()
        state, url = await self._desks.checkout.start(token)
        return payments_pb2.StartCheckoutResponse(checkout_url=url, state=STATES[state])

    async def HandleWebhook(
        self, request: payments_pb2.HandleWebhookRequest, context: Context
    ) -> payments_pb2.HandleWebhookResponse:
        """Take a webhook in."""
        bad = Violations()
        inputs.size(bad, "body", request.body, inputs.LARGEST_WEBHOOK)
        bad.text("signature", request.signature, inputs.LONGEST_SIGNATURE, required=False)
        bad.check()
        known = await self._desks.events.handle(request.body, request.signature)
        return payments_pb2.HandleWebhookResponse(duplicate=known)

    async def FetchMissedEvents(
        self, request: payments_pb2.FetchMissedEventsRequest, context: Context
    ) -> payments_pb2.FetchMissedEventsResponse:
        """Take in what never arrived."""
        return payments_pb2.FetchMissedEventsResponse(events=await self._desks.events.fetch_missed())

    async def ImportStatement(
        self, request: payments_pb2.ImportStatementRequest, context: Context
    ) -> payments_pb2.ImportStatementResponse:
        """Import a statement file."""
        bad = Violations()
        file = inputs.size(bad, "file", request.file, inputs.LARGEST_STATEMENT)
        bad.check()
        done = await self._desks.statements.take_in(file)
        return payments_pb2.ImportStatementResponse(
            credits=done.credits,
            known=done.known,
            paid=done.paid,
            queued=done.queued,
            ignored=done.ignored,
            confirmed=done.confirmed,
            ignored_debits=map(ignored_debit, done.ignored_debits),
            refunds_done=done.refunds_done,
            refunds_returned=done.refunds_returned,
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
        after, waiting = await self._desks.transfers.record(call, transfer, entry)
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
        after = await self._desks.transfers.withdraw(call, request_id, reference, entry)
        return payments_pb2.WithdrawBankTransferResponse(payment_request=self._messages.payment_request(after))

    async def ListMoneyEntries(
        self, request: payments_pb2.ListMoneyEntriesRequest, context: Context
    ) -> payments_pb2.ListMoneyEntriesResponse:
        """List the operator's queue."""
        bad = Violations()
        page = page_by_moment(bad, request.page)
        bad.check()
        read = await self._desks.queue.page(page.after, page.limit)
        found, token = page.cut(read, lambda entry: (entry.created_at, entry.entry_id))
        records = await self._desks.queue.unconfirmed(found)
        entries = [self._messages.money_entry(entry, records.get(entry.entry_id, ())) for entry in found]
        return payments_pb2.ListMoneyEntriesResponse(entries=entries, next_page_token=token)

    async def GetWaitingMoney(
        self, request: payments_pb2.GetWaitingMoneyRequest, context: Context
    ) -> payments_pb2.GetWaitingMoneyResponse:
        """Read the money that waits for an account."""
        bad = Violations()
        account = bad.uuid("account_id", request.account_id)
        bad.check()
        found = await self._desks.queue.naming_account(account)
        return payments_pb2.GetWaitingMoneyResponse(waiting=map(self._messages.money_entry, found))

    async def ProveLedger(
        self, request: payments_pb2.ProveLedgerRequest, context: Context
    ) -> payments_pb2.ProveLedgerResponse:
        """Prove the ledger."""
        return proof(await self._desks.queue.prove())
