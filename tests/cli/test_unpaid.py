"""What the audit names of paid invoices whose money is gone without a credit note."""

from typing import Any

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2 as pb
from cli import unpaid


def lost(**changes: Any) -> pb.Dispute:
    """What the bank took back of what had paid."""
    usual: dict[str, Any] = {
        "source": pb.MONEY_SOURCE_BANK, "state": pb.DISPUTE_STATE_LOST, "payment_request_id": "request",
        "withdrawn": common_pb2.Money(minor=12_200, currency="EUR"), "account_id": "account",
        "closed_on": common_pb2.Date(year=2026, month=3, day=2), "money_entry_id": "entry",
    }  # fmt: skip
    return pb.Dispute(**{**usual, **changes})


def test_what_is_claimed_not_decided_or_set_aside_is_named_with_its_sum_and_entry() -> None:
    claim, aside = pb.DISPUTE_DECISION_CLAIM, pb.MONEY_SETTLEMENT_SET_ASIDE
    told = unpaid.taken([
        lost(), lost(decision=claim), lost(settlement=aside), lost(decision=claim, settlement=aside),
        lost(source=pb.MONEY_SOURCE_STRIPE),
    ])  # fmt: skip
    assert told[0] == (
        "122.00 EUR of account account (payment request request) taken by the bank on 2026-03-02: not decided "
        "(money entry entry)"
    )
    assert [each.rpartition(": ")[2].partition(" (")[0] for each in told] == [
        "not decided", "a claim, which the customer owes", "nobody is asked for it any more",
        "nobody is asked for it any more", "not decided",
    ]  # fmt: skip
    assert "taken by a lost dispute on" in told[4]


def test_what_was_made_good_or_is_not_lost_is_not_named() -> None:
    settled = [
        lost(settlement=each)
        for each in (pb.MONEY_SETTLEMENT_CREDIT_NOTE, pb.MONEY_SETTLEMENT_CREDITED, pb.MONEY_SETTLEMENT_REFUNDED)
    ]
    counted = lost(settlement=pb.MONEY_SETTLEMENT_SET_ASIDE, counted_as_refund=lost().withdrawn)
    others = [lost(state=pb.DISPUTE_STATE_UNDER_REVIEW), lost(payment_request_id=""), counted]
    assert unpaid.taken([*settled, *others]) == []
