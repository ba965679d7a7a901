"""The tax of an order that is not paid: settled before its money is asked for, by VIES or by an operator.

Most orders are settled when they are placed and pass here without a step.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows.activities.ordering import OrderingSteps
    from workflows.order_steps import OrderSteps
    from workflows.steering import NO_DATA, Why, request_id, steering


class OrderTax(OrderSteps):
    """What an order does about its tax."""

    tax_open = False
    """Whether nothing may ask for the order's money yet."""
    told_of_wait = False

    async def settle_tax(self, order: pb.Order) -> pb.Order:
        """Come back once the tax is settled, or the order has ended without it."""
        while order.state == pb.ORDER_STATE_OPEN and not order.HasField("tax_settled_at"):
            self.tax_open = True
            self.listen()
            answer = await self.ask_for_tax("settle the tax; asks VIES")
            order = answer.order
            match answer.next:
                case pb.TAX_NEXT_ASK_AGAIN | pb.TAX_NEXT_NEEDS_OPERATOR:
                    await self.tell_of_wait()
                    self.show_tax(answer)
                    await self.wait(answer.wait, "ask VIES again, or an operator")
                case pb.TAX_NEXT_CANCEL_REQUESTED:
                    order = await self.record_end(pb.OUTCOME_CANCELLED)  # nothing was asked for, so no payment can win
                case pb.TAX_NEXT_EXPIRY_DUE:
                    order = await self.record_end(pb.OUTCOME_EXPIRED)
        self.tax_open, self.offered = False, ()
        if order.HasField("tax_settled_at"):
            self.show(order)
        return order

    def tax_asked(self) -> pb.SettleTaxRequest:
        """The order's."""
        return pb.SettleTaxRequest(order_id=self.order_id)

    async def tell_of_wait(self) -> None:
        """The customer is told once that the proforma waits."""
        if not self.told_of_wait:
            await self.email(pb.ORDER_EMAIL_TAX_OPEN, "tell the customer that the proforma waits")
            self.told_of_wait = True

    async def decide_tax(self, decision: pb.TaxDecision, why: Why) -> None:
        """Have ordering carry an operator's decision out."""
        request = pb.DecideTaxRequest(
            request_id=request_id(), order_id=self.order_id, decision=decision, steering=steering(why)
        )
        await self.steer(OrderingSteps.decide_tax, request, "decide the tax")

    @workflow.update(
        description="Ends an order whose VAT number nothing confirms; the customer is told why. "
        'Data: {"reason_code": "no_proof"}'
    )
    async def refuse_order(self, why: Why = NO_DATA) -> str:
        """End by an operator's word."""
        return await self.decided(pb.TAX_DECISION_REFUSE, why, "refused the order")

    @refuse_order.validator
    def _may_refuse(self, why: Why = NO_DATA) -> None:
        self.must_offer(pb.TAX_DECISION_REFUSE, why)
