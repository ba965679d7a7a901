"""How a period is charged by automatic debit: planned with its proforma, charged on its day, told where it was refused.

Payments says when, and decides what a refusal leads to; a charge never begins while one is in flight.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import PAYMENT_METHOD_AUTOMATIC_DEBIT, Date
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names, wording, wording_due, wording_money
    from workflows.activities.payments import PaymentsSteps
    from workflows.renewal_steps import charge_comes_first
    from workflows.renewal_tax import RenewalTax
    from workflows.steering import NO_DATA, Why, check_offered, request_id, steering
    from workflows.steps import quickly, visibly

CHARGE_NOW = 'charges it by automatic debit before its time: `{"reason_code": "customer_asked"}`'
SWITCH_OFF = (
    'switches automatic debit off: this is paid by its link, later periods too: `{"reason_code": "customer_asked"}`'
)


class RenewalDebit(RenewalTax):
    """The charges of a period, and what an operator may do about them."""

    payment: payments_pb2.PaymentRequest | None = None
    """Its payment request, as read last."""

    async def plan_charge(self, period: pb.Period, payment: payments_pb2.PaymentRequest) -> Date | None:
        """Plan the charge for the due date; None where the customer pays otherwise, or nothing is left to be paid."""
        if payment.method != PAYMENT_METHOD_AUTOMATIC_DEBIT or not payment.amount.minor:
            return None
        request = payments_pb2.PlanChargeRequest(payment_request_id=payment.payment_request_id, charge_on=period.due_on)
        answer = await quickly(PaymentsSteps.plan_charge, request, "plan the charge")
        if not answer.payment_request.HasField("debit"):
            self.details.happened("no mandate stands: the customer pays by the link", once=True)
            return None
        planned = answer.payment_request.debit.charge_on
        self.details.happened(f"the charge is planned for {wording.date(planned)}", once=True)
        return planned

    async def debit(self, payment: payments_pb2.PaymentRequest) -> bool:
        """Charge what is due, tell the customer what was refused; whether anything was done, so that rows tell anew."""
        self.payment = payment
        self.show_how_it_is_paid(by_link=_by_link(payment))
        if payment.debit.email_due:
            await self.tell_refusal(payment)
            return True
        if not payment.debit.HasField("wait") or payment.debit.wait.ToTimedelta():
            return False
        request = payments_pb2.ChargePaymentRequestRequest(payment_request_id=payment.payment_request_id)
        answer = await visibly(PaymentsSteps.charge, request, "charge by automatic debit", outside=True)
        self.tell_charge(answer.payment_request)
        return True

    async def tell_refusal(self, payment: payments_pb2.PaymentRequest) -> None:
        """The email with the link."""
        request = payments_pb2.SendChargeRefusedEmailRequest(payment_request_id=payment.payment_request_id)
        answer = await quickly(
            PaymentsSteps.send_charge_refused_email, request, "tell the customer of the refused charge"
        )
        self.could_write(answer)
        self.tell_charge(payment)

    def tell_charge(self, payment: payments_pb2.PaymentRequest) -> None:
        """Note what became of a charge."""
        if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID:
            self.details.happened("charged by automatic debit")
        elif payment.debit.refusal:
            at = wording.day(payment.debit.refused_at)
            self.details.happened(f"the charge of {at} was not done: {wording_money.refusal(payment.debit.refusal)}")
        elif payment.processing:
            self.details.happened("the charge is being processed at the provider")

    async def wait_for_money_or_charge(
        self, due: pb.AdvancePeriodResponse, payment: payments_pb2.PaymentRequest
    ) -> None:
        """Wait for news until the next thing is due: what ordering says, or the charge."""
        if charge_comes_first(due, payment.debit):
            await self.wait_for_money(payment.debit.wait, wording_money.debit(payment.debit))
        else:
            await self.wait_for_money(due.wait, wording_due.on_period(due.due))

    def debit_updates(self, payment: payments_pb2.PaymentRequest) -> dict[str, str]:
        """What an operator may do about the charges as they stand."""
        if not payment.debit.mandate_active:
            return {}
        gone = payment.debit.refusal == payments_pb2.CHARGE_REFUSAL_MANDATE_GONE
        confirm = payment.debit.refusal == payments_pb2.CHARGE_REFUSAL_AUTHENTICATION
        charge = {} if gone or confirm or payment.processing else {"charge_now": CHARGE_NOW}
        return {**charge, "switch_off_automatic_debit": SWITCH_OFF}

    @workflow.signal(name=names.DEBIT_CHANGED, description="A charge was refused, or is no longer planned: look again.")
    def debit_changed(self) -> None:
        """Payments has written what became of a charge, or that none is planned any more."""
        self.look_again()

    @workflow.update(
        description="Charges the period by automatic debit before its time; not after the provider wants the customer "
        'to confirm, nor without a mandate. Data: {"reason_code": "customer_asked"}'
    )
    async def charge_now(self, why: Why = NO_DATA) -> str:
        """Charge by an operator's decision."""
        payment = await self.read_payment()
        request = payments_pb2.ChargePaymentRequestRequest(
            payment_request_id=payment.payment_request_id, early=True, steering=steering(why)
        )
        answer = await self.steer(PaymentsSteps.charge, request, "charge by automatic debit now", outside=True)
        self.details.steered(f"charged by automatic debit ({why.reason_code})")
        self.tell_charge(answer.payment_request)
        self.look_again()
        if answer.payment_request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID:
            return "paid"
        return wording_money.refusal(answer.payment_request.debit.refusal) or "the charge is being processed"

    @charge_now.validator
    def _may_charge_now(self, why: Why = NO_DATA) -> None:
        self._must_be_debited("charge_now", why)

    @workflow.update(
        description="Switches the account's automatic debit off, as the customer can: what is asked for is paid by its "
        'link, later periods by PayPal or card. Data: {"reason_code": "customer_asked"}'
    )
    async def switch_off_automatic_debit(self, why: Why = NO_DATA) -> str:
        """Switch automatic debit off by an operator's decision."""
        payment = await self.read_payment()
        request = payments_pb2.SwitchOffAutomaticDebitRequest(
            request_id=request_id(), account_id=payment.account_id, steering=steering(why)
        )
        await self.steer(PaymentsSteps.switch_off, request, "switch automatic debit off")
        self.details.steered(f"switched automatic debit off ({why.reason_code})")
        self.look_again()
        return "automatic debit is switched off"

    @switch_off_automatic_debit.validator
    def _may_switch_off(self, why: Why = NO_DATA) -> None:
        self._must_be_debited("switch_off_automatic_debit", why)

    def _must_be_debited(self, update: str, why: Why) -> None:
        self.check_open()
        offered = self.debit_updates(self.payment) if self.payment is not None else {}
        check_offered(update, why, offered, "charge")


def _by_link(payment: payments_pb2.PaymentRequest) -> bool:
    """Whether what was to be charged is paid by its link, because no mandate stands; not while a charge is on its way.

    A charge that was done needs no mandate any more: what is paid was paid as it was asked for.
    """
    debited = payment.method == PAYMENT_METHOD_AUTOMATIC_DEBIT
    waits = payment.state == payments_pb2.PAYMENT_REQUEST_STATE_OPEN and not payment.processing
    return debited and waits and not payment.debit.mandate_active
