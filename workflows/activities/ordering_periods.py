"""Activities about subscriptions and their periods: measure, advance, write what came of them, suspend, cancel."""

from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows.activities.calls import step, with_actor
from workflows.activities.ordering_client import OrderingClient, to_pay, without_payer
from workflows.causes import service_end_of
from workflows.covering import may_pay
from workflows.retries import OUTSIDE_DEADLINE_SECONDS


class PeriodActivities(OrderingClient):
    """What is asked of ordering about subscriptions."""

    @step("GetPeriod")
    async def get_period(self, request: pb.GetPeriodRequest) -> pb.GetPeriodResponse:
        """Read the period and its subscription."""
        answer = await self._ordering.GetPeriod(request)
        return pb.GetPeriodResponse(period=without_payer(answer.period), subscription=answer.subscription)

    @step("MeasurePeriod")
    async def measure_period(self, request: pb.MeasurePeriodRequest) -> pb.MeasurePeriodResponse:
        """Measure the period; ordering asks mailboxes, perhaps VIES. Of a decision it learns who took it."""
        if request.tax_decision:
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._ordering.MeasurePeriod(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        return pb.MeasurePeriodResponse(period=without_payer(answer.period))

    @step("NoteProformaOnPeriod")
    async def record_period_proforma(self, request: pb.RecordPeriodProformaRequest) -> pb.RecordPeriodProformaResponse:
        """Give the period its due date and reminders, which count from the proforma."""
        answer = await self._ordering.RecordPeriodProforma(request)
        return pb.RecordPeriodProformaResponse(period=without_payer(answer.period))

    @step("AdvancePeriod")
    async def advance_period(self, request: pb.AdvancePeriodRequest) -> pb.AdvancePeriodResponse:
        """Do everything that is due on the period; learn what comes next."""
        found = await self._ordering.GetPeriod(pb.GetPeriodRequest(period_id=request.period_id))
        period, asked = found.period, await self._asked_for(found.period)
        older = payments_pb2.GetPaymentRequestResponse()
        if found.suspended_by_period_id:
            by_id = pb.GetPeriodRequest(period_id=found.suspended_by_period_id)
            older = await self._asked_for((await self._ordering.GetPeriod(by_id)).period)
        in_part = asked.HasField("rest")
        how = asked.rest.transfer if in_part else asked.payment_request.transfer
        return await self._ordering.AdvancePeriod(
            pb.AdvancePeriodRequest(
                period_id=request.period_id,
                recipient=await self._contacts.of(period.account_id),
                iban=how.iban,
                reference=how.reference,
                pay_url=asked.payment_request.pay_url,
                money_waiting=may_pay(asked.payment_request, asked.waiting) or asked.payment_request.processing,
                to_pay=to_pay(asked.payment_request),
                rest=asked.rest.missing if in_part else None,
                holder=how.holder,
                bic=how.bic,
                end_held=bool(asked.waiting),
                older_rest=older.rest.missing if older.HasField("rest") else None,
                older_end_held=bool(older.waiting),
            )
        )

    async def _asked_for(self, period: pb.Period) -> payments_pb2.GetPaymentRequestResponse:
        """What was asked for a period, with the money that waits for it; nothing before anything was."""
        if not period.payment_request_id:
            return payments_pb2.GetPaymentRequestResponse()
        by_id = payments_pb2.GetPaymentRequestRequest(payment_request_id=period.payment_request_id)
        return await self._payments.GetPaymentRequest(by_id)

    @step("RecordPeriodOutcome")
    async def record_period_outcome(self, request: pb.RecordPeriodOutcomeRequest) -> pb.RecordPeriodOutcomeResponse:
        """Write how the period ended."""
        answer = await self._ordering.RecordPeriodOutcome(request)
        answer.period.CopyFrom(without_payer(answer.period))
        return answer

    @step("NoteInvoiceOnPeriod")
    async def record_period_invoice(self, request: pb.RecordPeriodInvoiceRequest) -> pb.RecordPeriodInvoiceResponse:
        """Note the period's invoice."""
        answer = await self._ordering.RecordPeriodInvoice(request)
        return pb.RecordPeriodInvoiceResponse(period=without_payer(answer.period))

    @step("SuspendSubscription")
    async def suspend_subscription(self, request: pb.SuspendSubscriptionRequest) -> pb.SuspendSubscriptionResponse:
        """Note that sending is suspended."""
        answer = await self._ordering.SuspendSubscription(request)
        answer.period.CopyFrom(without_payer(answer.period))
        return answer

    @step("ResumeSubscription")
    async def resume_subscription(self, request: pb.ResumeSubscriptionRequest) -> pb.ResumeSubscriptionResponse:
        """Note that sending works again."""
        return await self._ordering.ResumeSubscription(request)

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

    @step("GetServiceEnd")
    async def get_service_end(self, request: pb.GetServiceEndRequest) -> pb.GetServiceEndResponse:
        """Read until when what a payment paid for is served."""
        return await self._ordering.GetServiceEnd(request)

    @step("TerminateService")
    async def terminate_service(self, request: pb.TerminateServiceRequest) -> pb.TerminateServiceResponse:
        """End what a payment paid for that was taken back, by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        account_id = (await self._ordering.GetServiceEnd(service_end_of(request))).service.account_id
        request.recipient.CopyFrom(await self._contacts.of(account_id))
        return await self._ordering.TerminateService(request)

    @step("FollowAutomaticDebit")
    async def follow_automatic_debit(self, request: pb.FollowAutomaticDebitRequest) -> pb.FollowAutomaticDebitResponse:
        """Let the subscription be paid as its account's mandate stands."""
        return await self._ordering.FollowAutomaticDebit(request)
