"""The steps of an order: each one request to one service, named as an operator reads it in the Temporal UI."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import PAYMENT_METHOD_ONLINE, CustomerKind, Money
    from casella.invoicing.v1 import invoicing_pb2
    from casella.mailboxes.v1 import mailboxes_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names, retries, wording
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.mailboxes import MailboxesSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.details import NEEDS_OPERATOR
    from workflows.process import Process
    from workflows.steps import StepRefused, quickly, visibly

_EMAIL_OF = {
    pb.ORDER_STATE_EXPIRED: pb.ORDER_EMAIL_EXPIRED,
    pb.ORDER_STATE_CANCELLED: pb.ORDER_EMAIL_CANCELLED,
}
_UNLOCKED = "the service is unlocked"
CANCEL_ORDER = 'cancels the order unless a payment wins: `{"reason_code": "customer_asked"}`'


class OrderSteps(Process):
    """What an order asks of the services; the order in which it does so stands in ``workflows.order``."""

    order_id: str
    paid = False
    asked: Money | None = None
    """What is to be paid; None until the order was read."""
    waiting: Sequence[payments_pb2.MoneyEntry] = ()
    """Money that names the order and waits for an operator, as read last."""

    async def read_order(self) -> pb.Order:
        """The order's row as it stands."""
        answer = await quickly(OrderingSteps.get_order, pb.GetOrderRequest(order_id=self.order_id), "read the order")
        self.show(answer.order)
        return answer.order

    async def read_payment(self) -> payments_pb2.PaymentRequest:
        """The payment request's row as it stands, and the money that names it and waits."""
        answer = await quickly(
            PaymentsSteps.get,
            payments_pb2.GetPaymentRequestRequest(order_id=self.order_id),
            "read the payment request",
        )
        if self.waiting and not answer.waiting:
            self.details.happened("no money that names the order waits any more")
        for entry in answer.waiting:
            self.details.happened(f"money that names the order waits: {wording.waiting(entry)}", once=True)
        self.waiting = answer.waiting
        return answer.payment_request

    async def make_payment_request(self, order: pb.Order) -> payments_pb2.PaymentRequest:
        """What payments will wait for."""
        request = payments_pb2.CreatePaymentRequestRequest(
            order_id=order.order_id,
            account_id=order.account_id,
            amount=order.quote.totals.gross,
            method=order.payment_method,
        )
        answer = await quickly(PaymentsSteps.create, request, "make the payment request")
        return answer.payment_request

    async def issue_proforma(self) -> invoicing_pb2.Document:
        """The document that asks for the money."""
        request = invoicing_pb2.IssueProformaRequest(order_id=self.order_id)
        answer = await quickly(InvoicingSteps.issue_proforma, request, "issue the proforma")
        return answer.document

    async def note_number(self, asked: payments_pb2.PaymentRequest, proforma: invoicing_pb2.Document) -> None:
        """Customers write the proforma's number in their transfers."""
        await quickly(
            PaymentsSteps.record_proforma,
            payments_pb2.RecordProformaRequest(
                payment_request_id=asked.payment_request_id, proforma_number=proforma.number
            ),
            "tell payments the proforma's number",
        )

    async def start_time_limit(self, asked: payments_pb2.PaymentRequest, proforma: invoicing_pb2.Document) -> pb.Order:
        """The order's expiry and reminders count from the proforma."""
        answer = await quickly(
            OrderingSteps.record_proforma,
            pb.RecordProformaRequest(
                order_id=self.order_id,
                payment_request_id=asked.payment_request_id,
                proforma_id=proforma.document_id,
                proforma_number=proforma.number,
            ),
            "start the order's time limit",
        )
        return answer.order

    async def email_proforma(self, proforma: invoicing_pb2.Document, order: pb.Order) -> None:
        """The proforma with its instructions or link."""
        request = invoicing_pb2.SendProformaRequest(document_id=proforma.document_id, expires_at=order.expires_at)
        await quickly(InvoicingSteps.send_proforma, request, "email the proforma")

    async def email_confirmation(self) -> None:
        """The order's confirmation on a durable medium."""
        await self.email(pb.ORDER_EMAIL_CONFIRMATION, "email the order's confirmation")

    async def do_what_is_due(self) -> pb.AdvanceOrderResponse:
        """Have ordering send due reminders and say what comes next."""
        request = pb.AdvanceOrderRequest(order_id=self.order_id)
        return await quickly(OrderingSteps.advance, request, "do what is due on the order")

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
                return
            self.details.stands(
                "AwaitingPayment", "the end of the charge that is being processed; asked for again every 10 minutes"
            )
            await self.wait(retries.PROCESSING, "ask again whether the charge has ended")

    async def record(self, outcome: pb.Outcome, payment: payments_pb2.PaymentRequest) -> pb.Order:
        """Write the order's end in ordering, which follows payments."""
        request = pb.RecordOutcomeRequest(order_id=self.order_id, outcome=outcome)
        if outcome == pb.OUTCOME_PAID:
            request.available_on.CopyFrom(payment.available_on)
        return (await quickly(OrderingSteps.record_outcome, request, "record the outcome")).order

    async def unlock(self, order: pb.Order) -> mailboxes_pb2.UnlockAccountResponse:
        """The trial's limits are gone; waits for no email and no SdI."""
        self.paid = True
        self.details.stands("Paid", "unlock, invoice, courtesy email and subscription, at once")
        request = mailboxes_pb2.UnlockAccountRequest(
            account_id=order.account_id,
            order_id=order.order_id,
            billing=order.quote.billing,
            mailboxes=sum(item.quantity for item in order.quote.items),
            sizes=_by_size(order),
        )
        answer = await quickly(MailboxesSteps.unlock, request, "unlock the service")
        self.details.happened(_UNLOCKED, once=True)
        return answer

    async def record_unlock(self, unlocked: mailboxes_pb2.UnlockAccountResponse) -> None:
        """The period that the order pays for begins with the unlock."""
        request = pb.RecordUnlockRequest(order_id=self.order_id, unlocked_at=unlocked.unlocked_at)
        await quickly(OrderingSteps.record_unlock, request, "note the unlock and its period")

    async def issue_invoice(self) -> invoicing_pb2.Document:
        """The invoice with its number; its e-invoice starts with it."""
        request = invoicing_pb2.IssueInvoiceRequest(order_id=self.order_id)
        answer = await quickly(InvoicingSteps.issue_invoice, request, "issue the invoice")
        number, goes_on = answer.document.number, _invoiced(answer.document.document_id)
        self.details.happened(f"invoice {number} issued: {goes_on}", once=True)
        return answer.document

    async def email_courtesy_invoice(self, invoice: invoicing_pb2.Document) -> None:
        """The invoice's PDF for the customer."""
        request = invoicing_pb2.SendInvoiceRequest(document_id=invoice.document_id)
        await quickly(InvoicingSteps.send_invoice, request, "email the courtesy invoice")

    async def fulfil(self, invoice: invoicing_pb2.Document, unlocked: mailboxes_pb2.UnlockAccountResponse) -> None:
        """The subscription and its first period begin."""
        request = pb.FulfilOrderRequest(
            order_id=self.order_id, invoice_id=invoice.document_id, unlocked_at=unlocked.unlocked_at
        )
        await quickly(OrderingSteps.fulfil, request, "begin the subscription")

    def tell_of_fulfilment(self, order: pb.Order) -> None:
        """What a fulfilled order's row says of its last steps: an attempt that was lost had no time to tell of them."""
        self.details.happened("the order is paid", once=True)
        self.details.happened(_UNLOCKED, once=True)
        self.details.happened(_invoiced(order.invoice_id), once=True)

    async def tell_the_customer(self, order: pb.Order) -> None:
        """The order has ended without a payment."""
        await self.email(_EMAIL_OF[order.state], "tell the customer that the order has ended")

    async def email(self, email: pb.OrderEmail, what: str) -> None:
        """One of the order's emails."""
        request = pb.SendOrderEmailRequest(order_id=self.order_id, email=email)
        await quickly(OrderingSteps.send_email, request, what)

    def show(self, order: pb.Order) -> None:
        """Tell the operator what the order is about, and that it has begun."""
        kind = CustomerKind.Name(order.quote.kind).removeprefix("CUSTOMER_KIND_")
        self.details.concerns(account=order.account_id, order=order.order_id, kind=kind)
        self.asked = order.quote.totals.gross
        price = wording.amount(self.asked)
        self.details.knows(f"{price} {wording.method(order.payment_method)}, account {order.account_id}")
        if order.state == pb.ORDER_STATE_OPEN and not self.details.state:
            self.details.stands("Placed", "payment request, proforma and emails, at once")

    async def wait_for_settling(self) -> None:
        """Who has paid something is not told that nothing came: the order does not expire until an operator decides."""
        self.show_money_waiting(await self.read_payment())
        await self.wait(retries.LOOK_AGAIN, "ask again whether the waiting money is settled")

    def show_waiting(self, due: pb.AdvanceOrderResponse, payment: payments_pb2.PaymentRequest) -> None:
        """Tell the operator what the order waits for."""
        if self.waiting:
            self.show_money_waiting(payment)
            return
        coming = f"the payment of proforma {payment.proforma_number}"
        if due.HasField("expires_at") and due.due != "expiry":
            coming += f" until {wording.day(due.expires_at)}, when the order expires"
        self.details.stands(
            "AwaitingPayment",
            f"{coming}; without it: {wording.due_on_order(due.due)}",
            due.due_at,
            {
                "cancel_order": CANCEL_ORDER,
                "record_bank_transfer": "records a transfer that you see on the account; the exact amount pays: "
                f"`{_transfer(payment)}`",
            },
        )

    def show_money_waiting(self, payment: payments_pb2.PaymentRequest) -> None:
        """Tell the operator which money waits, and what ends that: each of it something that payments takes."""
        by_link = "by the emailed link or " if payment.method == PAYMENT_METHOD_ONLINE else ""
        ends = [f"a further payment of exactly {wording.amount(payment.amount)}, {by_link}as a statement tells it"]
        updates = {"cancel_order": CANCEL_ORDER}
        if any(entry.source == "bank" and entry.amount == payment.amount for entry in self.waiting):
            ends.append("`record_bank_transfer`, which gives the order the waiting money of exactly this amount")
            updates["record_bank_transfer"] = (
                "with the bank reference that `casella show money` tells, gives the order the money that waits: "
                f"`{_transfer(payment)}`"
            )
        if any(entry.source == "announced" for entry in self.waiting):
            ends.append("`casella bank withdraw`, where a transfer was recorded by mistake")
        ends.append("`cancel_order`")
        shown = "; ".join(wording.waiting(entry) for entry in self.waiting) or "see `casella show money`"
        self.details.stands(
            NEEDS_OPERATOR,
            f"nothing by itself. Money that names this order waits in the operator's queue: {shown}. Meanwhile no "
            f"reminder is sent and the order does not expire. What ends it: {', or '.join(ends)}",
            updates=updates,
        )

    def still_waiting(self) -> str:
        """Money that outlives the order, told with its end; nothing where there is none."""
        if not self.waiting:
            return ""
        shown = "; ".join(wording.waiting(entry) for entry in self.waiting)
        return f". Money that names it still waits (`casella show money`): {shown}"

    async def wait_for_money(self, due: pb.AdvanceOrderResponse) -> None:
        """Wait for news until something is due, a day at most: a payment whose signal was lost must not wait longer."""
        coming = wording.due_on_order(due.due)
        self.tell_what_was_due(coming, [wording.due_on_order(reminder) for reminder in due.skipped])
        if due.wait.ToTimedelta() <= retries.LOOK_AGAIN:
            await self.wait_for_due(due.wait, coming, reminder=wording.is_reminder(due.due))
        else:
            await self.wait(retries.LOOK_AGAIN, f"look again whether it is paid; coming: {coming}")

    def end(self, state: str) -> str:
        """Say how it ended."""
        self.details.happened(f"the order is {state.lower()}", once=True)
        self.details.stands(state, f"nothing: the order has ended{self.still_waiting()}")
        return state.lower()


def word(state: pb.OrderState) -> str:
    """``ORDER_STATE_PAID`` → ``Paid``."""
    return pb.OrderState.Name(state).removeprefix("ORDER_STATE_").capitalize()


def _invoiced(invoice_id: str) -> str:
    """The end of what is told of the issued invoice; the order's row knows no more of it."""
    return f"the invoice goes on as {names.e_invoice_id(invoice_id)}"


def _transfer(payment: payments_pb2.PaymentRequest) -> str:
    """Data of `record_bank_transfer` that pays, booked on the first day on which that is possible."""
    return (
        f'{{"amount": "{wording.amount(payment.amount)[4:]}", "booked_on": "{wording.date(payment.created_on)}", '
        '"bank_reference": "CRO 123", "reason_code": "seen_on_account"}'
    )


def _by_size(order: pb.Order) -> list[mailboxes_pb2.SizeCount]:
    """The ordered mailboxes by size; items that differ in their options only are added up."""
    counts: dict[mailboxes_pb2.MailboxSize, int] = {}
    for item in order.quote.items:
        counts[item.size] = counts.get(item.size, 0) + item.quantity
    return [mailboxes_pb2.SizeCount(size=size, mailboxes=counts[size]) for size in sorted(counts)]
