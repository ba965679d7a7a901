"""When VIES is asked again, and from when on an operator decides what."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import (
    Finding,
    TaxDecision,
    Waiting,
    ask_again_at,
    decide_at,
    holds_for_invoice,
    look_again_at,
    needs_operator,
    offered,
    rests_on_proof,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
POLICY = TaxPolicy()
WAITING = Waiting(1, NOW, NOW + timedelta(hours=24))
OTHER_PROOF, REFUSE, CHARGE_VAT = TaxDecision.OTHER_PROOF, TaxDecision.REFUSE, TaxDecision.CHARGE_VAT
BUSINESS_PROOF = TaxDecision.BUSINESS_PROOF


def test_vies_is_asked_again_at_growing_intervals_and_the_last_one_stays() -> None:
    waits = [ask_again_at(NOW, attempts, Finding.NO_ANSWER, POLICY) - NOW for attempts in range(7)]
    assert [wait // timedelta(minutes=1) for wait in waits] == [1, 5, 15, 30, 60, 180, 180]


def test_a_number_that_is_not_valid_is_asked_for_rarely() -> None:
    assert ask_again_at(NOW, 0, Finding.NOT_VALID, POLICY) - NOW == timedelta(minutes=180)


def test_after_24_hours_without_an_answer_an_operator_decides() -> None:
    assert decide_at(NOW, POLICY) == NOW + timedelta(hours=24)
    assert not needs_operator(WAITING, None, WAITING.decide_at - timedelta(microseconds=1))
    assert needs_operator(WAITING, None, WAITING.decide_at)


def test_a_definite_no_is_an_operator_s_case_at_once() -> None:
    assert needs_operator(WAITING, Finding.NOT_VALID, NOW)
    assert not needs_operator(WAITING, Finding.VALID, NOW)


@pytest.mark.parametrize(
    ("paid", "both_totals", "within", "expected"),
    [
        (False, True, False, (OTHER_PROOF, REFUSE)),
        (False, True, True, (OTHER_PROOF, REFUSE, CHARGE_VAT)),
        (False, False, True, (OTHER_PROOF, REFUSE)),
        (True, True, True, (OTHER_PROOF,)),
    ],
)
def test_vat_is_offered_only_within_the_threshold_and_with_the_customer_s_consent(
    *, paid: bool, both_totals: bool, within: bool, expected: tuple[TaxDecision, ...]
) -> None:
    policy = TaxPolicy(sales_to_eu_consumers_within_threshold=within)
    found = offered(TaxTreatment.REVERSE_CHARGE, paid=paid, both_totals=both_totals, policy=policy)
    assert found == expected


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize(
    ("both_totals", "expected"),
    [(True, (BUSINESS_PROOF, REFUSE, CHARGE_VAT)), (False, (BUSINESS_PROOF, REFUSE))],
)
def test_outside_the_eu_vat_is_offered_with_the_customer_s_consent_alone(
    *, within: bool, both_totals: bool, expected: tuple[TaxDecision, ...]
) -> None:
    policy = TaxPolicy(sales_to_eu_consumers_within_threshold=within)
    assert offered(TaxTreatment.OUTSIDE_EU, paid=False, both_totals=both_totals, policy=policy) == expected


@pytest.mark.parametrize("has_vat_id", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_outside_the_eu_a_proof_is_needed_unless_the_policy_asks_for_none_and_vies_knows_none(
    *, asked: bool, has_vat_id: bool
) -> None:
    policy = TaxPolicy(outside_eu_needs_proof=asked)
    needing = {treatment for treatment in TaxTreatment if rests_on_proof(treatment, policy, has_vat_id=has_vat_id)}
    assert needing == {TaxTreatment.REVERSE_CHARGE, *([TaxTreatment.OUTSIDE_EU] if asked or has_vat_id else [])}


def test_a_number_that_is_by_its_name_another_s_is_a_no() -> None:
    assert ask_again_at(NOW, 0, Finding.OTHER_NAME, POLICY) == ask_again_at(NOW, 0, Finding.NOT_VALID, POLICY)
    assert needs_operator(WAITING, Finding.OTHER_NAME, NOW)
    assert not holds_for_invoice(Finding.OTHER_NAME, None)
    assert holds_for_invoice(Finding.OTHER_NAME, OTHER_PROOF)


def test_a_missing_proof_is_looked_for_each_day_and_last_when_the_order_ends() -> None:
    assert look_again_at(NOW, NOW + timedelta(days=9)) == NOW + timedelta(days=1)
    assert look_again_at(NOW, NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)


def test_intervals_that_shrink_are_refused() -> None:
    with pytest.raises(ValidationError, match="must not shrink"):
        TaxPolicy(ask_again_minutes=(5, 1))
