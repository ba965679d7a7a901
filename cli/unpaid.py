"""What went back to the payer of a paid invoice without a credit note: by a lost dispute, or because the bank took it.

The books agree all the same: the invoice stands, and what is owed is a claim, until an operator decides otherwise.
"""

from collections.abc import Iterable

from casella.payments.v1 import payments_pb2
from cli import words
from workflows import wording

_CLAIM = payments_pb2.DISPUTE_DECISION_CLAIM
_STANDS = {
    payments_pb2.MONEY_SETTLEMENT_UNSPECIFIED: "not decided",
    payments_pb2.MONEY_SETTLEMENT_SET_ASIDE: "set aside: nobody is asked for it any more",
}
"""How it stands where neither a credit note, a refund nor the account's credit has made it good, by its settlement."""


def taken(disputes: Iterable[payments_pb2.Dispute]) -> list[str]:
    """What was taken of paid payment requests and nothing has made good, a sentence each, oldest first."""
    return [_sentence(each) for each in disputes if _is_unpaid(each)]


def _is_unpaid(dispute: payments_pb2.Dispute) -> bool:
    lost = dispute.state == payments_pb2.DISPUTE_STATE_LOST and wording.beyond_refunds(dispute).minor > 0
    return lost and bool(dispute.payment_request_id) and dispute.settlement in _STANDS


def _sentence(dispute: payments_pb2.Dispute) -> str:
    how = "a lost dispute" if dispute.source == payments_pb2.MONEY_SOURCE_STRIPE else "the bank"
    claimed = dispute.decision == _CLAIM and not dispute.settlement
    stands = "a claim, which the customer owes" if claimed else _STANDS[dispute.settlement]
    return (
        f"{words.money(wording.beyond_refunds(dispute))} of account {dispute.account_id} (payment request "
        f"{dispute.payment_request_id}) taken by {how} on {words.day(dispute.closed_on)}: {stands} "
        f"(money entry {dispute.money_entry_id})"
    )
