"""The operator's policy file of the tree says in each section what holds where nothing is said.

The sections of mailboxes and ordering are compared in their own folders.
"""

from typing import Any

import pytest
from pydantic import BaseModel

from services.kit.event_feed import EventsPolicy
from services.kit.operator_files import read_section
from services.payments.domain.mandates import DebitPolicy
from services.payments.policy import TransferPolicy
from services.support.webhooks.domain import WebhooksPolicy
from services.trial.policy import TrialPolicy
from tests.docs.pages import ROOT


@pytest.mark.parametrize(
    ("section", "model", "own"),
    [
        ("trial", TrialPolicy, {"guide_links": {}}),  # the provider's own pages
        ("payments.automatic_debit", DebitPolicy, {}),
        ("payments.transfers", TransferPolicy, {}),
        ("events", EventsPolicy, {}),
        ("webhooks", WebhooksPolicy, {}),
    ],
)
def test_the_policy_of_the_tree_names_the_usual_values(
    section: str, model: type[BaseModel], own: dict[str, Any]
) -> None:
    found = read_section(ROOT / "deploy" / "policy.yaml", tuple(section.split(".")), model)
    assert found.model_copy(update=own) == model()
