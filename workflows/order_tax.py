"""The tax of an order: settled before its money is asked for, confirmed before its invoice.

Where VIES is no help an operator decides.

Most orders are settled when they are placed and pass here without a step.
"""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import wording
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import NEEDS_OPERATOR
    from workflows.order_steps import CANCEL_ORDER, OrderSteps
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering
    from workflows.steps import visibly

_UPDATES = {
    pb.TAX_DECISION_OTHER_PROOF: (
        "accept_other_proof",
        'another proof of business is on file: reverse charge: `{"reason_code": "register_extract"}`',
    ),
    pb.TAX_DECISION_REFUSE: (
        "refuse_order",
        'ends the order, and the customer is told why: `{"reason_code": "no_proof"}`',
    ),
    pb.TAX_DECISION_CHARGE_VAT: (
        "charge_vat",
        'goes on with Italian VAT, as the customer has consented: `{"reason_code": "no_proof"}`',
    ),
}


class OrderTax(OrderSteps):
    """What an order does about its tax."""

    offered: Sequence[pb.TaxDecision] = ()
    """What an operator may decide now, as ordering said last."""
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

    async def confirm_tax(self, order: pb.Order) -> None:
        """Before the invoice: come back once VIES still confirms the VAT number, or an earlier proof stands."""
        if order.tax_treatment != common_pb2.TAX_TREATMENT_REVERSE_CHARGE:
            return
        while True:
            self.listen()
            answer = await self.ask_for_tax("confirm the tax before the invoice; asks VIES")
            if answer.next != pb.TAX_NEXT_NEEDS_OPERATOR:
                self.offered = ()
                return
            self.show_tax(answer)
            await self.wait(answer.wait, "ask VIES again before the invoice")

    async def ask_for_tax(self, what: str) -> pb.SettleTaxResponse:
        """Have ordering do what it can about the tax."""
        request = pb.SettleTaxRequest(order_id=self.order_id)
        answer = await visibly(OrderingSteps.settle_tax, request, what, outside=True)
        self.offered = list(answer.offered)
        if said := wording.vies(answer):
            self.details.happened(said)
        return answer

    async def tell_of_wait(self) -> None:
        """The customer is told once that the proforma waits."""
        if not self.told_of_wait:
            await self.email(pb.ORDER_EMAIL_TAX_OPEN, "tell the customer that the proforma waits")
            self.told_of_wait = True

    def show_tax(self, answer: pb.SettleTaxResponse) -> None:
        """Tell the operator why it waits, and what may be decided."""
        document = "invoice" if self.paid else "proforma"
        updates = {_UPDATES[decision][0]: _UPDATES[decision][1] for decision in answer.offered}
        if not self.paid:
            updates["cancel_order"] = CANCEL_ORDER
        if answer.next == pb.TAX_NEXT_NEEDS_OPERATOR:
            state = NEEDS_OPERATOR
            coming = f"nothing confirms the VAT number, so the {document} waits for a decision; VIES is asked again"
        else:
            state = "AwaitingTax"
            since = wording.day(answer.decide_at)
            coming = f"the {document} waits for VIES, which is asked again; an operator decides from {since} on"
        self.details.stands(state, coming, answer.ask_at, updates)

    @workflow.update(
        description="Accepts another proof that the customer is a business, where VIES does not confirm the VAT "
        "number: the order goes on as reverse charge. Keep the proof in the ticket. "
        'Data: {"reason_code": "register_extract"}'
    )
    async def accept_other_proof(self, why: Why = NO_DATA) -> str:
        """Go on by an operator's word."""
        return await self._decide(pb.TAX_DECISION_OTHER_PROOF, why, "accepted another proof of business")

    @accept_other_proof.validator
    def _may_accept(self, why: Why = NO_DATA) -> None:
        self._must_be_offered(pb.TAX_DECISION_OTHER_PROOF, why)

    @workflow.update(
        description="Ends an order whose VAT number nothing confirms; the customer is told why. "
        'Data: {"reason_code": "no_proof"}'
    )
    async def refuse_order(self, why: Why = NO_DATA) -> str:
        """End by an operator's word."""
        return await self._decide(pb.TAX_DECISION_REFUSE, why, "refused the order")

    @refuse_order.validator
    def _may_refuse(self, why: Why = NO_DATA) -> None:
        self._must_be_offered(pb.TAX_DECISION_REFUSE, why)

    @workflow.update(
        description="Goes on with Italian VAT, to which the customer has consented; only while the policy says that "
        'sales to consumers in the EU are within 10,000 EUR a year. Data: {"reason_code": "no_proof"}'
    )
    async def charge_vat(self, why: Why = NO_DATA) -> str:
        """Charge VAT by an operator's word."""
        return await self._decide(pb.TAX_DECISION_CHARGE_VAT, why, "charged Italian VAT")

    @charge_vat.validator
    def _may_charge(self, why: Why = NO_DATA) -> None:
        self._must_be_offered(pb.TAX_DECISION_CHARGE_VAT, why)

    async def _decide(self, decision: pb.TaxDecision, why: Why, done: str) -> str:
        request = pb.DecideTaxRequest(
            request_id=request_id(), order_id=self.order_id, decision=decision, steering=steering(why)
        )
        await self.steer(OrderingSteps.decide_tax, request, "decide the tax")
        self.details.steered(f"{done} ({why.reason_code})")
        self.look_again()
        return done

    def _must_be_offered(self, decision: pb.TaxDecision, why: Why) -> None:
        check_why(why)
        if decision in self.offered:
            return
        offered = [_UPDATES[choice][0] for choice in self.offered]
        raise Wrong(f"not offered now; offered: {', '.join(offered) or 'nothing, the tax waits for no decision'}")
