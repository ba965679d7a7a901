"""The tax of what is sold: what proves that the customer is a business, and an operator's decision where nothing does.

VIES is asked again before every invoice. Only the invoice waits: what was paid is unlocked, or restored, before this
is asked. A kept proof of business outside the EU counts until tax id or country change, and is not asked for again.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows import names, wording, wording_contracts
    from workflows.activities.ordering import OrderingSteps
    from workflows.payable import Payable
    from workflows.steering import NO_DATA, Why, Wrong, check_why
    from workflows.steering_tax import (
        NO_PROOF_OF_BUSINESS,
        ProofOfBusiness,
        check_proof_of_business,
        seen_proof,
    )
    from workflows.steps import visibly

WHAT_TO_LOOK_AT = (
    "nothing proves that the customer outside the EU is a business. Look at a certificate of its tax authority, or an "
    "extract of its register of businesses, or look its number up in its country's register; name, address and tax id "
    "must be those of the billing profile"
)
OTHER_NAME = (
    "VIES says that the VAT number is valid, and names somebody else than the billing profile. `casella show` has both "
    "names: what VIES answered, and the profile. Where both are the same business, `accept_other_proof` is enough, and "
    "name and number are not asked again; a number that is another's proves nothing"
)
_UPDATES = {
    pb.TAX_DECISION_BUSINESS_PROOF: (
        "accept_business_proof",
        (
            "you have seen and filed a proof (tax_certificate, register_extract or number_checked): no Italian VAT: "
            '`{"proof": "tax_certificate", "reference": "proofs/2026-0042", "reason_code": "proof_seen"}`'
        ),
    ),
    pb.TAX_DECISION_OTHER_PROOF: (
        "accept_other_proof",
        (
            "another proof of business is on file, or the name in VIES is that of the same business: reverse charge: "
            '`{"reason_code": "register_extract"}`'
        ),
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


class PayableTax(Payable):
    """What an order and a period do about their tax."""

    offered: Sequence[pb.TaxDecision] = ()
    """What an operator may decide now, as ordering said last."""

    @abstractmethod
    def tax_asked(self) -> pb.SettleTaxRequest:
        """Whose tax ordering settles."""

    @abstractmethod
    async def decide_tax(self, decision: pb.TaxDecision, why: Why, seen: pb.SeenProof | None = None) -> None:
        """Have ordering carry an operator's decision out; a proof of business names what was seen."""

    async def confirm_tax(self, sold: pb.Order | pb.Period) -> None:
        """Before the invoice: come back once VIES still confirms the VAT number, or an earlier proof stands."""
        if sold.tax_treatment != common_pb2.TAX_TREATMENT_REVERSE_CHARGE:
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
        answer = await visibly(OrderingSteps.settle_tax, self.tax_asked(), what, outside=True)
        self.offered = list(answer.offered)
        if said := wording_contracts.vies(answer):
            self.details.happened(said)
        return answer

    def show_tax(self, answer: pb.SettleTaxResponse) -> None:
        """Tell the operator why it waits, and what may be decided."""
        document = "invoice" if self.paid else "proforma"
        updates = {**self.tax_updates(), **({} if self.paid else self.remedies())}
        due_at, expires = answer.ask_at, self._expires(answer.order)
        if pb.TAX_DECISION_BUSINESS_PROOF in answer.offered:
            state, due_at = names.NEEDS_OPERATOR, answer.order.hold_until
            coming = (
                f"your decision: {WHAT_TO_LOOK_AT}. The {document} waits, and the customer was told which proof is "
                f"wanted{expires}"
            )
        elif answer.next == pb.TAX_NEXT_NEEDS_OPERATOR and answer.finding == pb.VAT_FINDING_OTHER_NAME:
            state = names.NEEDS_OPERATOR
            coming = f"your decision: {OTHER_NAME}. The {document} waits; VIES is asked again{expires}"
        elif answer.next == pb.TAX_NEXT_NEEDS_OPERATOR:
            state = names.NEEDS_OPERATOR
            coming = (
                f"nothing confirms the VAT number, so the {document} waits for a decision; VIES is asked again{expires}"
            )
        else:
            state = "AwaitingTax"
            since = wording.day(answer.decide_at)
            coming = (
                f"the {document} waits for VIES, which is asked again; an operator decides from {since} on{expires}"
            )
        self.details.stands(state, coming, due_at, updates)

    def _expires(self, order: pb.Order) -> str:
        """When an order ends whose tax nobody settles; a period waits, and so does what is paid."""
        if self.paid or not order.HasField("hold_until"):
            return ""
        return f". Undecided, the order expires at {wording.day(order.hold_until)}"

    def tax_updates(self) -> Mapping[str, str]:
        """What an operator may decide now, and what it does."""
        return {_UPDATES[decision][0]: _UPDATES[decision][1] for decision in self.offered}

    @workflow.update(
        description="Accepts another proof that the customer is a business, where VIES does not confirm the VAT "
        "number, or that the other name which VIES tells is its: it goes on as reverse charge. Keep the proof in the "
        "ticket. "
        'Data: {"reason_code": "register_extract"}'
    )
    async def accept_other_proof(self, why: Why = NO_DATA) -> str:
        """Go on by an operator's word."""
        return await self.decided(pb.TAX_DECISION_OTHER_PROOF, why, "accepted another proof of business")

    @accept_other_proof.validator
    def _may_accept(self, why: Why = NO_DATA) -> None:
        self.must_offer(pb.TAX_DECISION_OTHER_PROOF, why)

    @workflow.update(
        description="Accepts a proof that the customer outside the EU is a business: it goes on without Italian VAT, "
        "and the proof is kept for later orders and periods of the same tax id and country. `proof` is "
        "tax_certificate, register_extract or number_checked; `reference` says where you have filed it. "
        'Data: {"proof": "tax_certificate", "reference": "proofs/2026-0042", "reason_code": "proof_seen"}'
    )
    async def accept_business_proof(self, proof: ProofOfBusiness = NO_PROOF_OF_BUSINESS) -> str:
        """Go on by an operator's word."""
        done = f"accepted a proof of business, {proof.proof} {proof.reference}"
        return await self.decided(pb.TAX_DECISION_BUSINESS_PROOF, proof, done, seen_proof(proof))

    @accept_business_proof.validator
    def _may_accept_business(self, proof: ProofOfBusiness = NO_PROOF_OF_BUSINESS) -> None:
        check_proof_of_business(proof)
        self.must_offer(pb.TAX_DECISION_BUSINESS_PROOF, proof)

    @workflow.update(
        description="Goes on with Italian VAT, to which the customer has consented; only before the money is asked "
        "for, and in the EU while the policy says that sales to consumers there are within 10,000 EUR a year. "
        'Data: {"reason_code": "no_proof"}'
    )
    async def charge_vat(self, why: Why = NO_DATA) -> str:
        """Charge VAT by an operator's word."""
        return await self.decided(pb.TAX_DECISION_CHARGE_VAT, why, "charged Italian VAT")

    @charge_vat.validator
    def _may_charge(self, why: Why = NO_DATA) -> None:
        self.must_offer(pb.TAX_DECISION_CHARGE_VAT, why)

    async def decided(self, decision: pb.TaxDecision, why: Why, done: str, seen: pb.SeenProof | None = None) -> str:
        """Have a decision carried out, and note it."""
        await self.decide_tax(decision, why, seen)
        self.details.steered(f"{done} ({why.reason_code})")
        self.look_again()
        return done

    def must_offer(self, decision: pb.TaxDecision, why: Why) -> None:
        """Refuse a decision that is not offered now."""
        check_why(why)
        if decision in self.offered:
            return
        offered = ", ".join(self.tax_updates())
        # That is all that is known here: the page may well offer what has nothing to do with the tax.
        raise Wrong(f"not offered now; offered: {offered}" if offered else "the tax waits for no decision")
