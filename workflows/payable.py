"""What an order and a period of a subscription share: both ask for money and wait for it, and payments decides."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import PAYMENT_METHOD_ONLINE, Money, PeriodRef
    from casella.invoicing.v1 import invoicing_pb2
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2
    from services.kit.money import written
    from workflows import names, retries, wording, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.process import Process
    from workflows.steering import request_id, steering
    from workflows.steering_money import (
        NO_TRANSFER,
        Transfer,
        bank_reference_of,
        booking_date_of,
        check_amount,
        check_transfer,
        money_of,
    )
    from workflows.steps import StepRefused, quickly, visibly
    from workflows.waiting_money import has_arrived


@dataclass(frozen=True)
class Meanwhile:
    """What goes on while money that names an order or a period waits for an operator.

    Attributes:
        told: What happens to it, and what not.
        by_itself: What comes next without anybody's deed.
        due_at: When that comes, by the services' clock; None where nothing does.
        state: As operators filter by it.
    """

    told: str
    by_itself: str = "nothing by itself"
    due_at: Timestamp | None = None
    state: str = names.NEEDS_OPERATOR


class Payable(Process):
    """A process whose subject asks for money."""

    name: ClassVar[str]
    """What asks, as operators call it: "order" or "period"."""
    order_id = ""
    """The order; empty for a period."""
    ref: PeriodRef | None = None
    """The period, as documents and payment requests name it; None for an order, and until it was read."""
    paid = False
    asked: Money | None = None
    """What is to be paid; None until that is known."""
    waiting: Sequence[payments_pb2.MoneyEntry] = ()
    """Money that names it and waits for an operator, as read last."""
    reversals: Sequence[payments_pb2.MoneyEntry] = ()
    """What the bank took back of money for it, until an operator settles that, as read last."""
    rest: Money | None = None
    """What short money of that has left to pay, as read last; None where nobody is asked for a rest."""

    @abstractmethod
    def asked_by(self) -> payments_pb2.GetPaymentRequestRequest:
        """By what payments finds its payment request."""

    @abstractmethod
    def check_open(self) -> None:
        """Refuse an update that makes no sense unless money is waited for.

        Raises:
            Wrong: No money is waited for.
        """

    @abstractmethod
    def meanwhile(self, payment: payments_pb2.PaymentRequest) -> Meanwhile:
        """What goes on while money that names it waits for an operator."""

    async def make_payment_request(self, sold: ordering_pb2.Order | ordering_pb2.Period) -> payments_pb2.PaymentRequest:
        """What payments will wait for; the first one, as it stands now, where it exists."""
        request = payments_pb2.CreatePaymentRequestRequest(
            order_id=self.order_id,
            period=self.ref,
            account_id=sold.account_id,
            amount=sold.totals.gross,
            method=sold.payment_method,
        )
        answer = await quickly(PaymentsSteps.create, request, "make the payment request")
        return answer.payment_request

    async def issue_proforma(self) -> invoicing_pb2.Document:
        """The document that asks for the money."""
        request = invoicing_pb2.IssueProformaRequest(order_id=self.order_id, period=self.ref)
        answer = await quickly(InvoicingSteps.issue_proforma, request, "issue the proforma")
        return answer.document

    async def read_payment(self) -> payments_pb2.PaymentRequest:
        """The payment request's row as it stands, and the money that names it and waits."""
        answer = await quickly(PaymentsSteps.get, self.asked_by(), "read the payment request")
        if self.waiting and not answer.waiting:
            self.details.happened(f"no money that names the {self.name} waits any more")
        for entry in answer.gone:
            self.details.happened(f"{wording_money.gone(entry)}: it pays nothing", once=True)
        for entry in answer.waiting:
            self.details.happened(f"money that names the {self.name} waits: {wording_money.waiting(entry)}", once=True)
        for entry in answer.taken_back:
            self.details.happened(wording_money.undecided(entry), once=True)
        self.reversals, self.waiting = answer.taken_back, answer.waiting
        self.rest = answer.rest.missing if answer.HasField("rest") else None
        return answer.payment_request

    async def note_number(self, asked: payments_pb2.PaymentRequest, proforma: invoicing_pb2.Document) -> None:
        """Customers write the proforma's number in their transfers."""
        await quickly(
            PaymentsSteps.record_proforma,
            payments_pb2.RecordProformaRequest(
                payment_request_id=asked.payment_request_id, proforma_number=proforma.number
            ),
            "tell payments the proforma's number",
        )

    async def close_payment_request(
        self, payment: payments_pb2.PaymentRequest, reason: payments_pb2.CloseReason
    ) -> None:
        """Close the payment request; while a charge is processing, wait for its end instead."""
        request = payments_pb2.ClosePaymentRequestRequest(payment_request_id=payment.payment_request_id, reason=reason)
        try:
            await visibly(PaymentsSteps.close, request, "close the payment request", outside=True)
        except StepRefused as refused:
            self.details.happened(f"the payment request cannot be closed yet: {refused.message}")
            if refused.reason == "REASON_MONEY_WAITING":
                await self.wait_for_settling()
            else:
                await self.wait_for_charge()

    async def issue_invoice(self) -> invoicing_pb2.Document:
        """The invoice with its number; its e-invoice starts with it."""
        request = invoicing_pb2.IssueInvoiceRequest(order_id=self.order_id, period=self.ref)
        answer = await quickly(InvoicingSteps.issue_invoice, request, "issue the invoice")
        number, goes_on = answer.document.number, invoiced(answer.document.document_id)
        self.details.happened(f"invoice {number} issued: {goes_on}", once=True)
        return answer.document

    async def email_courtesy_invoice(self, invoice: invoicing_pb2.Document) -> None:
        """The invoice's PDF for the customer."""
        request = invoicing_pb2.SendInvoiceRequest(document_id=invoice.document_id)
        self.could_write(await quickly(InvoicingSteps.send_invoice, request, "email the courtesy invoice"))

    async def wait_for_settling(self) -> None:
        """Who has paid something is not treated as one who has paid nothing, until an operator decides."""
        self.show_money_waiting(await self.read_payment())
        await self.wait(retries.LOOK_AGAIN, "ask again whether the waiting money is settled")

    async def wait_for_charge(self) -> None:
        """A charge that is being processed at the provider ends by itself, one way or the other."""
        self.details.stands(
            "AwaitingPayment", "the end of the charge that is being processed; asked for again every 10 minutes"
        )
        await self.wait(retries.PROCESSING, "ask again whether the charge has ended")

    async def wait_for_money(self, wait: Duration, coming: str) -> None:
        """Wait for news until something is due, a day at most: a payment whose signal was lost must not wait longer."""
        if wait.ToTimedelta() <= retries.LOOK_AGAIN:
            await self.wait(wait, coming)
        else:
            await self.wait(retries.LOOK_AGAIN, f"look again whether it is paid; coming: {coming}")

    def show_money_waiting(self, payment: payments_pb2.PaymentRequest) -> None:
        """Tell the operator which money waits, and what ends that: each of it something that payments takes."""
        ends = [f"a further payment of exactly {written(payment.amount)}, as a statement tells it"]
        if self.rest is not None:
            ends.insert(0, _rest(self.rest, self.waiting, by_link=payment.method == PAYMENT_METHOD_ONLINE))
        updates = dict(self.remedies())
        others = [f"`{name}`" for name in updates]
        in_full = [entry for entry in self.waiting if entry.amount == payment.amount]
        if any(entry.money_source == payments_pb2.MONEY_SOURCE_BANK for entry in in_full):
            ends.append(f"`record_bank_transfer`, which gives the {self.name} the waiting money of exactly this amount")
            updates["record_bank_transfer"] = (
                f"with the bank reference that `casella show money` tells, gives the {self.name} the money that waits: "
                f"`{transfer_example(payment)}`"
            )
        if not all(map(has_arrived, self.waiting)):
            ends.append("`casella bank withdraw`, where a transfer was recorded by mistake")
        ends += [_decided_at_money(entry) for entry in self.waiting]
        ends += others
        shown = "; ".join(wording_money.waiting(entry) for entry in self.waiting) or "see `casella show money`"
        part_payments = "".join(f"{told}. " for told in map(_part_payment, self.waiting) if told)
        undecided = (f"{wording_money.undecided(each)}: no part pays by itself before. " for each in self.reversals)
        part_payments += "".join(undecided)
        meanwhile = self.meanwhile(payment)
        self.details.stands(
            meanwhile.state,
            f"{meanwhile.by_itself}. Money that names this {self.name} waits in the operator's queue: {shown}. "
            f"{part_payments}Meanwhile {meanwhile.told}. What ends it: {', or '.join(ends)}",
            meanwhile.due_at,
            updates,
        )

    def still_waiting(self) -> str:
        """Money that outlives the process, told with its end; nothing where there is none."""
        if not self.waiting:
            return ""
        shown = "; ".join(wording_money.waiting(entry) for entry in self.waiting)
        return f". Money that names it still waits (`casella show money`): {shown}"

    @workflow.signal(name=names.PAYMENT_COMPLETED, description="The payment request is paid: look again.")
    def payment_completed(self) -> None:
        """Payments has recorded the money."""
        self.look_again()

    @workflow.signal(name=names.MONEY_WAITING, description="Money that names it waits, or waits no more: look again.")
    def money_waiting(self) -> None:
        """Payments has put money into the operator's queue, or taken it out."""
        self.look_again()

    @workflow.update(
        description="Records a bank transfer seen on the account; only the exact amount pays, and another one wants "
        '"accept_difference": true beside the rest. Data: '
        '{"amount": "85.40", "booked_on": "2026-11-24", "bank_reference": "CRO 123", "reason_code": "seen_on_account"}'
    )
    async def record_bank_transfer(self, transfer: Transfer = NO_TRANSFER) -> str:
        """Record money by an operator's word; tells whether it paid or went to the queue."""
        payment = await self.read_payment()
        seen = money_of(transfer)
        answer = await self.steer(
            PaymentsSteps.record_bank_transfer,
            payments_pb2.RecordBankTransferRequest(
                request_id=request_id(),
                payment_request_id=payment.payment_request_id,
                amount=seen,
                booked_on=booking_date_of(transfer),
                bank_reference=bank_reference_of(transfer),
                steering=steering(transfer),
            ),
            f"record a transfer of {written(seen)}",
        )
        result = _result_of(answer)
        self.details.steered(f"recorded a transfer of {written(seen)} ({transfer.reason_code}): {result}")
        self.look_again()
        return result

    @record_bank_transfer.validator
    def _may_record(self, transfer: Transfer = NO_TRANSFER) -> None:
        check_transfer(transfer)
        self.check_open()
        check_amount(transfer, self.asked)


RECORD_TRANSFER = "records a transfer that you see on the account; the exact amount pays: `{}`"


def transfer_example(payment: payments_pb2.PaymentRequest) -> str:
    """Data of `record_bank_transfer` that pays, booked on the first day on which that is possible."""
    return (
        f'{{"amount": "{written(payment.amount)[4:]}", "booked_on": "{wording.date(payment.created_on)}", '
        '"bank_reference": "CRO 123", "reason_code": "seen_on_account"}'
    )


def _decided_at_money(entry: payments_pb2.MoneyEntry) -> str:
    """Where an operator decides about money that waits."""
    gives = "`assign` (pays this with it, and with short money that waits too) or `credit`"
    if has_arrived(entry):
        gives = "`assign` (pays this with it, and with short money that waits too), `credit` or `refund`"
    return f"an update of the workflow `{names.money_id(entry.money_entry_id)}`: {gives}"


def _rest(rest: Money, waiting: Sequence[payments_pb2.MoneyEntry], *, by_link: bool) -> str:
    """How the rest of what came short ends the waiting: by itself, unless a record by hand is no more than that yet."""
    short = [entry for entry in waiting if entry.reason == payments_pb2.MONEY_ENTRY_REASON_SHORT]
    told = all(map(has_arrived, short))
    how = "which pays by itself once it is there" if told else "which pays by `assign`, once it is there"
    ways = "by the emailed link or by bank transfer" if by_link else "by bank transfer"
    return f"the rest, {written(rest)}, {ways}, {how}"


def _part_payment(entry: payments_pb2.MoneyEntry) -> str:
    """The invoice of a part payment that waiting money becomes, or has become; empty where it is none."""
    if not entry.HasField("advance"):
        return ""
    told_by = f"the workflow `{names.money_id(entry.money_entry_id)}`"
    if entry.advance.HasField("decided_at"):
        part, since = written(entry.advance.amount), wording.day(entry.advance.decided_at)
        return f"{part} is invoiced as a part payment (TD02) since {since}: {told_by} names the invoice"
    part, due = written(entry.amount), wording.day(entry.advance.due_at)
    return f"Should {part} still wait at {due}, it is invoiced as a part payment (TD02)"


def invoiced(invoice_id: str) -> str:
    """The end of what is told of the issued invoice."""
    return f"the invoice goes on as {names.e_invoice_id(invoice_id)}"


def _result_of(answer: payments_pb2.RecordBankTransferResponse) -> str:
    """What a recorded transfer has brought."""
    if answer.money_entry_id:
        return f"not the exact amount, entry {answer.money_entry_id} waits in the operator's queue"
    if answer.payment_request.state != payments_pb2.PAYMENT_REQUEST_STATE_PAID:
        return "nothing changed, the bank's entry with this reference has already paid something else"
    if answer.HasField("invoice_was_due"):
        return (
            f"paid, but the last day for its invoice was {wording.date(answer.invoice_was_due)}: tell your accountant"
        )
    return "paid"
