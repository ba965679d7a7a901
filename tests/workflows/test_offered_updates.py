"""What the Temporal UI offers an operator: every update says what it does, with data that it takes."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow

from casella.common.v1 import common_pb2
from services.kit.money import written
from workflows import names, wording_due
from workflows.steering import (
    Approval,
    Cancellation,
    Extension,
    Refusal,
    Why,
    check_approval,
    check_cancellation,
    check_extension,
    check_refusal,
    check_why,
)
from workflows.steering_money import (
    Assignment,
    Crediting,
    ForAccount,
    Payout,
    Returning,
    Transfer,
    check_assignment,
    check_crediting,
    check_for_account,
    check_payout,
    check_returning,
    check_transfer,
)
from workflows.steering_tax import ProofOfBusiness, check_proof_of_business
from workflows.worker import WORKFLOWS

BOOK = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
IN_THE_BOOK = re.findall(r"^\|[^|]*\| `(\w+)` \|.*\| `(\{.*\})` \|$", BOOK, re.MULTILINE)
CHECKS: Mapping[type[Why], Callable[[Any], None]] = {
    Why: check_why,
    Extension: check_extension,
    Approval: check_approval,
    Refusal: check_refusal,
    Transfer: check_transfer,
    Assignment: check_assignment,
    ForAccount: check_for_account,
    Crediting: check_crediting,
    Payout: check_payout,
    Returning: check_returning,
    ProofOfBusiness: check_proof_of_business,
    Cancellation: check_cancellation,
}


def check(takes: type[Why], example: str) -> None:
    """The update whose data are of this type takes the example."""
    CHECKS[takes](takes.from_json(json.loads(example)))


def definition_of(each: type) -> "workflow._Definition":
    return workflow._Definition.must_from_class(each)


UPDATES = [
    pytest.param(update, id=f"{each.__name__}.{name}")
    for each in WORKFLOWS
    for name, update in definition_of(each).updates.items()
]


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_says_what_it_does_and_shows_data_that_it_takes(update: "workflow._UpdateDefinition") -> None:
    does, _, example = (update.description or "").partition("Data: ")
    assert does.strip().endswith(".")
    assert update.arg_types
    takes = update.arg_types[0]
    check(takes, example)


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_is_checked_before_it_is_taken(update: "workflow._UpdateDefinition") -> None:
    assert update.validator is not None


def test_the_operators_book_has_every_update_with_data_that_it_takes() -> None:
    offered = {name: update for each in WORKFLOWS for name, update in definition_of(each).updates.items()}
    assert {name for name, _ in IN_THE_BOOK} == set(offered)
    for name, example in IN_THE_BOOK:
        takes = (offered[str(name)].arg_types or [Why])[0]
        check(takes, example)


def test_every_process_that_is_woken_says_what_it_is_about() -> None:
    steered = {definition_of(each).name for each in WORKFLOWS if definition_of(each).updates}
    assert set(names.ABOUT) == steered


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("reminder_3_days", "reminder 3 days after the proforma"),
        ("expiry", "the order expires"),
        ("something_new", "something_new"),
    ],
)
def test_what_is_due_on_an_order_is_said_in_words(due: str, said: str) -> None:
    assert wording_due.on_order(due) == said


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("reminder_1_day", "reminder 1 day before the end"),
        ("purge_reminder_7_days", "reminder 7 days before the purge"),
        ("purge", "the account is closed and its purge begins"),
    ],
)
def test_what_is_due_on_a_trial_is_said_in_words(due: str, said: str) -> None:
    assert wording_due.on_trial(due) == said


def test_an_amount_is_said_to_the_cent() -> None:
    assert written(common_pb2.Money(minor=123405, currency="EUR")) == "EUR 1234.05"
