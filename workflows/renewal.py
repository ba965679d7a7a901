"""Renewal: a period of a subscription, from its measuring to its payment and invoice, or to the subscription's end."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.mailboxes.v1.mailboxes_pb2 import SUSPENSION_CAUSE_ENDED, SUSPENSION_CAUSE_UNPAID
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names, wording, wording_contracts, wording_due
    from workflows.activities.ordering import OrderingSteps
    from workflows.covering import may_pay
    from workflows.details import Details
    from workflows.renewal_invoice import RenewalInvoice
    from workflows.renewal_steps import check_end
    from workflows.steering import (
        NO_CANCELLATION,
        NO_DATA,
        Cancellation,
        Why,
        Wrong,
        check_cancellation,
        check_offered,
        request_id,
        steering,
        ui_cancel,
    )
    from workflows.steps import StepRefused, visibly


_DECIDED = (
    pb.SUBSCRIPTION_END_CANCELLED,
    pb.SUBSCRIPTION_END_WITHDRAWN,
    pb.SUBSCRIPTION_END_ERASURE,
    pb.SUBSCRIPTION_END_TERMINATED,
)
"""Ends that somebody decided: what waits for its money is cancelled, and money that waits does not hold that."""

_AFTER_THE_END = (pb.PERIOD_NEXT_WAIT, pb.PERIOD_NEXT_MEASURE_DUE)
"""What may come next while the account of a subscription that has ended is there to be read."""


@workflow.defn(name=names.RENEWAL)
class Renewal(RenewalInvoice):
    """Measures the period, asks for its money, and does what follows from what comes."""

    asking = False
    """Whether the period's money is waited for."""
    closing = False
    """Whether sending was stopped because the service has ended."""
    settled = False
    """Whether what follows a payment is done; the last period still has its account's purge before it."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the period's id."""
        super().__init__(Details(f"Period {subject.id}", f"casella show period {subject.id}"))
        self.period_id = subject.id
        self.subscription = pb.Subscription()
        self.due = pb.AdvancePeriodResponse()

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the period with this id to its end: invoiced, unpaid or void."""
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        await self.read_period()
        while True:
            self.listen()
            due = await self.do_what_is_due()
            if due.next in _AFTER_THE_END:
                await self.keep_suspended(due)
            if due.state == pb.PERIOD_STATE_DUE:
                await self.collect(due)
                continue
            if due.state == pb.PERIOD_STATE_PAID and not self.settled:
                await self.settle()
            match due.next:
                case pb.PERIOD_NEXT_WAIT:
                    self.show_waiting(due)
                    await self.wait(due.wait, wording_due.on_period(due.due))
                case pb.PERIOD_NEXT_MEASURE_DUE:
                    await self.measure()
                case pb.PERIOD_NEXT_CLOSE_DUE:
                    await self.record_unpaid()  # the service of the subscription that it carries has ended
                case pb.PERIOD_NEXT_PURGE_DUE:
                    await self.close_account(due.subscription.account_id)
                case _ if self.settled:
                    return self.end("Invoiced")
                case _:
                    return self.end(wording_contracts.period_state(due.state))

    async def collect(self, due: pb.AdvancePeriodResponse) -> None:
        """Ask for the period's money and wait for its end; payments decides, ordering records."""
        period = await self.read_period()
        payment = await self.make_payment_request(period)
        closes = due.next == pb.PERIOD_NEXT_CLOSE_DUE and self.ending
        if payment.state != payments_pb2.PAYMENT_REQUEST_STATE_CLOSED and not closes:
            await self.ask_for_payment(period, payment)
        self.asking = True
        while True:
            self.listen()
            payment = await self.read_payment()
            if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID:
                await self.record_paid(payment)
                break
            if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED:
                await self.resume_if_due(await self.record_unpaid())
                break
            if await self.debit(payment):
                continue
            due = await self.do_what_is_due()
            match due.next:
                case pb.PERIOD_NEXT_WAIT:
                    self.show_asking(due, payment)
                    await self.wait_for_money_or_charge(due, payment)
                case pb.PERIOD_NEXT_INVOICE_DUE:
                    await self.invoice_accrued(period)
                case pb.PERIOD_NEXT_SUSPEND_DUE:
                    await self.suspend(period, payment)
                case pb.PERIOD_NEXT_CLOSE_DUE:
                    wanted = self.ending in _DECIDED or self.is_over(due)
                    reason = payments_pb2.CLOSE_REASON_CANCELLED if wanted else payments_pb2.CLOSE_REASON_EXPIRED
                    await self.close_payment_request(payment, reason)
                case _:
                    break
        self.asking = False

    async def ask_for_payment(self, period: pb.Period, payment: payments_pb2.PaymentRequest) -> None:
        """The proforma, the period's dates, and the email that asks for the money."""
        proforma = await self.issue_proforma()
        await self.note_number(payment, proforma)
        period = await self.start_dunning(payment, proforma)
        debit_on = await self.plan_charge(period, payment)
        await self.email_proforma(proforma, period, debit_on)
        self.details.happened(f"proforma {proforma.number} sent, due on {wording.date(period.due_on)}", once=True)

    async def suspend(self, period: pb.Period, payment: payments_pb2.PaymentRequest) -> None:
        """Sending stops, unless money is on its way: a charge that is processed, or money that waits in the queue."""
        if payment.processing:
            await self.wait_for_charge()
        elif may_pay(payment, self.waiting):
            await self.wait_for_settling()
        else:
            await self.suspend_sending(period.account_id, SUSPENSION_CAUSE_UNPAID)
            await self.note_suspension()
            self.details.happened("sending is suspended: the period was not paid in time")

    def is_over(self, due: pb.AdvancePeriodResponse) -> bool:
        """Whether the service has ended: what is still owed holds the purge no longer than the closing days."""
        return due.subscription.state != pb.SUBSCRIPTION_STATE_ACTIVE

    async def keep_suspended(self, due: pb.AdvancePeriodResponse) -> None:
        """A subscription that has ended can be read, and sends nothing."""
        if self.is_over(due) and not self.closing:
            await self.suspend_sending(due.subscription.account_id, SUSPENSION_CAUSE_ENDED)
            self.details.happened("the service has ended: mailboxes can be read until the account is closed", once=True)
            self.closing = True

    async def resume_if_due(self, recorded: pb.RecordPeriodOutcomeResponse) -> None:
        """Sending works again where nothing keeps its suspension up any more."""
        if recorded.resume_due:
            await self.resume_sending(recorded.period.account_id)
            await self.note_resumption()
            self.details.happened("sending works again")
        elif recorded.subscription.HasField("suspended_at") and (why := self.for_want_of()):
            self.details.happened(f"sending stays suspended{why}", once=True)

    async def settle(self) -> None:
        """After the money: sending works, the invoice is issued and sent. A new run finds nothing left to do."""
        self.paid = True
        self.details.happened("the period is paid", once=True)
        self.details.stands("Paid", "invoice and courtesy email, at once")
        payment = await self.read_payment()
        recorded = await self.record_paid(payment)
        await self.resume_if_due(recorded)
        if recorded.confirms_contract:
            await self.confirm_contract(recorded.period.account_id)
        await self.invoice_paid(recorded.period, payment)
        self.settled = True

    def end(self, state: str) -> str:
        """Say how it ended."""
        why = self.why_void() if state == wording_contracts.period_state(pb.PERIOD_STATE_VOID) else ""
        self.details.happened(f"the period is {state.lower()}{why}", once=True)
        self.details.stands(state, f"nothing: the period has ended{self.still_waiting()}")
        return state.lower()

    def why_void(self) -> str:
        """Why it asks for nothing: its subscription's end, or a cancellation that was taken back."""
        return f": {wording_contracts.why_void(self.ending)}"

    @workflow.signal(name=names.PERIOD_CHANGED, description="The period or its subscription has changed: look again.")
    def period_changed(self) -> None:
        """The period was made, or what it waits for may have changed."""
        self.look_again()

    @workflow.update(
        description="Cancels the subscription: it ends with what is paid. What waits for its money is closed; if a "
        "payment wins that race, it is served to its end. Where what was paid has been served already, it ends at once "
        'and cannot be kept, which wants "ends_now": true. Data: {"reason_code": "customer_asked"}'
    )
    async def cancel_subscription(self, why: Cancellation = NO_CANCELLATION) -> str:
        """Cancel by an operator's decision, as the subscription stands at this moment.

        Raises:
            Wrong: It would end at once, and its sender does not say so; or the other way round.
        """
        await self.read_period()
        check_offered("cancel_subscription", why, self.subscription_updates(), "subscription")
        check_end(self.subscription, why)
        request = pb.CancelSubscriptionRequest(
            request_id=request_id(), subscription_id=self.subscription.subscription_id, steering=steering(why)
        )
        answer = await self.steer(OrderingSteps.cancel_subscription, request, "cancel the subscription")
        ends = wording.day(answer.subscription.ends_at)
        self.details.steered(f"cancelled the subscription ({why.reason_code}): it ends at {ends}")
        self.look_again()
        return f"cancelled: it ends at {ends}{self.still_waiting()}"

    @cancel_subscription.validator
    def _may_cancel(self, why: Cancellation = NO_CANCELLATION) -> None:
        check_cancellation(why)
        check_offered("cancel_subscription", why, self.subscription_updates(), "subscription")

    @workflow.update(
        description="Takes a cancellation of the subscription back, until its end. "
        'Data: {"reason_code": "customer_asked"}'
    )
    async def keep_subscription(self, why: Why = NO_DATA) -> str:
        """Take a cancellation back by an operator's decision."""
        request = pb.KeepSubscriptionRequest(
            request_id=request_id(), subscription_id=self.subscription.subscription_id, steering=steering(why)
        )
        await self.steer(OrderingSteps.keep_subscription, request, "take the cancellation back")
        self.details.steered(f"took the cancellation back ({why.reason_code})")
        self.look_again()
        return "the subscription goes on"

    @keep_subscription.validator
    def _may_keep(self, why: Why = NO_DATA) -> None:
        if self.ending == pb.SUBSCRIPTION_END_TERMINATED:
            raise Wrong("the contract was terminated after a lost dispute: that is not taken back")
        check_offered("keep_subscription", why, self.subscription_updates(), "subscription")

    def check_open(self) -> None:
        """Refuse what makes sense only while the period waits for its money."""
        if self.paid or not self.asking:
            raise Wrong(f"the period waits for no money: it is {self.details.state}")

    async def cancelled(self) -> None:
        """The UI's Cancel asks for the subscription's cancellation, where one makes sense."""
        if "cancel_subscription" not in self.subscription_updates():
            await super().cancelled()
            return
        await self.read_period()
        if self.subscription.would_end_at_once:
            self.details.happened(
                "Cancel was pressed: it would end the service at once, which is what `cancel_subscription` is for"
            )
            return
        request = pb.CancelSubscriptionRequest(
            request_id=str(workflow.uuid4()),
            subscription_id=self.subscription.subscription_id,
            steering=ui_cancel(),
        )
        try:
            await visibly(OrderingSteps.cancel_subscription, request, "cancel the subscription")
            self.details.happened("Cancel was pressed: it cancels the subscription, which ends with what is paid")
        except StepRefused as refused:
            self.details.happened(f"Cancel was pressed, but it came too late: {refused.message}")
