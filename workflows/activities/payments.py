"""Activities that ask the payments service: clients that decide nothing but that a closed account gets no credit.

Pay links and transfer instructions stay out of what they return, and so does what a payer wrote: a link is a secret, a
payer's name and text are personal data, and histories keep what they get.
"""

from typing import TYPE_CHECKING

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from casella.common.v1.errors_pb2 import REASON_ACCOUNT_CLOSED, REASON_NOT_FOUND, Reason
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from services.kit.errors import Refused
from workflows.activities.calls import step, with_actor
from workflows.activities.trial import Contacts
from workflows.retries import OUTSIDE_DEADLINE_SECONDS
from workflows.waiting_money import TAKES_BACK

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub


class PaymentsSteps:
    """The payments service as the workflows see it."""

    def __init__(
        self,
        payments: "PaymentsServiceAsyncStub",
        trial: "TrialServiceAsyncStub",
        ordering: "OrderingServiceAsyncStub",
        contacts: Contacts,
        client: Client,
    ) -> None:
        """Take the stubs of three services, whom to write to, and Temporal's client for the audit trail."""
        self._payments = payments
        self._trial = trial
        self._ordering = ordering
        self._contacts = contacts
        self._client = client

    @step("CreatePaymentRequest")
    async def create(self, request: pb.CreatePaymentRequestRequest) -> pb.CreatePaymentRequestResponse:
        """Make the payment request of an order or of a period."""
        answer = await self._payments.CreatePaymentRequest(request)
        return pb.CreatePaymentRequestResponse(payment_request=_without_links(answer.payment_request))

    @step("NoteProformaOnPaymentRequest")
    async def record_proforma(self, request: pb.RecordProformaRequest) -> pb.RecordProformaResponse:
        """Tell payments the number that customers write in their transfers."""
        answer = await self._payments.RecordProforma(request)
        return pb.RecordProformaResponse(payment_request=_without_links(answer.payment_request))

    @step("GetPaymentRequest")
    async def get(self, request: pb.GetPaymentRequestRequest) -> pb.GetPaymentRequestResponse:
        """Read whether it is paid, which money for it waits or was taken back, and what is left of it."""
        answer = await self._payments.GetPaymentRequest(request)
        return pb.GetPaymentRequestResponse(
            payment_request=_without_links(answer.payment_request),
            waiting=map(_without_payer, answer.waiting),
            taken_back=map(_without_payer, answer.taken_back),
            gone=map(_without_payer, answer.gone),
            rest=pb.Rest(missing=answer.rest.missing) if answer.HasField("rest") else None,
        )

    @step("ClosePaymentRequest")
    async def close(self, request: pb.ClosePaymentRequestRequest) -> pb.ClosePaymentRequestResponse:
        """Close the payment request, unless a payment has won."""
        answer = await self._payments.ClosePaymentRequest(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        return pb.ClosePaymentRequestResponse(payment_request=_without_links(answer.payment_request))

    @step("RecordBankTransfer")
    async def record_bank_transfer(self, request: pb.RecordBankTransferRequest) -> pb.RecordBankTransferResponse:
        """Record a transfer that an operator saw on the account."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.RecordBankTransfer(request)
        return pb.RecordBankTransferResponse(
            payment_request=_without_links(answer.payment_request),
            money_entry_id=answer.money_entry_id,
            invoice_was_due=answer.invoice_was_due if answer.HasField("invoice_was_due") else None,
        )

    @step("GetMoneyEntry")
    async def get_money_entry(self, request: pb.GetMoneyEntryRequest) -> pb.GetMoneyEntryResponse:
        """Read money that waits, or what became of it."""
        answer = await self._payments.GetMoneyEntry(request)
        return pb.GetMoneyEntryResponse(entry=_without_payer(answer.entry), candidates=answer.candidates)

    @step("DecideDispute")
    async def decide_dispute(self, request: pb.DecideDisputeRequest) -> pb.DecideDisputeResponse:
        """Carry an operator's decision about a lost dispute."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.DecideDispute(request)
        return pb.DecideDisputeResponse(entry=_without_payer(answer.entry))

    @step("RecordDisputeCreditNote")
    async def record_dispute_credit_note(
        self, request: pb.RecordDisputeCreditNoteRequest
    ) -> pb.RecordDisputeCreditNoteResponse:
        """Settle a lost dispute by its credit note."""
        answer = await self._payments.RecordDisputeCreditNote(request)
        return pb.RecordDisputeCreditNoteResponse(entry=_without_payer(answer.entry))

    @step("DecideAdvance")
    async def decide_advance(self, request: pb.DecideAdvanceRequest) -> pb.DecideAdvanceResponse:
        """Decide that short money is invoiced as a part payment, if that is due."""
        answer = await self._payments.DecideAdvance(request)
        return pb.DecideAdvanceResponse(entry=_without_payer(answer.entry))

    @step("RecordAdvanceCredited")
    async def record_advance_credited(
        self, request: pb.RecordAdvanceCreditedRequest
    ) -> pb.RecordAdvanceCreditedResponse:
        """Note that the invoice of a part payment was credited."""
        return await self._payments.RecordAdvanceCredited(request)

    @step("AssignMoney")
    async def assign_money(self, request: pb.AssignMoneyRequest) -> pb.AssignMoneyResponse:
        """Give money that waits to a payment request."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.AssignMoney(request)
        answer.payment_request.CopyFrom(_without_links(answer.payment_request))
        return answer

    @step("CreditMoney")
    async def credit_money(self, request: pb.CreditMoneyRequest) -> pb.CreditMoneyResponse:
        """Make money that waits account credit, if there is such an account and it goes on.

        What was taken back lowers the credit of any account that has it; and a decision that was carried is not judged
        again, because the account may have ended since.
        """
        asked = pb.GetMoneyEntryRequest(money_entry_id=request.money_entry_id)
        entry = (await self._payments.GetMoneyEntry(asked)).entry
        if not entry.settlement and entry.reason not in TAKES_BACK:
            await self._check_goes_on(request.account_id)
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._payments.CreditMoney(request)

    async def _check_goes_on(self, account_id: str) -> None:
        """Refuse an account that nothing can be sold to any more: it would never use its credit."""
        try:
            await self._trial.GetTrial(trial_pb2.GetTrialRequest(account_id=account_id))
        except Refused as refused:
            if refused.reason != REASON_NOT_FOUND:
                raise
            raise ApplicationError(
                "there is no such account, or it was erased: `casella show account` finds one by its email address",
                type=Reason.Name(REASON_NOT_FOUND),
                non_retryable=True,
            ) from None
        asked = ordering_pb2.GetStandingRequest(account_id=account_id)
        if (await self._ordering.GetStanding(asked)).closed:
            raise ApplicationError(
                "the account is closed and uses no credit any more: refund the money instead",
                type=Reason.Name(REASON_ACCOUNT_CLOSED),
                non_retryable=True,
            )

    @step("SetMoneyAside")
    async def set_money_aside(self, request: pb.SetMoneyAsideRequest) -> pb.SetMoneyAsideResponse:
        """Take money that is none of the customers' out of the queue."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.SetMoneyAside(request)
        return pb.SetMoneyAsideResponse(entry=_without_payer(answer.entry))

    @step("BookPayout")
    async def book_payout(self, request: pb.BookPayoutRequest) -> pb.BookPayoutResponse:
        """Book money that the provider paid out to the bank."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.BookPayout(request)
        return pb.BookPayoutResponse(entry=_without_payer(answer.entry))

    @step("RequestRefund")
    async def request_refund(self, request: pb.RequestRefundRequest) -> pb.RequestRefundResponse:
        """Ask for a refund; by an operator's word where the request names one."""
        if request.HasField("steering"):
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.RequestRefund(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        return pb.RequestRefundResponse(refund=_without_account(answer.refund))

    @step("GetRefund")
    async def get_refund(self, request: pb.GetRefundRequest) -> pb.GetRefundResponse:
        """Read how far a refund is."""
        answer = await self._payments.GetRefund(request)
        return pb.GetRefundResponse(refund=_without_account(answer.refund))

    @step("PlanCharge")
    async def plan_charge(self, request: pb.PlanChargeRequest) -> pb.PlanChargeResponse:
        """Plan the charge of a period that is paid by automatic debit."""
        answer = await self._payments.PlanCharge(request)
        return pb.PlanChargeResponse(payment_request=_without_links(answer.payment_request))

    @step("ChargePaymentRequest")
    async def charge(self, request: pb.ChargePaymentRequestRequest) -> pb.ChargePaymentRequestResponse:
        """Take the money by automatic debit, if its time has come. Of an operator's wish it learns whose it is."""
        if request.early:
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._payments.ChargePaymentRequest(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        return pb.ChargePaymentRequestResponse(payment_request=_without_links(answer.payment_request))

    @step("SendChargeRefusedEmail")
    async def send_charge_refused_email(
        self, request: pb.SendChargeRefusedEmailRequest
    ) -> pb.SendChargeRefusedEmailResponse:
        """Tell the customer of a refused charge, with the link that is never in the history."""
        asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
        account = (await self._payments.GetPaymentRequest(asked)).payment_request.account_id
        request.recipient.CopyFrom(await self._contacts.of(account))
        return await self._payments.SendChargeRefusedEmail(request)

    @step("SendMoneyEmail")
    async def send_money_email(self, request: pb.SendMoneyEmailRequest) -> pb.SendMoneyEmailResponse:
        """Tell the customer of money that pays nothing by itself; of a closed account, nobody is told."""
        asked = pb.GetMoneyEntryRequest(money_entry_id=request.money_entry_id)
        answer = await self._payments.GetMoneyEntry(asked)
        due = answer.entry.email_due
        named = [each for each in answer.candidates if each.payment_request_id == due.payment_request_id]
        account_id = due.credited_account_id or (named[0].account_id if named else "")
        if not account_id:
            return pb.SendMoneyEmailResponse()
        of = ordering_pb2.GetStandingRequest(account_id=account_id)
        if (await self._ordering.GetStanding(of)).closed:
            request.account_closed = True
            return await self._payments.SendMoneyEmail(request)
        request.recipient.CopyFrom(await self._contacts.of(account_id))
        if due.HasField("missing"):
            until = await self._payable_until(named[0])
            if until is not None:
                request.payable_until.CopyFrom(until)
        return await self._payments.SendMoneyEmail(request)

    async def _payable_until(self, asked: pb.PaymentRequest) -> Timestamp | None:
        """Until when what is asked for can be paid, as its proforma says; None where it has no end yet."""
        if asked.HasField("period"):
            of_period = ordering_pb2.GetPeriodRequest(period_id=asked.period.period_id)
            period = (await self._ordering.GetPeriod(of_period)).period
            return period.due_at if period.HasField("due_at") else None
        of_order = ordering_pb2.GetOrderRequest(order_id=asked.order_id)
        order = (await self._ordering.GetOrder(of_order)).order
        return order.expires_at if order.HasField("expires_at") else None

    @step("GetMandate")
    async def get_mandate(self, request: pb.GetMandateRequest) -> pb.GetMandateResponse:
        """Read how an account's automatic debit stands, and whether that is news."""
        return await self._payments.GetMandate(request)

    @step("ReleaseMandates")
    async def release_mandates(self, request: pb.ReleaseMandatesRequest) -> pb.ReleaseMandatesResponse:
        """Take what was switched off from the customer at the provider too."""
        return await self._payments.ReleaseMandates(request, timeout=OUTSIDE_DEADLINE_SECONDS)

    @step("SendMandateEmail")
    async def send_mandate_email(self, request: pb.SendMandateEmailRequest) -> pb.SendMandateEmailResponse:
        """Tell the customer how automatic debit stands."""
        request.recipient.CopyFrom(await self._contacts.of(request.account_id))
        return await self._payments.SendMandateEmail(request)

    @step("SwitchOffAutomaticDebit")
    async def switch_off(self, request: pb.SwitchOffAutomaticDebitRequest) -> pb.SwitchOffAutomaticDebitResponse:
        """Switch automatic debit off by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._payments.SwitchOffAutomaticDebit(request)

    @step("PushRefunds")
    async def push_refunds(self, request: pb.PushRefundsRequest) -> pb.PushRefundsResponse:
        """Send refunds that wait for the provider."""
        return await self._payments.PushRefunds(request, timeout=OUTSIDE_DEADLINE_SECONDS)

    @step("ListUntoldRefunds")
    async def list_untold_refunds(self, request: pb.ListUntoldRefundsRequest) -> pb.ListUntoldRefundsResponse:
        """List the transfers that have left without their customers having been told."""
        return await self._payments.ListUntoldRefunds(request)

    @step("SendRefundEmail")
    async def send_refund_email(self, request: pb.SendRefundEmailRequest) -> pb.SendRefundEmailResponse:
        """Tell the customer that a transfer has left, of a closed account too: the money is theirs."""
        asked = pb.GetRefundRequest(refund_id=request.refund_id)
        account_id = (await self._payments.GetRefund(asked)).refund.account_id
        request.recipient.CopyFrom(await self._contacts.of(account_id))
        return await self._payments.SendRefundEmail(request)

    @step("FetchMissedEvents")
    async def fetch_missed_events(self, request: pb.FetchMissedEventsRequest) -> pb.FetchMissedEventsResponse:
        """Fetch the provider's events that never arrived."""
        return await self._payments.FetchMissedEvents(request, timeout=OUTSIDE_DEADLINE_SECONDS)


def _without_account(refund: pb.Refund) -> pb.Refund:
    """A refund as histories may keep it: without the account to which it is transferred, and those that had paid."""
    shown = pb.Refund()
    shown.CopyFrom(refund)
    for part in (shown, *shown.payers):
        part.ClearField("iban")
        part.ClearField("holder")
    return shown


def _without_links(payment_request: pb.PaymentRequest) -> pb.PaymentRequest:
    shown = pb.PaymentRequest()
    shown.CopyFrom(payment_request)
    shown.ClearField("pay_url")
    shown.ClearField("transfer")
    return shown


def _without_payer(entry: pb.MoneyEntry) -> pb.MoneyEntry:
    """What of an entry names nobody: the payer, what they wrote and their bank's reference stay out."""
    shown = pb.MoneyEntry()
    shown.CopyFrom(entry)
    for field in ("remittance", "payer_name", "payer_iban", "source_reference", "suggestions", "unconfirmed"):
        shown.ClearField(field)
    return shown
