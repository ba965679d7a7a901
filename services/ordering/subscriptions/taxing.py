"""Decides how a period is taxed: by the billing profile as it stands, and by what proves that this is a business.

An answer of VIES that a number is valid stands until VIES says otherwise, a kept proof of business outside the EU for
its tax id and country. Where there is none, an operator decides, and the decision stands for this number.
Source: docs/rules.md, "Tax".
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.quote import QuoteTax, tax_of
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import Finding, TaxDecision, rests_on_proof
from services.ordering.errors import BusinessNotProved, OtherNameInVies, PeriodTaxOpen, TaxDecisionNotOffered
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.taxing.business_store import BusinessProof
from services.ordering.taxing.decided import Decided
from services.ordering.taxing.proofs import Proof, Proofs
from services.ordering.taxing.standing import NOTHING_ASKED

_TREATMENTS = {
    TaxDecision.OTHER_PROOF: TaxTreatment.REVERSE_CHARGE,
    TaxDecision.CHARGE_VAT: TaxTreatment.DOMESTIC,
}


@dataclass(frozen=True, slots=True)
class PeriodTax:
    """How a period is taxed.

    Attributes:
        id_asked: the VAT number in question, or the tax id outside the EU, with its country; empty where none is.
        decision: the operator's decision on it, where it was needed.
        business_proof: what proves the business outside the EU, where that is asked for.
        proof: what VIES says about the number, where it was asked.
    """

    treatment: TaxTreatment
    id_asked: str = ""
    decision: TaxDecision | None = None
    business_proof: BusinessProof | None = None
    proof: Proof = NOTHING_ASKED

    @property
    def vat_id(self) -> str:
        """The VAT number on which the treatment rests; empty for others."""
        return self.id_asked if self.treatment is TaxTreatment.REVERSE_CHARGE else ""


@dataclass(frozen=True, slots=True)
class ForeseenTax:
    """How a period would be taxed now.

    Attributes:
        is_open: whether nothing proves the business: the tax is that of a proved one.
    """

    tax: PeriodTax
    is_open: bool = False


class PeriodTaxing:
    """The tax of periods."""

    def __init__(self, clock: Clock, proofs: Proofs, policy: TaxPolicy) -> None:
        """Take the clock, what proves that customers are businesses, and the policy."""
        self._clock = clock
        self._proofs = proofs
        self._policy = policy

    async def of_period(
        self, subscription: SubscriptionRow, profile: BillingProfile, decided: Decided | None
    ) -> PeriodTax:
        """How a period that is measured now is taxed. Asks VIES where its last answer is not fresh.

        Args:
            subscription: With the decision that stands, if there is one.
            profile: The billing profile as it stands.
            decided: What an operator decided just now, if anything.

        Raises:
            PeriodTaxOpen: Nothing confirms the VAT number.
            OtherNameInVies: VIES names somebody else for it.
            BusinessNotProved: Nothing proves that the customer outside the EU is a business.
            TaxDecisionNotOffered: VAT may not be charged, or the decision is none about this customer.
        """
        tax = tax_of(profile, rome_date(self._clock.now()))
        if not rests_on_proof(tax.treatment, self._policy, has_vat_id=profile.vat_id is not None):
            return PeriodTax(tax.treatment)
        if tax.treatment is TaxTreatment.OUTSIDE_EU:
            return await self._outside_eu(subscription, profile, decided, self._proofs.fresh)
        if profile.vat_id is None:
            return PeriodTax(tax.treatment)
        proof = await self._proofs.fresh(subscription.account_id, profile)
        return self._settled(subscription, tax, proof, decided.decision if decided else None)

    async def foreseen(self, subscription: SubscriptionRow, profile: BillingProfile) -> ForeseenTax:
        """How a period would be taxed by what is known. VIES is not asked: its last answer counts, fresh or not.

        Args:
            subscription: With the decision that stands, if there is one.
            profile: The billing profile as it stands.
        """
        tax = tax_of(profile, rome_date(self._clock.now()))
        if not rests_on_proof(tax.treatment, self._policy, has_vat_id=profile.vat_id is not None):
            return ForeseenTax(PeriodTax(tax.treatment))
        try:
            if tax.treatment is TaxTreatment.OUTSIDE_EU:
                return ForeseenTax(await self._outside_eu(subscription, profile, None, self._proofs.known))
            proof = await self._proofs.known(subscription.account_id, profile)
            return ForeseenTax(self._settled(subscription, tax, proof, None))
        except (PeriodTaxOpen, OtherNameInVies, BusinessNotProved, TaxDecisionNotOffered):
            return ForeseenTax(PeriodTax(tax.treatment, tax.vat_id), is_open=True)

    async def _outside_eu(
        self,
        subscription: SubscriptionRow,
        profile: BillingProfile,
        decided: Decided | None,
        asked: Callable[[UUID, BillingProfile], Awaitable[Proof]],
    ) -> PeriodTax:
        """The tax of a business outside the EU: by the kept proof, by what VIES says about its VAT number where it has
        one, by a decision just now, or by one that stands.
        """
        account_id, business = subscription.account_id, profile.business_id
        kept = await self._proofs.of_business(account_id, profile)
        if kept is not None:
            return PeriodTax(TaxTreatment.OUTSIDE_EU, business_proof=kept)
        if profile.vat_id is not None and (await asked(account_id, profile)).stands is Finding.VALID:
            return PeriodTax(TaxTreatment.OUTSIDE_EU)
        decision = decided.decision if decided else _standing_decision(subscription, str(business))
        if decision is None:
            raise BusinessNotProved
        if decided is not None and decision is TaxDecision.BUSINESS_PROOF:
            seen = decided.proof_of(account_id, profile, self._clock.now())
            return PeriodTax(TaxTreatment.OUTSIDE_EU, str(business), decision, seen)
        if decision is not TaxDecision.CHARGE_VAT:
            raise TaxDecisionNotOffered(metadata={"decision": str(decision)})
        return PeriodTax(TaxTreatment.DOMESTIC, str(business), decision)

    def _settled(
        self, subscription: SubscriptionRow, tax: QuoteTax, proof: Proof, decision: TaxDecision | None
    ) -> PeriodTax:
        """The tax that rests on a VAT number, by what is known of it."""
        if proof.stands is Finding.VALID:
            return PeriodTax(tax.treatment, tax.vat_id)
        decision = decision or _standing_decision(subscription, tax.vat_id, proof)
        if decision is None and proof.stands is Finding.OTHER_NAME:
            raise OtherNameInVies
        if decision is None:
            raise PeriodTaxOpen(metadata={"finding": str(proof.stands or Finding.NO_ANSWER)})
        within = self._policy.sales_to_eu_consumers_within_threshold
        if decision not in _TREATMENTS or (decision is TaxDecision.CHARGE_VAT and not within):
            raise TaxDecisionNotOffered(metadata={"decision": str(decision)})
        return PeriodTax(_TREATMENTS[decision], tax.vat_id, decision, proof=proof)


def _standing_decision(
    subscription: SubscriptionRow, id_asked: str, proof: Proof = NOTHING_ASKED
) -> TaxDecision | None:
    """What an operator decided before about a VAT number or tax id, if anything.

    Another proof that was accepted for the number says nothing about a name that VIES contradicts.
    """
    if subscription.tax_decision_vat_id != id_asked:
        return None
    about_the_name = proof.other_name and subscription.tax_decision is TaxDecision.OTHER_PROOF
    return None if about_the_name else subscription.tax_decision
