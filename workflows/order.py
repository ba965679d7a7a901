"""Order: from the placed order to its payment, unlock and invoice, or to its expiry or cancellation."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names, wording_due
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import Details
    from workflows.order_steps import CANCEL_ORDER, word
    from workflows.order_tax import OrderTax
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering, ui_cancel
    from workflows.steps import StepRefused, visibly

_OVER = ("Paid", "Fulfilled", "Expired", "Cancelled")
_OUTCOME_OF = {
    payments_pb2.CLOSE_REASON_EXPIRED: pb.OUTCOME_EXPIRED,
    payments_pb2.CLOSE_REASON_CANCELLED: pb.OUTCOME_CANCELLED,
}


@workflow.defn(name=names.ORDER)
class Order(OrderTax):
    """Asks for the payment, waits for its end, and after the money finishes whatever happens."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the order's id."""
        super().__init__(Details(f"Order {subject.id}", f"casella show order {subject.id}"))
        self.order_id = subject.id

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the order with this id to its end: fulfilled, expired or cancelled."""
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        order = await self.read_order()
        if order.state == pb.ORDER_STATE_OPEN:
            order = await self.settle_tax(order)  # before anything asks for money: it decides how much
        if order.state == pb.ORDER_STATE_OPEN:
            payment = await self.make_payment_request(order)
            if payment.state != payments_pb2.PAYMENT_REQUEST_STATE_CLOSED and not order.cancel_requested:
                await self.ask_for_payment(order, payment)
            order = await self.wait_for_its_end()
        match order.state:
            case pb.ORDER_STATE_PAID:
                self.details.happened("the order is paid", once=True)
                unlocked = await self.unlock(order)
                await self.record_unlock(unlocked)  # before the invoice, which names the period
                await self.confirm_tax(order)
                invoice = await self.issue_invoice()
                await self.email_courtesy_invoice(invoice)
                await self.fulfil(invoice, unlocked)  # last: on a fulfilled order a new run does nothing
                return self.end("Fulfilled")
            case pb.ORDER_STATE_EXPIRED | pb.ORDER_STATE_CANCELLED:
                await self.tell_the_customer(order)
                if order.HasField("tax_settled_at"):  # nothing was asked for before
                    await self.read_payment()
                return self.end(word(order.state))
            case _:
                self.tell_of_fulfilment(order)
                return self.end("Fulfilled")

    async def ask_for_payment(self, order: pb.Order, payment: payments_pb2.PaymentRequest) -> None:
        """The proforma, the order's dates, and the emails that ask for the money."""
        proforma = await self.issue_proforma()
        await self.note_number(payment, proforma)
        order = await self.start_time_limit(payment, proforma)
        await asyncio.gather(self.email_proforma(proforma, order), self.email_confirmation())
        self.details.happened(f"proforma {proforma.number} and the order's confirmation sent", once=True)

    async def wait_for_its_end(self) -> pb.Order:
        """Wait until the payment request is paid or closed; payments decides, ordering records."""
        while True:
            self.listen()
            payment = await self.read_payment()
            if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID:
                return await self.record(pb.OUTCOME_PAID, payment)
            if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED:
                return await self.record(_OUTCOME_OF[payment.close_reason], payment)
            due = await self.do_what_is_due()
            match due.next:
                case pb.ORDER_NEXT_WAIT:
                    self.show_waiting(due, payment)
                    coming = wording_due.on_order(due.due)
                    if wording_due.is_reminder(due.due) and self.waiting:
                        coming = f"{coming} (not sent: money waits)"
                    await self.wait_for_money(due.wait, coming)
                case pb.ORDER_NEXT_EXPIRY_DUE:
                    await self.close_payment_request(payment, payments_pb2.CLOSE_REASON_EXPIRED)
                case pb.ORDER_NEXT_CANCEL_REQUESTED:
                    await self.close_payment_request(payment, payments_pb2.CLOSE_REASON_CANCELLED)
                case _:
                    return await self.read_order()

    @workflow.signal(name=names.ORDER_CHANGED, description="The order has changed: look again.")
    def order_changed(self) -> None:
        """The order was placed, or its cancellation was asked for."""
        self.look_again()

    @workflow.update(
        description="Asks for the order's cancellation; if a payment wins the race, the order is paid. "
        'Data: {"reason_code": "customer_asked"}'
    )
    async def cancel_order(self, why: Why = NO_DATA) -> str:
        """Cancel by an operator's decision."""
        await self.steer(
            OrderingSteps.cancel,
            pb.CancelOrderRequest(request_id=request_id(), order_id=self.order_id, steering=steering(why)),
            "ask for the cancellation",
        )
        self.details.steered(f"asked for the cancellation ({why.reason_code})")
        self.look_again()
        return f"cancellation asked for; payments decides{self.still_waiting()}"

    @cancel_order.validator
    def _may_cancel(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._must_be_open()

    def check_open(self) -> None:
        """Refuse what makes sense only while the order waits for its money."""
        self._must_be_open()
        if self.tax_open:
            raise Wrong("no money is asked for yet: the order's tax is open")

    def _must_be_open(self) -> None:
        if self.paid or self.details.state in _OVER:
            raise Wrong(f"the order waits for no money any more: it is {self.details.state}")

    def remedies(self) -> dict[str, str]:
        """An order that cannot go on can still be cancelled, until it is paid."""
        return {} if self.paid else {"cancel_order": CANCEL_ORDER}

    async def cancelled(self) -> None:
        """The UI's Cancel is a request to the row, about which payments decides like about any other."""
        try:
            await visibly(
                OrderingSteps.cancel,
                pb.CancelOrderRequest(request_id=str(workflow.uuid4()), order_id=self.order_id, steering=ui_cancel()),
                "ask for the cancellation",
            )
            self.details.happened("Cancel was pressed: it asks for the order's cancellation")
        except StepRefused as refused:
            self.details.happened(f"Cancel was pressed, but it came too late: {refused.message}")
