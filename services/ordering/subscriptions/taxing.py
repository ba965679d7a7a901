"""Decides how a period is taxed: by the billing profile as it stands, and by VIES where that rests on a VAT number.

An answer of VIES that a number is valid stands until VIES says otherwise. Where nothing confirms it, an operator
decides, and the decision stands for this number. Source: docs/rules.md, "Tax".
"""

from dataclasses import dataclass

from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.quote import QuoteTax, tax_of
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import Finding, TaxDecision
from services.ordering.errors import PeriodTaxOpen, TaxDecisionNotOffered
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.taxing.proofs import Proof, Proofs

_TREATMENTS = {
    TaxDecision.OTHER_PROOF: TaxTreatment.REVERSE_CHARGE,
    TaxDecision.CHARGE_VAT: TaxTreatment.DOMESTIC,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What an operator decided about a period's tax, with who and why."""

    decision: TaxDecision
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class PeriodTax:
    """How a period is taxed.

    Attributes:
        vat_id_asked: the number in question, with its country; empty where none is.
        decision: the operator's decision on it, where it was needed.
    """

    treatment: TaxTreatment
    vat_id_asked: str = ""
    decision: TaxDecision | None = None

    @property
    def vat_id(self) -> str:
        """The number on which the treatment rests; empty with Italian VAT."""
        return self.vat_id_asked if self.treatment is TaxTreatment.REVERSE_CHARGE else ""


@dataclass(frozen=True, slots=True)
class ForeseenTax:
    """How a period would be taxed now.

    Attributes:
        is_open: whether nothing confirms the VAT number: the tax is that of a confirmed one.
    """

    tax: PeriodTax
    is_open: bool = False


class PeriodTaxing:
    """The tax of periods."""

    def __init__(self, clock: Clock, proofs: Proofs, policy: TaxPolicy) -> None:
        """Take the clock, what proves VAT numbers, and the policy."""
        self._clock = clock
        self._proofs = proofs
        self._policy = policy

    async def of_period(
        self, subscription: SubscriptionRow, profile: BillingProfile, decision: TaxDecision | None
    ) -> PeriodTax:
        """How a period that is measured now is taxed. Asks VIES where its last answer is not fresh.

        Args:
            subscription: With the decision that stands, if there is one.
            profile: The billing profile as it stands.
            decision: What an operator decided just now, if anything.

        Raises:
            PeriodTaxOpen: Nothing confirms the VAT number.
            TaxDecisionNotOffered: VAT may not be charged.
        """
        tax = tax_of(profile, rome_date(self._clock.now()))
        if profile.vat_id is None or not tax.vat_id:
            return PeriodTax(tax.treatment)
        proof = await self._proofs.known(subscription.account_id, tax.vat_id)
        if not self._proofs.is_fresh(proof):
            proof = await self._proofs.ask(subscription.account_id, profile.vat_id)
        return self._settled(subscription, tax, proof, decision)

    async def foreseen(self, subscription: SubscriptionRow, profile: BillingProfile) -> ForeseenTax:
        """How a period would be taxed by what is known. VIES is not asked: its last answer counts, fresh or not.

        Args:
            subscription: With the decision that stands, if there is one.
            profile: The billing profile as it stands.
        """
        tax = tax_of(profile, rome_date(self._clock.now()))
        if not tax.vat_id:
            return ForeseenTax(PeriodTax(tax.treatment))
        proof = await self._proofs.known(subscription.account_id, tax.vat_id)
        try:
            return ForeseenTax(self._settled(subscription, tax, proof, None))
        except (PeriodTaxOpen, TaxDecisionNotOffered):
            return ForeseenTax(PeriodTax(tax.treatment, tax.vat_id), is_open=True)

    def _settled(
        self, subscription: SubscriptionRow, tax: QuoteTax, proof: Proof, decision: TaxDecision | None
    ) -> PeriodTax:
        """The tax that rests on a VAT number, by what is known of it."""
        if proof.stands is Finding.VALID:
            return PeriodTax(tax.treatment, tax.vat_id)
        if decision is None and subscription.tax_decision_vat_id == tax.vat_id:
            decision = subscription.tax_decision
        if decision is None:
            raise PeriodTaxOpen(metadata={"finding": str(proof.stands or Finding.NO_ANSWER)})
        if decision is TaxDecision.CHARGE_VAT and not self._policy.sales_to_eu_consumers_within_threshold:
            raise TaxDecisionNotOffered(metadata={"decision": str(decision)})
        return PeriodTax(_TREATMENTS[decision], tax.vat_id, decision)
