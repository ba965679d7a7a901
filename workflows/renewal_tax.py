"""The measuring of a period, and what an operator decides where nothing confirms the VAT number of its customer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import retries
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import NEEDS_OPERATOR
    from workflows.renewal_steps import RenewalSteps
    from workflows.steering import NO_DATA, Why, Wrong, check_why, steering
    from workflows.steps import StepRefused

_UPDATES = {
    "accept_other_proof": 'another proof of business is on file: reverse charge: `{"reason_code": "register_extract"}`',
    "charge_vat": 'goes on with Italian VAT, as the customer has consented: `{"reason_code": "no_proof"}`',
}


class RenewalTax(RenewalSteps):
    """How a period is measured."""

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
        self.tax_open = True
        self.details.stands(
            NEEDS_OPERATOR,
            "VIES, which is asked again every day, or your decision: nothing confirms the customer's VAT number, so "
            f"the period is not measured ({refused.message.rstrip('.')})",
            updates={**_UPDATES, **self.subscription_updates()},
        )
        await self.wait(retries.LOOK_AGAIN, "ask VIES again, or an operator")
        self.tax_open = False

    @workflow.update(
        description="Accepts another proof that the customer is a business, where VIES does not confirm the VAT "
        "number: the period is measured as reverse charge. Keep the proof in the ticket. "
        'Data: {"reason_code": "register_extract"}'
    )
    async def accept_other_proof(self, why: Why = NO_DATA) -> str:
        """Go on by an operator's word."""
        return await self._decide(pb.TAX_DECISION_OTHER_PROOF, why, "accepted another proof of business")

    @accept_other_proof.validator
    def _may_accept(self, why: Why = NO_DATA) -> None:
        self._must_wait(why)

    @workflow.update(
        description="Measures the period with Italian VAT, to which the customer has consented; only while the policy "
        'says that sales to consumers in the EU are within 10,000 EUR a year. Data: {"reason_code": "no_proof"}'
    )
    async def charge_vat(self, why: Why = NO_DATA) -> str:
        """Charge VAT by an operator's word."""
        return await self._decide(pb.TAX_DECISION_CHARGE_VAT, why, "charged Italian VAT")

    @charge_vat.validator
    def _may_charge(self, why: Why = NO_DATA) -> None:
        self._must_wait(why)

    async def _decide(self, decision: pb.TaxDecision, why: Why, done: str) -> str:
        request = pb.MeasurePeriodRequest(period_id=self.period_id, tax_decision=decision, steering=steering(why))
        await self.steer(OrderingSteps.measure_period, request, "measure the period by an operator's decision")
        self.details.steered(f"{done} ({why.reason_code})")
        self.look_again()
        return done

    def _must_wait(self, why: Why) -> None:
        check_why(why)
        if not self.tax_open:
            raise Wrong("the period's tax waits for no decision")
