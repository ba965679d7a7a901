"""The RPCs about periods that the Renewal workflow uses: measuring, proforma, what is due, outcome, suspension."""

from uuid import UUID

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.clock import Clock
from services.kit.interceptors.around import Context
from services.kit.validation import Violations, checked_uuid
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.domain.states import PeriodState
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.enums import METHODS, PERIOD_OUTCOMES, TAX_DECISIONS
from services.ordering.messages import CATALOGUE
from services.ordering.orders.checks import LONGEST_NUMBER, check_available_on, check_period_hints
from services.ordering.orders.store import Proforma
from services.ordering.subscriptions.advancing import AdvancingPeriods
from services.ordering.subscriptions.going_on import Both, Periods
from services.ordering.subscriptions.measuring import Measuring
from services.ordering.subscriptions.steering import SubscriptionSteering
from services.ordering.subscriptions.wire import advanced_message, period_message, subscription_message
from services.ordering.taxing.decided import Decided
from services.ordering.taxing.wire import seen_from


class WorkerPeriodRpcs(OrderingServiceServicer):
    """MeasurePeriod, RecordPeriodProforma, AdvancePeriod, RecordPeriodOutcome, RecordPeriodInvoice,
    SuspendSubscription, ResumeSubscription and FollowAutomaticDebit.
    """

    _clock: Clock
    _measuring: Measuring
    _advancing_periods: AdvancingPeriods
    _periods: Periods
    _steering: SubscriptionSteering

    async def MeasurePeriod(
        self, request: ordering_pb2.MeasurePeriodRequest, context: Context
    ) -> ordering_pb2.MeasurePeriodResponse:
        """Freeze a period."""
        violations = Violations(catalogue=CATALOGUE)
        period_id = violations.uuid("period_id", request.period_id)
        decided = _decided(violations, request, period_id)
        violations.check()
        found = await self._measuring.measure(period_id, decided)
        return ordering_pb2.MeasurePeriodResponse(period=_period(found))

    async def RecordPeriodProforma(
        self, request: ordering_pb2.RecordPeriodProformaRequest, context: Context
    ) -> ordering_pb2.RecordPeriodProformaResponse:
        """Write a period's proforma."""
        violations = Violations()
        period_id = violations.uuid("period_id", request.period_id)
        proforma = Proforma(
            violations.uuid("payment_request_id", request.payment_request_id),
            violations.uuid("proforma_id", request.proforma_id),
            violations.text("proforma_number", request.proforma_number, LONGEST_NUMBER),
        )
        violations.check()
        found = await self._periods.record_proforma(period_id, proforma)
        return ordering_pb2.RecordPeriodProformaResponse(period=_period(found))

    async def AdvancePeriod(
        self, request: ordering_pb2.AdvancePeriodRequest, context: Context
    ) -> ordering_pb2.AdvancePeriodResponse:
        """Do what is due on a period."""
        violations = Violations()
        period_id = violations.uuid("period_id", request.period_id)
        recipient = violations.recipient("recipient", request.recipient)
        hints = check_period_hints(violations, request)
        violations.check()
        advanced = await self._advancing_periods.advance(
            period_id, recipient, hints, money_waiting=request.money_waiting
        )
        return advanced_message(advanced, self._clock.now(), erased=recipient.erased)

    async def RecordPeriodOutcome(
        self, request: ordering_pb2.RecordPeriodOutcomeRequest, context: Context
    ) -> ordering_pb2.RecordPeriodOutcomeResponse:
        """Write how a period ended."""
        violations = Violations()
        period_id = violations.uuid("period_id", request.period_id)
        outcome = PERIOD_OUTCOMES.chosen(violations, "outcome", request.outcome, PeriodState.UNPAID)
        available_on = check_available_on(violations, request, paid=outcome is PeriodState.PAID)
        violations.check()
        found = await (
            self._periods.record_unpaid(period_id)
            if available_on is None
            else self._periods.record_paid(period_id, available_on)
        )
        return ordering_pb2.RecordPeriodOutcomeResponse(
            period=_period(found),
            subscription=subscription_message(found.subscription),
            resume_due=found.resume_due,
            confirms_contract=found.confirms_contract,
        )

    async def RecordPeriodInvoice(
        self, request: ordering_pb2.RecordPeriodInvoiceRequest, context: Context
    ) -> ordering_pb2.RecordPeriodInvoiceResponse:
        """Write a period's invoice."""
        violations = Violations()
        period_id = violations.uuid("period_id", request.period_id)
        invoice_id = violations.uuid("invoice_id", request.invoice_id)
        violations.check()
        found = await self._periods.record_invoice(period_id, invoice_id)
        return ordering_pb2.RecordPeriodInvoiceResponse(period=_period(found))

    async def SuspendSubscription(
        self, request: ordering_pb2.SuspendSubscriptionRequest, context: Context
    ) -> ordering_pb2.SuspendSubscriptionResponse:
        """Note a suspension."""
        found = await self._periods.suspend(checked_uuid("period_id", request.period_id))
        return ordering_pb2.SuspendSubscriptionResponse(
            period=_period(found), subscription=subscription_message(found.subscription)
        )

    async def ResumeSubscription(
        self, request: ordering_pb2.ResumeSubscriptionRequest, context: Context
    ) -> ordering_pb2.ResumeSubscriptionResponse:
        """Note the end of a suspension."""
        found = await self._periods.resume(checked_uuid("period_id", request.period_id))
        return ordering_pb2.ResumeSubscriptionResponse(subscription=subscription_message(found.subscription))

    async def FollowAutomaticDebit(
        self, request: ordering_pb2.FollowAutomaticDebitRequest, context: Context
    ) -> ordering_pb2.FollowAutomaticDebitResponse:
        """Let a subscription follow its account's mandate."""
        violations = Violations()
        account_id = violations.uuid("account_id", request.account_id)
        instead = PaymentMethod.ONLINE
        if request.method_instead:
            instead = METHODS.chosen(violations, "method_instead", request.method_instead, PaymentMethod.ONLINE)
        if instead is PaymentMethod.AUTOMATIC_DEBIT:
            violations.add("method_instead", "not_a_choice")
        violations.check()
        changed = await self._steering.follow_debit(account_id, None if request.active else instead)
        return ordering_pb2.FollowAutomaticDebitResponse(changed=changed)


def _period(found: Both) -> ordering_pb2.Period:
    return period_message(found.period, found.subscription.language)


def _decided(violations: Violations, request: ordering_pb2.MeasurePeriodRequest, period_id: UUID) -> Decided | None:
    """What an operator decided about the period's tax; None where nobody had to."""
    if not request.tax_decision:
        return None
    decision = TAX_DECISIONS.chosen(violations, "tax_decision", request.tax_decision, TaxDecision.OTHER_PROOF)
    if decision is TaxDecision.REFUSE:
        violations.add("tax_decision", "not_a_choice")
    source = f"period:{period_id}"
    entry = steering_entry(violations, request.steering, f"tax_{decision}", period_id, source=source)
    return Decided(decision, entry, seen_from(violations, request, decision))
