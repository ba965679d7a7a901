"""Activities that ask the ordering service: thin clients that decide nothing.

The order's billing party and VAT number are personal data: they are taken off what returns to a workflow.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from temporalio.client import Client

from casella.common.v1.common_pb2 import Money
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows.activities.calls import step, with_actor
from workflows.activities.trial import Contacts
from workflows.covering import may_pay
from workflows.retries import OUTSIDE_DEADLINE_SECONDS

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub


class OrderingSteps:
    """The ordering service as the workflows see it."""

    def __init__(
        self,
        ordering: "OrderingServiceAsyncStub",
        payments: "PaymentsServiceAsyncStub",
        contacts: Contacts,
        client: Client,
    ) -> None:
        """Take the stubs of ordering and payments, whom to write to, and Temporal's client for the audit trail."""
        self._ordering = ordering
        self._payments = payments
        self._contacts = contacts
        self._client = client

    @step("GetOrder")
    async def get_order(self, request: pb.GetOrderRequest) -> pb.GetOrderResponse:
        """Read the order."""
        answer = await self._ordering.GetOrder(request)
        return pb.GetOrderResponse(order=_without_person(answer.order))

    @step("SettleTax")
    async def settle_tax(self, request: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        """Settle or confirm the tax of an order or period; ordering may ask VIES."""
        answer = await self._ordering.SettleTax(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        if answer.HasField("order"):
            answer.order.CopyFrom(_without_person(answer.order))
        return answer

    @step("DecideTax")
    async def decide_tax(self, request: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        """Settle the tax of an order or period by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._ordering.DecideTax(request)
        if answer.HasField("period"):
            return pb.DecideTaxResponse(period=_without_payer(answer.period))
        return pb.DecideTaxResponse(order=_without_person(answer.order))

    @step("NoteProformaOnOrder")
    async def record_proforma(self, request: pb.RecordProformaRequest) -> pb.RecordProformaResponse:
        """Give the order its expiry and reminders, which count from the proforma."""
        answer = await self._ordering.RecordProforma(request)
        return pb.RecordProformaResponse(order=_without_person(answer.order))

    @step("AdvanceOrder")
    async def advance(self, request: pb.AdvanceOrderRequest) -> pb.AdvanceOrderResponse:
        """Do everything that is due on the open order; learn what is due next."""
        order = (await self._ordering.GetOrder(pb.GetOrderRequest(order_id=request.order_id))).order
        asked = await self._payments.GetPaymentRequest(payments_pb2.GetPaymentRequestRequest(order_id=request.order_id))
        return await self._ordering.AdvanceOrder(
            pb.AdvanceOrderRequest(
                order_id=request.order_id,
                recipient=await self._contacts.of(order.account_id),
                iban=asked.payment_request.transfer.iban,
                reference=asked.payment_request.transfer.reference,
                pay_url=asked.payment_request.pay_url,
                money_waiting=bool(asked.waiting),
            )
        )

    @step("CancelOrder")
    async def cancel(self, request: pb.CancelOrderRequest) -> pb.CancelOrderResponse:
        """Ask for the order's cancellation by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._ordering.CancelOrder(request)
        return pb.CancelOrderResponse(order=_without_person(answer.order))

    @step("RecordOutcome")
    async def record_outcome(self, request: pb.RecordOutcomeRequest) -> pb.RecordOutcomeResponse:
        """Write how the order ended."""
        answer = await self._ordering.RecordOutcome(request)
        return pb.RecordOutcomeResponse(order=_without_person(answer.order))

    @step("RecordUnlock")
    async def record_unlock(self, request: pb.RecordUnlockRequest) -> pb.RecordUnlockResponse:
        """Note the unlock, which fixes the period that the documents name."""
        answer = await self._ordering.RecordUnlock(request)
        return pb.RecordUnlockResponse(order=_without_person(answer.order))

    @step("FulfilOrder")
    async def fulfil(self, request: pb.FulfilOrderRequest) -> pb.FulfilOrderResponse:
        """Make the subscription and its first period."""
        answer = await self._ordering.FulfilOrder(request)
        return pb.FulfilOrderResponse(order=_without_person(answer.order), subscription=answer.subscription)

    @step("SendOrderEmail")
    async def send_email(self, request: pb.SendOrderEmailRequest) -> pb.SendOrderEmailResponse:
        """Send one of the order's emails."""
        order = (await self._ordering.GetOrder(pb.GetOrderRequest(order_id=request.order_id))).order
        request.recipient.CopyFrom(await self._contacts.of(order.account_id))
        if order.HasField("tax_settled_at") and request.email in {pb.ORDER_EMAIL_EXPIRED, pb.ORDER_EMAIL_CANCELLED}:
            asked = payments_pb2.GetPaymentRequestRequest(order_id=request.order_id)
            request.held.extend(_held((await self._payments.GetPaymentRequest(asked)).waiting))
        return await self._ordering.SendOrderEmail(request)

    @step("GetPeriod")
    async def get_period(self, request: pb.GetPeriodRequest) -> pb.GetPeriodResponse:
        """Read the period and its subscription."""
        answer = await self._ordering.GetPeriod(request)
        return pb.GetPeriodResponse(period=_without_payer(answer.period), subscription=answer.subscription)

    @step("MeasurePeriod")
    async def measure_period(self, request: pb.MeasurePeriodRequest) -> pb.MeasurePeriodResponse:
        """Measure the period; ordering asks mailboxes, perhaps VIES. Of a decision it learns who took it."""
        if request.tax_decision:
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._ordering.MeasurePeriod(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        return pb.MeasurePeriodResponse(period=_without_payer(answer.period))

    @step("NoteProformaOnPeriod")
    async def record_period_proforma(self, request: pb.RecordPeriodProformaRequest) -> pb.RecordPeriodProformaResponse:
        """Give the period its due date and reminders, which count from the proforma."""
        answer = await self._ordering.RecordPeriodProforma(request)
        return pb.RecordPeriodProformaResponse(period=_without_payer(answer.period))

    @step("AdvancePeriod")
    async def advance_period(self, request: pb.AdvancePeriodRequest) -> pb.AdvancePeriodResponse:
        """Do everything that is due on the period; learn what comes next."""
        period = (await self._ordering.GetPeriod(pb.GetPeriodRequest(period_id=request.period_id))).period
        asked = payments_pb2.GetPaymentRequestResponse()
        if period.payment_request_id:
            by_id = payments_pb2.GetPaymentRequestRequest(payment_request_id=period.payment_request_id)
            asked = await self._payments.GetPaymentRequest(by_id)
        return await self._ordering.AdvancePeriod(
            pb.AdvancePeriodRequest(
                period_id=request.period_id,
                recipient=await self._contacts.of(period.account_id),
                iban=asked.payment_request.transfer.iban,
                reference=asked.payment_request.transfer.reference,
                pay_url=asked.payment_request.pay_url,
                money_waiting=may_pay(asked.payment_request, asked.waiting) or asked.payment_request.processing,
            )
        )

    @step("RecordPeriodOutcome")
    async def record_period_outcome(self, request: pb.RecordPeriodOutcomeRequest) -> pb.RecordPeriodOutcomeResponse:
        """Write how the period ended."""
        answer = await self._ordering.RecordPeriodOutcome(request)
        answer.period.CopyFrom(_without_payer(answer.period))
        return answer

    @step("NoteInvoiceOnPeriod")
    async def record_period_invoice(self, request: pb.RecordPeriodInvoiceRequest) -> pb.RecordPeriodInvoiceResponse:
        """Note the period's invoice."""
        answer = await self._ordering.RecordPeriodInvoice(request)
        return pb.RecordPeriodInvoiceResponse(period=_without_payer(answer.period))

    @step("SuspendSubscription")
    async def suspend_subscription(self, request: pb.SuspendSubscriptionRequest) -> pb.SuspendSubscriptionResponse:
        """Note that sending is suspended."""
        answer = await self._ordering.SuspendSubscription(request)
        answer.period.CopyFrom(_without_payer(answer.period))
        return answer

    @step("ResumeSubscription")
    async def resume_subscription(self, request: pb.ResumeSubscriptionRequest) -> pb.ResumeSubscriptionResponse:
        """Note that sending works again."""
        return await self._ordering.ResumeSubscription(request)

    @step("GetSubscription")
    async def get_subscription(self, request: pb.GetSubscriptionRequest) -> pb.GetSubscriptionResponse:
        """Read an account's subscription."""
        return await self._ordering.GetSubscription(request)

    @step("CancelSubscription")
    async def cancel_subscription(self, request: pb.CancelSubscriptionRequest) -> pb.CancelSubscriptionResponse:
        """Cancel the subscription by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.CancelSubscription(request)

    @step("KeepSubscription")
    async def keep_subscription(self, request: pb.KeepSubscriptionRequest) -> pb.KeepSubscriptionResponse:
        """Take a cancellation back by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.KeepSubscription(request)

    @step("AdvanceReseller")
    async def advance_reseller(self, request: pb.AdvanceResellerRequest) -> pb.AdvanceResellerResponse:
        """Measure what is due of a reseller's requirements; ordering asks trial and mailboxes."""
        return await self._ordering.AdvanceReseller(request)

    @step("RecordResellerTraining")
    async def record_reseller_training(
        self, request: pb.RecordResellerTrainingRequest
    ) -> pb.RecordResellerTrainingResponse:
        """Note by an operator's word that the training was done."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RecordResellerTraining(request)

    @step("DecideReseller")
    async def decide_reseller(self, request: pb.DecideResellerRequest) -> pb.DecideResellerResponse:
        """Grant, refuse, keep or withdraw the reseller status by an operator's decision, and tell the customer."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        request.recipient.CopyFrom(await self._contacts.of(request.account_id))
        return await self._ordering.DecideReseller(request)

    @step("SendWithdrawalReceipt")
    async def send_withdrawal_receipt(
        self, request: pb.SendWithdrawalReceiptRequest
    ) -> pb.SendWithdrawalReceiptResponse:
        """Send the receipt of a withdrawal."""
        order = (await self._ordering.GetOrder(pb.GetOrderRequest(order_id=request.order_id))).order
        request.recipient.CopyFrom(await self._contacts.of(order.account_id))
        return await self._ordering.SendWithdrawalReceipt(request)

    @step("AdvanceWithdrawal")
    async def advance_withdrawal(self, request: pb.AdvanceWithdrawalRequest) -> pb.AdvanceWithdrawalResponse:
        """Learn what comes next on the withdrawal."""
        return await self._ordering.AdvanceWithdrawal(request)

    @step("RecordWithdrawalRefund")
    async def record_withdrawal_refund(
        self, request: pb.RecordWithdrawalRefundRequest
    ) -> pb.RecordWithdrawalRefundResponse:
        """Note that a refund was made; by an operator's word, who said so."""
        if request.HasField("steering"):
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RecordWithdrawalRefund(request)

    @step("RecordWithdrawalRefundFailure")
    async def record_withdrawal_refund_failure(
        self, request: pb.RecordWithdrawalRefundFailureRequest
    ) -> pb.RecordWithdrawalRefundFailureResponse:
        """Note that a refund has failed after it was made."""
        return await self._ordering.RecordWithdrawalRefundFailure(request)

    @step("RenewWithdrawalRefund")
    async def renew_withdrawal_refund(
        self, request: pb.RenewWithdrawalRefundRequest
    ) -> pb.RenewWithdrawalRefundResponse:
        """Replace a refund that was given up, by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RenewWithdrawalRefund(request)

    @step("RecordWithdrawalCreditNote")
    async def record_withdrawal_credit_note(
        self, request: pb.RecordWithdrawalCreditNoteRequest
    ) -> pb.RecordWithdrawalCreditNoteResponse:
        """Note a credit note; or, by an operator's decision, that none is due."""
        if request.HasField("steering"):
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RecordWithdrawalCreditNote(request)

    @step("FollowAutomaticDebit")
    async def follow_automatic_debit(self, request: pb.FollowAutomaticDebitRequest) -> pb.FollowAutomaticDebitResponse:
        """Let the subscription be paid as its account's mandate stands."""
        return await self._ordering.FollowAutomaticDebit(request)

    @step("GetStanding")
    async def get_standing(self, request: pb.GetStandingRequest) -> pb.GetStandingResponse:
        """Read whether orders hold or end the trial."""
        return await self._ordering.GetStanding(request)

    @step("CloseAccount")
    async def close_account(self, request: pb.CloseAccountRequest) -> pb.CloseAccountResponse:
        """Close the account, which starts its purge, unless money waits for it."""
        asked = payments_pb2.GetWaitingMoneyRequest(account_id=request.account_id)
        request.money_waiting = bool((await self._payments.GetWaitingMoney(asked)).waiting)
        return await self._ordering.CloseAccount(request)

    @step("BeginErasure")
    async def begin_erasure(self, request: pb.BeginErasureRequest) -> pb.BeginErasureResponse:
        """End at once what stands against an approved erasure."""
        return await self._ordering.BeginErasure(request)

    @step("GetClosure")
    async def get_closure(self, request: pb.GetClosureRequest) -> pb.GetClosureResponse:
        """Read whether the purge may delete now."""
        return await self._ordering.GetClosure(request)

    @step("RecordPurged")
    async def record_purged(self, request: pb.RecordPurgedRequest) -> pb.RecordPurgedResponse:
        """Record that the purge is complete."""
        return await self._ordering.RecordPurged(request)


def _held(waiting: Iterable[payments_pb2.MoneyEntry]) -> list[Money]:
    """What the customer has sent and waits for an operator, one sum a currency; what was taken back is not held."""
    sums: Counter[str] = Counter()
    for entry in waiting:
        if entry.reason != payments_pb2.MONEY_ENTRY_REASON_REVERSED:
            sums[entry.amount.currency] += entry.amount.minor
    return [Money(currency=currency, minor=minor) for currency, minor in sorted(sums.items()) if minor > 0]


def _without_person(order: pb.Order) -> pb.Order:
    """The order as histories may keep it: without who ordered, and without the lines that documents carry."""
    shown = pb.Order()
    shown.CopyFrom(order)
    for name in ("party", "lines"):
        shown.ClearField(name)
    shown.quote.ClearField("vat_id")
    return shown


def _without_payer(period: pb.Period) -> pb.Period:
    """The period as histories may keep it: without who pays it, and without the lines that documents carry."""
    shown = pb.Period()
    shown.CopyFrom(period)
    for name in ("party", "lines", "vat_id"):
        shown.ClearField(name)
    return shown
