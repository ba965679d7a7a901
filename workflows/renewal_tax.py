"""The measuring of a period, and what an operator decides where nothing confirms the VAT number of its customer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import retries
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import NEEDS_OPERATOR
    from workflows.renewal_steps import RenewalSteps
    from workflows.steering import Why, request_id, steering
    from workflows.steps import StepRefused

_AT_MEASURING = (pb.TAX_DECISION_OTHER_PROOF, pb.TAX_DECISION_CHARGE_VAT)
"""What an operator may decide while nothing was asked for; ordering refuses what the policy does not allow."""


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
            if refused.reason != "REASON_TAX_STATE":
                raise
            await self.wait_for_decision(refused)

    async def wait_for_decision(self, refused: StepRefused) -> None:
        """VIES is asked again every day; until it answers, an operator decides."""
        self.tax_open, self.offered = True, _AT_MEASURING
        self.details.stands(
            NEEDS_OPERATOR,
            "VIES, which is asked again every day, or your decision: nothing confirms the customer's VAT number, so "
            f"the period is not measured ({refused.message.rstrip('.')})",
            updates={**self.tax_updates(), **self.subscription_updates()},
        )
        await self.wait(retries.LOOK_AGAIN, "ask VIES again, or an operator")
        self.tax_open, self.offered = False, ()

    def tax_asked(self) -> pb.SettleTaxRequest:
        """The period's, once it is measured."""
        return pb.SettleTaxRequest(period_id=self.period_id)

    async def decide_tax(self, decision: pb.TaxDecision, why: Why) -> None:
        """Have ordering carry an operator's decision out: measure the period by it, or let its invoice rest on it."""
        if self.tax_open:
            measured = pb.MeasurePeriodRequest(period_id=self.period_id, tax_decision=decision, steering=steering(why))
            await self.steer(OrderingSteps.measure_period, measured, "measure the period by an operator's decision")
            return
        request = pb.DecideTaxRequest(
            request_id=request_id(), period_id=self.period_id, decision=decision, steering=steering(why)
        )
        await self.steer(OrderingSteps.decide_tax, request, "decide the tax")
