"""What happens while nothing proves the business on which a sale's tax rests: when VIES is asked again, and from when
on an operator decides what.

Of a customer in the EU the proof is VIES's word on its VAT number; of one outside it is what an operator has seen.

Source: docs/rules.md, "Tax". Dates are computed once, when their cause happens, and stored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.tax import TaxTreatment

_LOOK_AGAIN = timedelta(days=1)
"""How often an order looks again for a proof of business, which only people bring."""


class Finding(StrEnum):
    """What is known about a VAT number after a question; OTHER_NAME: valid, but by its name somebody else's."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    NO_ANSWER = "no_answer"
    OTHER_NAME = "other_name"

    @property
    def is_no(self) -> bool:
        """Whether VIES has answered, and not that this is the customer's number."""
        return self in (Finding.NOT_VALID, Finding.OTHER_NAME)


class TaxDecision(StrEnum):
    """What an operator may decide."""

    OTHER_PROOF = "other_proof"
    REFUSE = "refuse"
    CHARGE_VAT = "charge_vat"
    BUSINESS_PROOF = "business_proof"


class TaxNext(StrEnum):
    """What comes next about an order's tax."""

    SETTLED = "settled"
    ASK_AGAIN = "ask_again"
    NEEDS_OPERATOR = "needs_operator"
    CANCEL_REQUESTED = "cancel_requested"
    EXPIRY_DUE = "expiry_due"
    NOT_OPEN = "not_open"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How an order waits: how often VIES was asked in vain, when it is asked again, when an operator is asked."""

    attempts: int
    ask_at: datetime
    decide_at: datetime


def rests_on_proof(treatment: TaxTreatment, policy: TaxPolicy, *, has_vat_id: bool) -> bool:
    """Whether a sale may be taxed so only once it is proved that the customer is a business.

    Args:
        treatment: How it would be taxed.
        policy: Whether the word of a business outside the EU is taken.
        has_vat_id: Whether it has a VAT number of a member state, which VIES knows.
    """
    match treatment:
        case TaxTreatment.REVERSE_CHARGE:
            return True
        case TaxTreatment.OUTSIDE_EU:
            return policy.outside_eu_needs_proof or has_vat_id
        case TaxTreatment.DOMESTIC | TaxTreatment.OUTSIDE_VAT_TERRITORY:
            return False
        case _:
            assert_never(treatment)


def look_again_at(now: datetime, latest: datetime) -> datetime:
    """When an order of a business outside the EU looks again for a proof: `latest` is when it ends without one."""
    return min(now + _LOOK_AGAIN, latest)


def ask_again_at(now: datetime, attempts: int, finding: Finding, policy: TaxPolicy) -> datetime:
    """When VIES is asked again: at growing intervals, the longest at once where it said no.

    Args:
        now: When it was asked.
        attempts: How often it was asked in vain before.
        finding: What came of this question.
        policy: The intervals.
    """
    last = len(policy.ask_again_minutes) - 1
    step = last if finding.is_no else min(attempts, last)
    return now + timedelta(minutes=policy.ask_again_minutes[step])


def decide_at(placed_at: datetime, policy: TaxPolicy) -> datetime:
    """From when on an operator decides, if VIES stays away."""
    return placed_at + timedelta(hours=policy.operator_hours)


def needs_operator(waiting: Waiting, verdict: Finding | None, now: datetime) -> bool:
    """Whether an open order's tax is an operator's case: VIES says no, or has not answered for too long.

    Args:
        waiting: How the order waits.
        verdict: What stands after its last answer; None where it never answered.
        now: The present moment.
    """
    return (verdict is not None and verdict.is_no) or now >= waiting.decide_at


def holds_for_invoice(verdict: Finding | None, decision: TaxDecision | None) -> bool:
    """Whether what is sold under reverse charge may be invoiced so.

    An earlier proof stands while VIES does not answer; where it says no, another proof is needed.

    Args:
        verdict: What stands after VIES's last answer; None where it never answered.
        decision: What an operator decided about the number, if anything.
    """
    return verdict is None or not verdict.is_no or decision is TaxDecision.OTHER_PROOF


def offered(treatment: TaxTreatment, *, paid: bool, both_totals: bool, policy: TaxPolicy) -> tuple[TaxDecision, ...]:
    """What an operator may decide about an order or a period that needs it.

    Once paid the price stands and the service is unlocked: only a proof is missing. Italian VAT is charged only where
    the customer has consented to that total too, and within the EU while the operator's policy allows it.

    Args:
        treatment: How the sale is taxed once the business is proved.
        paid: Whether it is paid.
        both_totals: Whether the quote named both totals.
        policy: Whether VAT may be charged.
    """
    outside = treatment is TaxTreatment.OUTSIDE_EU
    proof = TaxDecision.BUSINESS_PROOF if outside else TaxDecision.OTHER_PROOF
    if paid:
        return (proof,)
    may_charge = both_totals and (outside or policy.sales_to_eu_consumers_within_threshold)
    return (proof, TaxDecision.REFUSE, *([TaxDecision.CHARGE_VAT] if may_charge else []))
