"""The measuring of a period, and what an operator decides where nothing proves that its customer is a business."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import names, retries
    from workflows.activities.ordering import OrderingSteps
    from workflows.payable_tax import OTHER_NAME, WHAT_TO_LOOK_AT
    from workflows.renewal_steps import RenewalSteps
    from workflows.steering import Why, request_id, steering
    from workflows.steps import StepRefused

_AT_MEASURING = {
    "REASON_TAX_STATE": (pb.TAX_DECISION_OTHER_PROOF, pb.TAX_DECISION_CHARGE_VAT),
    "REASON_VAT_NAME_DIFFERS": (pb.TAX_DECISION_OTHER_PROOF, pb.TAX_DECISION_CHARGE_VAT),
    "REASON_BUSINESS_NOT_PROVED": (pb.TAX_DECISION_BUSINESS_PROOF, pb.TAX_DECISION_CHARGE_VAT),
}
"""What an operator may decide while nothing was asked for, by why the measuring was refused; ordering refuses what the
policy does not allow."""


class RenewalTax(RenewalSteps):
    """How a period is measured, and how its tax is decided."""

    tax_open = False
    """Whether its measuring waits for an operator's decision about its tax."""

    async def measure(self) -> None:
        """Come back once it is measured, or something has changed that it must look at anew."""
        try:
            await self.measure_period()
            self.details.happened("the period is measured", once=True)
        except StepRefused as refused:
            if refused.reason == "REASON_PERIOD_STATE":  # its subscription was cancelled meanwhile, or it has new days
                return
            if refused.reason not in _AT_MEASURING:
                raise
            await self.wait_for_decision(refused)

    async def wait_for_decision(self, refused: StepRefused) -> None:
        """It is tried again every day; until VIES answers or a proof of business is kept, an operator decides."""
        self.tax_open, self.offered = True, _AT_MEASURING[refused.reason]
        if pb.TAX_DECISION_BUSINESS_PROOF in self.offered:
            again = "look for a proof of business again"
            coming = (
                f"your decision: {WHAT_TO_LOOK_AT}. The period is not measured, and asks for nothing until then; it is "
                "looked at again every day"
            )
        elif refused.reason == "REASON_VAT_NAME_DIFFERS":
            again = "ask VIES again"
            coming = f"your decision: {OTHER_NAME}. The period is not measured; VIES is asked again every day"
        else:
            again = "ask VIES again"
            coming = (
                "VIES, which is asked again every day, or your decision: nothing confirms the customer's VAT number, "
                f"so the period is not measured ({refused.message.rstrip('.')})"
            )
        updates = {**self.tax_updates(), **self.subscription_updates()}
        self.details.stands(names.NEEDS_OPERATOR, coming, updates=updates)
        await self.wait(retries.LOOK_AGAIN, f"{again}, or an operator")
        self.tax_open, self.offered = False, ()

    def tax_asked(self) -> pb.SettleTaxRequest:
        """The period's, once it is measured."""
        return pb.SettleTaxRequest(period_id=self.period_id)

    async def decide_tax(self, decision: pb.TaxDecision, why: Why, seen: pb.SeenProof | None = None) -> None:
        """Have ordering carry an operator's decision out: measure the period by it, or let its invoice rest on it."""
        if self.tax_open:
            measured = pb.MeasurePeriodRequest(
                period_id=self.period_id, tax_decision=decision, steering=steering(why), seen=seen
            )
            await self.steer(OrderingSteps.measure_period, measured, "measure the period by an operator's decision")
            return
        request = pb.DecideTaxRequest(
            request_id=request_id(), period_id=self.period_id, decision=decision, steering=steering(why)
        )
        await self.steer(OrderingSteps.decide_tax, request, "decide the tax")
