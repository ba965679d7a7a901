"""The steps of a period of a subscription: each one request to one service, named as an operator reads it in the UI."""

from abc import abstractmethod

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Date
    from casella.invoicing.v1 import invoicing_pb2
    from casella.mailboxes.v1 import mailboxes_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from services.kit.money import written
    from workflows import names, wording, wording_due, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.mailboxes import MailboxesSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.covering import may_pay
    from workflows.payable import RECORD_TRANSFER, Meanwhile, transfer_example
    from workflows.payable_tax import PayableTax
    from workflows.service_end import ServiceEnd
    from workflows.steering import Cancellation, Wrong
    from workflows.steps import quickly, visibly

_CANCEL = (
    "ends the subscription with what is paid, on {}; what waits for its money is closed, unless a payment wins: "
    '`{{"reason_code": "customer_asked"}}`'
)
_CANCEL_AT_ONCE = (
    "ends the subscription AT ONCE, because it is paid only until {}; it cannot be kept then. What waits for its money "
    'is closed, unless a payment wins: `{{"ends_now": true, "reason_code": "customer_asked"}}`'
)
_SUSPENDED = "Suspended"
_PURGE = "purge"
"""What ordering calls the closing of the account once what a subscription leaves was readable for its days."""
_HOLDS_PURGE = (
    "the subscription has ended, and the money holds the account's purge, until `ordering.hold_days` past its day at "
    "the latest"
)
_CLOSING = "closing"
"""What ordering calls the end of a subscription that was not paid; money that waits holds it."""
_OLDER = "older_period"
"""What ordering calls the look again at an older period that waits for its money."""
_KEEP_SUBSCRIPTION = 'takes the cancellation back: `{"reason_code": "customer_asked"}`'


class RenewalSteps(PayableTax, ServiceEnd):
    """What a period asks of the services; the order in which it does so stands in ``workflows.renewal``."""

    name = "period"
    period_id: str
    subscription: pb.Subscription
    """Its subscription, as read last; an empty one until then."""
    due: pb.AdvancePeriodResponse
    """What comes next, as asked last; an empty answer until then."""
    period: pb.Period
    """As read last."""
    by_link = False
    """Whether it was to be charged, and is paid by its link because no mandate stands."""

    def asked_by(self) -> payments_pb2.GetPaymentRequestRequest:
        """By the period."""
        return payments_pb2.GetPaymentRequestRequest(period_id=self.period_id)

    def meanwhile(self, payment: payments_pb2.PaymentRequest) -> Meanwhile:
        """Money that could pay it stops every step; a part holds its end only, which could not be undone.

        A suspended period is Suspended whatever waits: the money's own workflow is what an operator decides in.
        """
        due, suspended = self.due, self.subscription.HasField("suspended_at")
        state = _SUSPENDED if suspended else names.NEEDS_OPERATOR
        since = f"sending is suspended since {wording.day(self.subscription.suspended_at)}"
        sending = f"{since}{self.for_want_of()}" if suspended else ""
        ended = self.subscription.state == pb.SUBSCRIPTION_STATE_CLOSING
        ends = _HOLDS_PURGE if ended else "the subscription does not close"
        if may_pay(payment, self.waiting):
            told = f"no reminder is sent, {sending or 'sending is not suspended'} and {ends}"
            return Meanwhile(told, state=state)
        if not suspended and due.HasField("suspend_at"):
            sending = f"sending will be suspended at {wording.day(due.suspend_at)}"
        reminders = "no reminder is left to send" if due.reminders_over else "reminders are sent"
        told = ", ".join(filter(None, (reminders, sending)))
        told = f"it counts as unpaid, because that is less than what is asked for: {told}; {ends}"
        if charge_comes_first(due, payment.debit):
            coming, due_at = wording_money.debit(payment.debit), payment.debit.charge_at
        elif due.next == pb.PERIOD_NEXT_WAIT and due.due != _CLOSING:
            coming, due_at = _coming(due), due.due_at
            if due.due == _PURGE:
                coming = f"{coming}, unless money still waits then"
        else:
            return Meanwhile(told, state=state)
        return Meanwhile(told, f"by itself, at {wording.day(due_at)}: {coming}", due_at, state)

    async def read_period(self) -> pb.Period:
        """The period's row as it stands."""
        request = pb.GetPeriodRequest(period_id=self.period_id)
        answer = await quickly(OrderingSteps.get_period, request, "read the period")
        self.show(answer.period, answer.subscription)
        return answer.period

    async def do_what_is_due(self) -> pb.AdvancePeriodResponse:
        """Have ordering send due emails and say what comes next."""
        request = pb.AdvancePeriodRequest(period_id=self.period_id)
        due = await quickly(OrderingSteps.advance_period, request, "do what is due on the period")
        self.could_write(due)
        self.tell_reminders(wording_due.on_period(due.sent), [wording_due.on_period(each) for each in due.skipped])
        self.due, self.subscription = due, due.subscription
        return due

    async def measure_period(self) -> pb.Period:
        """What it costs, counted and frozen; asks mailboxes, and VIES where the tax rests on a VAT number."""
        request = pb.MeasurePeriodRequest(period_id=self.period_id)
        answer = await visibly(OrderingSteps.measure_period, request, "measure the period", outside=True)
        return answer.period

    async def start_dunning(self, asked: payments_pb2.PaymentRequest, proforma: invoicing_pb2.Document) -> pb.Period:
        """The period's due date and reminders count from the proforma."""
        request = pb.RecordPeriodProformaRequest(
            period_id=self.period_id,
            payment_request_id=asked.payment_request_id,
            proforma_id=proforma.document_id,
            proforma_number=proforma.number,
        )
        answer = await quickly(OrderingSteps.record_period_proforma, request, "note the proforma and the due date")
        return answer.period

    async def email_proforma(
        self, proforma: invoicing_pb2.Document, period: pb.Period, debit_on: Date | None = None
    ) -> None:
        """The proforma with its instructions or link, or with the day of the charge."""
        request = invoicing_pb2.SendProformaRequest(
            document_id=proforma.document_id,
            expires_at=period.due_at,
            debit_on=debit_on,
            suspend_after=period.suspend_after,
        )
        self.could_write(await quickly(InvoicingSteps.send_proforma, request, "email the proforma"))

    async def record_paid(self, payment: payments_pb2.PaymentRequest) -> pb.RecordPeriodOutcomeResponse:
        """Write in ordering that payments has its money."""
        request = pb.RecordPeriodOutcomeRequest(
            period_id=self.period_id, outcome=pb.PERIOD_OUTCOME_PAID, available_on=payment.available_on
        )
        return await quickly(OrderingSteps.record_period_outcome, request, "record that it is paid")

    async def record_unpaid(self) -> pb.RecordPeriodOutcomeResponse:
        """Write in ordering that it was closed without money, or that the service of its subscription has ended."""
        request = pb.RecordPeriodOutcomeRequest(period_id=self.period_id, outcome=pb.PERIOD_OUTCOME_UNPAID)
        return await quickly(OrderingSteps.record_period_outcome, request, "record the end without money")

    async def note_suspension(self) -> None:
        """The day on which the subscription closes counts from the suspension."""
        request = pb.SuspendSubscriptionRequest(period_id=self.period_id)
        await quickly(OrderingSteps.suspend_subscription, request, "note the suspension")

    async def resume_sending(self, account_id: str) -> None:
        """The mailboxes send again."""
        request = mailboxes_pb2.ResumeAccountRequest(account_id=account_id, request_id=str(workflow.uuid4()))
        await quickly(MailboxesSteps.resume, request, "resume sending")

    async def confirm_contract(self, account_id: str) -> None:
        """Who has paid a second month of a monthly contract may have as many mailboxes as any other."""
        request = mailboxes_pb2.ConfirmContractRequest(account_id=account_id, request_id=str(workflow.uuid4()))
        await quickly(MailboxesSteps.confirm_contract, request, "end the lower ceiling of a new contract")

    async def note_resumption(self) -> None:
        """The suspension is over."""
        request = pb.ResumeSubscriptionRequest(period_id=self.period_id)
        await quickly(OrderingSteps.resume_subscription, request, "note that sending works again")

    async def note_invoice(self, invoice_id: str) -> None:
        """A paid period is finished with its invoice; an unpaid one is not invoiced again."""
        request = pb.RecordPeriodInvoiceRequest(period_id=self.period_id, invoice_id=invoice_id)
        await quickly(OrderingSteps.record_period_invoice, request, "note the invoice")

    @property
    def ending(self) -> pb.SubscriptionEnd:
        """Why the subscription ends; unspecified while it goes on."""
        return self.subscription.end

    def show(self, period: pb.Period, subscription: pb.Subscription) -> None:
        """Tell the operator what the period is about."""
        self.ref, self.subscription, self.period = period.period, subscription, period
        self.details.concerns(account=period.account_id, subscription=subscription.subscription_id)
        if period.HasField("totals"):
            self.asked = period.totals.gross
        self.show_how_it_is_paid(by_link=self.by_link)

    def show_how_it_is_paid(self, *, by_link: bool) -> None:
        """Tell the operator what the period is about; of one without a mandate that it is paid by its link."""
        self.by_link, period = by_link, self.period
        days = f"{wording.date(period.period_start)} to {wording.date(period.period_end)}"
        facts = [f"period {period.period.number} of subscription {self.subscription.subscription_id}, {days}"]
        if period.HasField("totals"):
            how = "by its link" if by_link else wording_money.method(period.payment_method)
            facts.append(f"{written(period.totals.gross)} {how}")
        self.details.knows(", ".join([*facts, f"account {period.account_id}"]))

    def show_waiting(self, due: pb.AdvancePeriodResponse) -> None:
        """Tell the operator what comes next on a period that asks for no money."""
        state = "Scheduled"
        if due.subscription.state == pb.SUBSCRIPTION_STATE_CLOSING:
            state = "Closing"
        elif self.ending:
            state = "Ending"
        self.details.stands(state, wording_due.on_period(due.due), due.due_at, self.subscription_updates())

    def for_want_of(self) -> str:
        """Of which older period the money is missing that keeps sending suspended; empty where of none."""
        older = self.due.oldest_unpaid
        return f", because period {older} is not paid" if 0 < older < self.period.period.number else ""

    def show_asking(self, due: pb.AdvancePeriodResponse, payment: payments_pb2.PaymentRequest) -> None:
        """Tell the operator what the period waits for."""
        if self.waiting:
            self.show_money_waiting(payment)
            return
        suspended = due.subscription.HasField("suspended_at")
        note = f"; sending is suspended meanwhile{self.for_want_of()}" if suspended else ""
        if payment.processing:
            note += "; a payment is being processed at the provider"
        if payment.debit.HasField("charge_at"):
            note += f"; {wording_money.debit(payment.debit)} at {wording.day(payment.debit.charge_at)}"
        if payment.debit.refusal:
            note += f"; the last charge was not done: {wording_money.refusal(payment.debit.refusal)}"
        state = _SUSPENDED if suspended else "AwaitingPayment"
        coming = f"the payment of proforma {payment.proforma_number}{note}; without it: {_coming(due)}"
        if self.offered:
            state = names.NEEDS_OPERATOR
            coming = (
                "your decision, before the 15th: nothing confirms the VAT number, so the invoice of what has accrued "
                f"waits; VIES is asked again. Everything else goes on: {coming}"
            )
        self.details.stands(
            state,
            coming,
            payment.debit.charge_at if charge_comes_first(due, payment.debit) else due.due_at,
            {
                **self.tax_updates(),
                **self.debit_updates(payment),
                "record_bank_transfer": RECORD_TRANSFER.format(transfer_example(payment)),
                **self.subscription_updates(),
            },
        )

    @abstractmethod
    def debit_updates(self, payment: payments_pb2.PaymentRequest) -> dict[str, str]:
        """What an operator may do about the charges as they stand."""

    def subscription_updates(self) -> dict[str, str]:
        """What an operator may do with the subscription as it stands."""
        if self.subscription.state != pb.SUBSCRIPTION_STATE_ACTIVE:
            return {}
        match self.ending:
            case pb.SUBSCRIPTION_END_UNSPECIFIED:
                offer = _CANCEL_AT_ONCE if self.subscription.would_end_at_once else _CANCEL
                return {"cancel_subscription": offer.format(wording.date(self.subscription.period_end))}
            case pb.SUBSCRIPTION_END_CANCELLED:
                return {"keep_subscription": _KEEP_SUBSCRIPTION}
            case _:
                return {}

    def remedies(self) -> dict[str, str]:
        """A period that cannot go on can still be given up with its subscription."""
        return self.subscription_updates()


def _coming(due: pb.AdvancePeriodResponse) -> str:
    """What ordering says is due next on a period; of a look at an older one, which."""
    coming = wording_due.on_period(due.due)
    return f"{coming}: period {due.oldest_unpaid}" if due.due == _OLDER and due.oldest_unpaid else coming


def charge_comes_first(due: pb.AdvancePeriodResponse, debit: payments_pb2.Debit) -> bool:
    """Whether the period is charged, or its charge asked about, before what ordering says is due next."""
    return debit.HasField("wait") and debit.wait.ToTimedelta() < due.wait.ToTimedelta()


def check_end(subscription: pb.Subscription, cancellation: Cancellation) -> None:
    """Refuse a cancellation whose sender takes the moment of the end for another one.

    Raises:
        Wrong: With what would be right.
    """
    if subscription.would_end_at_once and not cancellation.ends_now:
        raise Wrong(
            f"it would end the service at once, because it is paid only until {wording.date(subscription.period_end)}, "
            'and could not be taken back. If that is wanted, send the same with "ends_now": true'
        )
    if cancellation.ends_now and not subscription.would_end_at_once:
        raise Wrong(
            f"ends_now: it ends with what is paid, at {wording.day(subscription.would_end_at)}, and until then it can "
            "be kept. Send the same without ends_now"
        )
