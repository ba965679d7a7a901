"""What an operator sees of disputes, and of what the bank took back of what had paid."""

import pytest

from casella.payments.v1 import payments_pb2 as pb
from cli import words
from cli.showing import disputes

LOST, CLAIM = pb.DISPUTE_STATE_LOST, pb.DISPUTE_DECISION_CLAIM


def test_what_the_bank_took_back_is_shown_as_such() -> None:
    shown = dict(zip(disputes.COLUMNS, disputes.row(pb.Dispute(source=pb.MONEY_SOURCE_BANK, state=LOST)), strict=True))
    assert (shown["by"], shown["state"], shown["decided"]) == ("bank", "lost", words.NONE)


def test_what_became_of_a_claim_is_shown_beside_the_decision() -> None:
    aside = pb.Dispute(decision=CLAIM, settlement=pb.MONEY_SETTLEMENT_SET_ASIDE)
    assert dict(zip(disputes.COLUMNS, disputes.row(aside), strict=True))["decided"] == "claim, set aside"


@pytest.mark.parametrize(
    ("reason", "dispute", "says"),
    [
        (pb.MONEY_ENTRY_REASON_REVERSED, pb.Dispute(source=pb.MONEY_SOURCE_BANK), "reversed (of what had paid)"),
        (pb.MONEY_ENTRY_REASON_REVERSED, pb.Dispute(source=pb.MONEY_SOURCE_BANK, decision=CLAIM), "reversed (claim)"),
        (pb.MONEY_ENTRY_REASON_DISPUTED, pb.Dispute(source=pb.MONEY_SOURCE_STRIPE, state=LOST), "disputed (lost)"),
        (pb.MONEY_ENTRY_REASON_DISPUTED, pb.Dispute(state=LOST, decision=CLAIM), "disputed (claim)"),
        (pb.MONEY_ENTRY_REASON_REVERSED, None, "reversed"),
    ],
)
def test_the_queue_says_what_is_a_claim(reason: pb.MoneyEntryReason, dispute: pb.Dispute | None, says: str) -> None:
    assert words.waiting_for(pb.MoneyEntry(reason=reason, dispute=dispute)) == says
