"""Every update that the operator's page offers is a deed of the audit trail, and a test carries it out.

What a test carries out must stand under its account, or the test fails at its end (tests/support/deeds.py,
tests/e2e/operator_desk.py): so this walks the page's list.
"""

import re

import pytest
from temporalio import workflow

from tests.docs.pages import ROOT, page
from workflows.worker import WORKFLOWS

_ROW = re.compile(r"^\| ([^|]*)\| `(\w+)` \|", re.MULTILINE)
DEEDS = {
    "allow": ("trial", "allow_sign_up"),
    "deny": ("trial", "deny_sign_up"),
    "extend_trial": ("trial", "extend_trial"),
    "end_trial": ("trial", "end_trial"),
    "record_bank_transfer": ("payments", "record_bank_transfer"),
    "assign": ("payments", "assign_money"),
    "credit": ("payments", "credit_money"),
    "refund": ("payments", "request_refund"),
    "payout": ("payments", "book_payout"),
    "set_aside": ("payments", "set_money_aside"),
    "claim": ("payments", "decide_dispute"),
    "credit_note": ("payments", "decide_dispute"),
    "terminate": ("ordering", "cancel_subscription"),
    "accept_business_proof": ("ordering", "tax_{decision}"),
    "accept_other_proof": ("ordering", "tax_{decision}"),
    "charge_vat": ("ordering", "tax_{decision}"),
    "cancel_order": ("ordering", "cancel_order"),
    "refuse_order": ("ordering", "tax_{decision}"),
    "cancel_subscription": ("ordering", "cancel_subscription"),
    "charge_now": ("payments", "charge_now"),
    "switch_off_automatic_debit": ("payments", "switch_off_automatic_debit"),
    "keep_subscription": ("ordering", "keep_subscription"),
    "record_training": ("ordering", "reseller_training"),
    "approve_reseller": ("ordering", "reseller_{decision}"),
    "refuse_reseller": ("ordering", "reseller_{decision}"),
    "keep_reseller": ("ordering", "reseller_{decision}"),
    "withdraw_reseller": ("ordering", "reseller_{decision}"),
    "refund_again": ("ordering", "refund_again"),
    "refund_made_outside": ("ordering", "refund_made_outside"),
    "no_credit_note": ("ordering", "no_credit_note_due"),
    "retry_transmission": ("invoicing", "prepare_resend"),
    "resend_with_current_profile": ("invoicing", "prepare_resend"),
    "give_up": ("invoicing", "give_up_transmission"),
    "approve": ("support", "approve_erasure"),
    "refuse": ("support", "refuse_erasure"),
    "erase_without_email": ("support", "skip_erasure_email"),
}
"""The updates, each with the room that keeps its deed and the deed's name."""
UNAUDITED = {"retry"}
"""It changes no row: the run asks its service again."""


def test_the_list_has_every_update_of_the_page() -> None:
    assert {update for _, update in _rows()} == DEEDS.keys() | UNAUDITED


def test_each_update_stands_beside_the_workflows_that_take_it() -> None:
    """An empty cell means the workflow above."""
    said: dict[str, str] = {}
    above = ""
    for cell, update in _rows():
        above = cell.strip() or above
        said[update] = above
    takes = {kind.__name__: workflow._Definition.must_from_class(kind).updates for kind in WORKFLOWS}
    right = {update: ", ".join(name for name, updates in takes.items() if update in updates) for update in said}
    assert said == right | {"retry": "any"}


def _rows() -> list[tuple[str, str]]:
    return _ROW.findall(page("docs/operating.md").section("Updates"))


@pytest.mark.parametrize(("room", "deed"), sorted(set(DEEDS.values())))
def test_a_room_writes_the_deed(room: str, deed: str) -> None:
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "services" / room).rglob("*.py")]
    assert any(f'"{deed}"' in text for text in code)
