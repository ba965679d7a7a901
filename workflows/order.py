"""Order: from the placed order to its payment, unlock and invoice, or to its expiry or cancellation."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.details import Details
    from workflows.order_steps import OrderSteps, word
    from workflows.steering import (
        Transfer,
        Why,
        Wrong,
        booking_date_of,
        check_transfer,
        check_why,
        money_of,
        request_id,
        steering,
        ui_cancel,
    )
    from workflows.steps import StepRefused, visibly

_OUTCOME_OF = {
    payments_pb2.CLOSE_REASON_EXPIRED: pb.OUTCOME_EXPIRED,
    payments_pb2.CLOSE_REASON_CANCELLED: pb.OUTCOME_CANCELLED,
}


@workflow.defn(name=names.ORDER)
class Order(OrderSteps):
    """Asks for the payment, waits for its end, and after the money finishes whatever happens."""

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the order with this id to its end: fulfilled, expired or cancelled."""
        self.order_id = subject.id
        self.details = Details(f"Order {subject.id}", f"casella show order {subject.id}")
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        order = await self.read_order()
        if order.state == pb.ORDER_STATE_OPEN:
            order = await self.ask_for_payment(order)
            order = await self.wait_for_its_end(order)
        match order.state:
            case pb.ORDER_STATE_PAID:
                unlocked = await self.unlock(order)
                invoice = await self.issue_invoice()
                await self.email_courtesy_invoice(invoice)
                await self.fulfil(invoice, unlocked)  # last: on a fulfilled order a new run does nothing
                return self.end("Fulfilled")
            case pb.ORDER_STATE_EXPIRED | pb.ORDER_STATE_CANCELLED:
                await self.tell_the_customer(order)
                return self.end(word(order.state))
            case _:
                return self.end("Fulfilled")

    async def ask_for_payment(self, order: pb.Order) -> pb.Order:
        """Payment request, proforma, the order's dates, and the emails that ask for the money."""
        asked = await self.make_payment_request(order)
        proforma = await self.issue_proforma()
        await self.note_number(asked, proforma)
        order = await self.start_time_limit(asked, proforma)
        await asyncio.gather(self.email_proforma(proforma, order), self.email_confirmation())
        self.details.happened(f"proforma {proforma.number} sent; waiting for the money")
        return order

    async def wait_for_its_end(self, order: pb.Order) -> pb.Order:
        """Wait until the payment request is paid or closed; payments decides, ordering records."""
        while True:
            payment = await self.read_payment()
            if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID:
                return await self.record(pb.OUTCOME_PAID, payment)
            if payment.state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED:
                return await self.record(_OUTCOME_OF[payment.close_reason], payment)
            due = await self.do_what_is_due()
            match due.next:
                case pb.ORDER_NEXT_WAIT:
                    self.show_waiting(due)
                    await self.wait(due.wait, due.due)
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

    @workflow.signal(name=names.PAYMENT_COMPLETED, description="The payment request is paid: look again.")
    def payment_completed(self) -> None:
        """Payments has recorded the money."""
        self.look_again()

    @workflow.update(description="Asks for the order's cancellation; if a payment wins the race, the order is paid.")
    async def cancel_order(self, why: Why) -> str:
        """Cancel by an operator's decision."""
        await visibly(
            OrderingSteps.cancel,
            pb.CancelOrderRequest(request_id=request_id(), order_id=self.order_id, steering=steering(why)),
            "ask for the cancellation",
        )
        self.details.happened(f"cancellation asked for by an operator ({why.reason_code})")
        self.look_again()
        return "cancellation asked for"

    @cancel_order.validator
    def _may_cancel(self, why: Why) -> None:
        check_why(why)
        self._must_wait_for_money()

    @workflow.update(description="Records a bank transfer seen on the account; only the exact amount pays the order.")
    async def record_bank_transfer(self, transfer: Transfer) -> str:
        """Record money by an operator's word; tells whether it paid the order or went to the queue."""
        payment = await self.read_payment()
        answer = await visibly(
            PaymentsSteps.record_bank_transfer,
            payments_pb2.RecordBankTransferRequest(
                request_id=request_id(),
                payment_request_id=payment.payment_request_id,
                amount=money_of(transfer),
                booked_on=booking_date_of(transfer),
                bank_reference=transfer.bank_reference,
                steering=steering(transfer),
            ),
            f"record a transfer of EUR {transfer.amount}",
        )
        self.look_again()
        if answer.money_entry_id:
            return f"not the exact amount: entry {answer.money_entry_id} waits in the operator's queue"
        return "paid"

    @record_bank_transfer.validator
    def _may_record(self, transfer: Transfer) -> None:
        check_transfer(transfer)
        self._must_wait_for_money()

    def _must_wait_for_money(self) -> None:
        if self.details.state != "AwaitingPayment":
            raise Wrong(f"the order does not wait for money: {self.details.state}")

    async def cancelled(self) -> None:
        """The UI's Cancel is a request to the row, about which payments decides like about any other."""
        try:
            await visibly(
                OrderingSteps.cancel,
                pb.CancelOrderRequest(request_id=str(workflow.uuid4()), order_id=self.order_id, steering=ui_cancel()),
                "ask for the cancellation",
            )
            self.details.happened("cancellation asked for by the UI's Cancel")
        except StepRefused as refused:
            self.details.happened(f"Cancel was pressed, but: {refused.message}")
