"""The steps of an order: each one request to one service, named as an operator reads it in the Temporal UI."""

from collections.abc import Iterable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import CustomerKind, Date
    from casella.invoicing.v1 import invoicing_pb2
    from casella.mailboxes.v1 import mailboxes_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import wording, wording_contracts, wording_due, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.mailboxes import MailboxesSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.payable import RECORD_TRANSFER, Meanwhile, invoiced, transfer_example
    from workflows.payable_tax import PayableTax
    from workflows.steps import quickly

_EMAIL_OF = {
    pb.ORDER_STATE_EXPIRED: pb.ORDER_EMAIL_EXPIRED,
    pb.ORDER_STATE_CANCELLED: pb.ORDER_EMAIL_CANCELLED,
}
_UNLOCKED = "the service is unlocked"
CANCEL_ORDER = 'cancels the order unless a payment wins: `{"reason_code": "customer_asked"}`'


class OrderSteps(PayableTax):
    """What an order asks of the services; the order in which it does so stands in ``workflows.order``."""

    name = "order"

    def asked_by(self) -> payments_pb2.GetPaymentRequestRequest:
        """By the order."""
        return payments_pb2.GetPaymentRequestRequest(order_id=self.order_id)

    def meanwhile(self, payment: payments_pb2.PaymentRequest) -> Meanwhile:
        """Any money that names it holds its end, which could not be undone."""
        return Meanwhile("no reminder is sent and the order does not expire")

    async def read_order(self) -> pb.Order:
        """The order's row as it stands."""
        answer = await quickly(OrderingSteps.get_order, pb.GetOrderRequest(order_id=self.order_id), "read the order")
        self.show(answer.order)
        return answer.order

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
        self.could_write(await quickly(InvoicingSteps.send_proforma, request, "email the proforma"))

    async def email_confirmation(self) -> None:
        """The order's confirmation on a durable medium."""
        await self.email(pb.ORDER_EMAIL_CONFIRMATION, "email the order's confirmation")

    async def do_what_is_due(self) -> pb.AdvanceOrderResponse:
        """Have ordering send due reminders and say what comes next."""
        request = pb.AdvanceOrderRequest(order_id=self.order_id)
        due = await quickly(OrderingSteps.advance, request, "do what is due on the order")
        self.could_write(due)
        self.tell_reminders(wording_due.on_order(due.sent), [wording_due.on_order(each) for each in due.skipped])
        return due

    async def record(self, outcome: pb.Outcome, payment: payments_pb2.PaymentRequest) -> pb.Order:
        """Write the order's end in ordering, which follows payments."""
        available_on = payment.available_on if outcome == pb.OUTCOME_PAID else None
        return await self.record_end(outcome, available_on)

    async def record_end(self, outcome: pb.Outcome, available_on: Date | None = None) -> pb.Order:
        """Write the order's end in ordering."""
        request = pb.RecordOutcomeRequest(order_id=self.order_id, outcome=outcome, available_on=available_on)
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
            sizes=by_size(order.quote.items),
            addition=order.quote.HasField("addition"),
            ordered=with_options(order.quote.items),
        )
        answer = await quickly(MailboxesSteps.unlock, request, "unlock the service")
        self.details.happened(_UNLOCKED, once=True)
        return answer

    async def record_unlock(self, unlocked: mailboxes_pb2.UnlockAccountResponse) -> None:
        """The period that the order pays for begins with the unlock."""
        request = pb.RecordUnlockRequest(order_id=self.order_id, unlocked_at=unlocked.unlocked_at)
        await quickly(OrderingSteps.record_unlock, request, "note the unlock and its period")

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
        self.details.happened(invoiced(order.invoice_id), once=True)

    async def tell_the_customer(self, order: pb.Order) -> None:
        """The order has ended without a payment."""
        refused = order.tax_decision == pb.TAX_DECISION_REFUSE
        email = pb.ORDER_EMAIL_REFUSED if refused else _EMAIL_OF[order.state]
        await self.email(email, "tell the customer that the order has ended")

    async def email(self, email: pb.OrderEmail, what: str) -> None:
        """One of the order's emails."""
        request = pb.SendOrderEmailRequest(order_id=self.order_id, email=email)
        self.could_write(await quickly(OrderingSteps.send_email, request, what))

    def show(self, order: pb.Order) -> None:
        """Tell the operator what the order is about, and that it has begun."""
        kind = CustomerKind.Name(order.quote.kind).removeprefix("CUSTOMER_KIND_")
        self.details.concerns(account=order.account_id, order=order.order_id, kind=kind)
        self.asked = (order.totals if order.HasField("totals") else order.quote.totals).gross
        price = wording_contracts.price(order)
        self.details.knows(f"{price} {wording_money.method(order.payment_method)}, account {order.account_id}")
        if order.state == pb.ORDER_STATE_OPEN and not self.details.state:
            self.details.stands("Placed", "payment request, proforma and emails, at once")

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
            f"{coming}; without it: {wording_due.on_order(due.due)}",
            due.due_at,
            {
                "cancel_order": CANCEL_ORDER,
                "record_bank_transfer": RECORD_TRANSFER.format(transfer_example(payment)),
            },
        )

    def end(self, state: str) -> str:
        """Say how it ended."""
        self.details.happened(f"the order is {state.lower()}", once=True)
        self.details.stands(state, f"nothing: the order has ended{self.still_waiting()}")
        return state.lower()


def word(state: pb.OrderState) -> str:
    """``ORDER_STATE_PAID`` → ``Paid``."""
    return pb.OrderState.Name(state).removeprefix("ORDER_STATE_").capitalize()


def by_size(items: Iterable[pb.MailboxItem]) -> list[mailboxes_pb2.SizeCount]:
    """The ordered mailboxes by size; items that differ in their options only are added up."""
    counts: dict[mailboxes_pb2.MailboxSize, int] = {}
    for item in items:
        counts[item.size] = counts.get(item.size, 0) + item.quantity
    return [mailboxes_pb2.SizeCount(size=size, mailboxes=counts[size]) for size in sorted(counts)]


def with_options(items: Iterable[pb.MailboxItem]) -> list[mailboxes_pb2.OrderedMailboxes]:
    """The ordered mailboxes with their options; nothing where none has any."""
    ordered = [
        mailboxes_pb2.OrderedMailboxes(size=item.size, mailboxes=item.quantity, options=item.options) for item in items
    ]
    return ordered if any(entry.options for entry in ordered) else []
