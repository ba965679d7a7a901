"""The tax of an order that is not paid: settled before its money is asked for, by VIES, a kept proof or an operator.

Most orders are settled when they are placed and pass here without a step.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
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
            outside = order.quote.tax_treatment == common_pb2.TAX_TREATMENT_OUTSIDE_EU
            asks = "looks for a proof of business" if outside else "asks VIES"
            answer = await self.ask_for_tax(f"settle the tax; {asks}")
            order = answer.order
            match answer.next:
                case pb.TAX_NEXT_ASK_AGAIN | pb.TAX_NEXT_NEEDS_OPERATOR:
                    await self.tell_of_wait()
                    self.show_tax(answer)
                    again = "look for a proof of business again" if outside else "ask VIES again"
                    await self.wait(answer.wait, f"{again}, or an operator")
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

    async def decide_tax(self, decision: pb.TaxDecision, why: Why, seen: pb.SeenProof | None = None) -> None:
        """Have ordering carry an operator's decision out."""
        request = pb.DecideTaxRequest(
            request_id=request_id(), order_id=self.order_id, decision=decision, steering=steering(why), seen=seen
        )
        await self.steer(OrderingSteps.decide_tax, request, "decide the tax")

    @workflow.update(
        description="Ends an order of which nothing proves that its customer is a business; the customer is told why. "
        'Data: {"reason_code": "no_proof"}'
    )
    async def refuse_order(self, why: Why = NO_DATA) -> str:
        """End by an operator's word."""
        return await self.decided(pb.TAX_DECISION_REFUSE, why, "refused the order")

    @refuse_order.validator
    def _may_refuse(self, why: Why = NO_DATA) -> None:
        self.must_offer(pb.TAX_DECISION_REFUSE, why)
