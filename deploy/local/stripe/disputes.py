"""What becomes of a Dispute in the simulator, and which events that makes.

These rules are ours, written from Stripe's documentation, as those of `checkout` are: they prove how Casella handles
disputes, not how Stripe and banks lead them.
"""

import secrets
from typing import Any

from deploy.local.stripe.checkout import Checkout
from deploy.local.stripe.refusals import Refusal, invalid, missing
from deploy.local.stripe.state import Object, State

DISPUTE = "dispute"
FEE_MINOR = 2_000
_EVIDENCE_SECONDS = 7 * 86_400
_EVENT = "charge.dispute"
_OPEN = {"warning_needs_response", "needs_response", "under_review"}


class Disputes:
    """Opens disputes over payments, answers them, and lets the payer's bank decide."""

    def __init__(self, state: State, checkout: Checkout) -> None:
        """Take the state, and the side that knows the payments."""
        self._state = state
        self._checkout = checkout

    def get(self, number: str) -> Object:
        """A dispute."""
        dispute = self._state.get(DISPUTE, number)
        if dispute is None:
            raise missing(DISPUTE, number)
        return dispute

    def all(self) -> list[Object]:
        """All disputes, oldest first."""
        return self._state.all(DISPUTE)

    def open(self, intent_id: str, *, amount: int | None, reason: str, inquiry: bool) -> Object:
        """The payer disputes a payment: the money and a fee are withdrawn, for an inquiry not yet.

        Raises:
            Refusal: There is no such payment.
        """
        intent = self._checkout.intent(intent_id)
        if intent["status"] != "succeeded":
            raise invalid("This PaymentIntent has no successful charge.", None, "payment_intent")
        dispute: Object = {
            "id": f"dp_{secrets.token_hex(12)}",
            "object": DISPUTE,
            "livemode": False,
            "amount": amount or intent["amount_received"],
            "currency": intent["currency"],
            "charge": intent["latest_charge"]["id"],
            "payment_intent": intent["id"],
            "created": self._checkout.now(),
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
            "evidence_details": {
                "due_by": self._checkout.now() + _EVIDENCE_SECONDS,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "balance_transactions": [],
            "is_charge_refundable": inquiry,
        }
        self._tell("created", dispute)
        if not inquiry:
            self._move_money(dispute, -dispute["amount"], FEE_MINOR, "funds_withdrawn")
        return dispute

    def escalate(self, number: str) -> Object:
        """A dispute follows an inquiry."""
        dispute = self._in(number, {"warning_needs_response", "warning_closed"})
        dispute["status"], dispute["is_charge_refundable"] = "needs_response", False
        self._tell("updated", dispute)
        self._move_money(dispute, -dispute["amount"], FEE_MINOR, "funds_withdrawn")
        return dispute

    def answer(self, number: str) -> Object:
        """Evidence was given in the dashboard: the payer's bank decides."""
        dispute = self._in(number, {"needs_response"})
        dispute["status"] = "under_review"
        self._tell("updated", dispute)
        return dispute

    def decide(self, number: str, *, won: bool, fee_back: bool = False, money_later: bool = False) -> Object:
        """The payer's bank decides; a dispute that is won brings the money back. A lost one may be won later.

        The money of a dispute that is won comes with the decision, or when `reinstate` says so.

        Raises:
            Refusal: There is no such dispute, or it was won, or an inquiry ended.
        """
        dispute = self._in(number, _OPEN | ({"lost"} if won else set()))
        inquiry = dispute["status"] == "warning_needs_response"
        dispute["status"] = "warning_closed" if inquiry else "won" if won else "lost"
        self._tell("closed", dispute)
        if won and not inquiry and not money_later:
            self._move_money(dispute, dispute["amount"], -FEE_MINOR if fee_back else 0, "funds_reinstated")
        return dispute

    def reinstate(self, number: str, *, fee_back: bool = False) -> Object:
        """The money of a dispute that was won comes back after the decision.

        Raises:
            Refusal: There is no such dispute, it was not won, or its money is back.
        """
        dispute = self._in(number, {"won"})
        if sum(moved["amount"] for moved in dispute["balance_transactions"]) >= 0:
            raise Refusal(409, "invalid_request_error", "The money of this dispute is back.")
        self._move_money(dispute, dispute["amount"], -FEE_MINOR if fee_back else 0, "funds_reinstated")
        return dispute

    def _in(self, number: str, states: set[str]) -> Object:
        dispute = self.get(number)
        if dispute["status"] not in states:
            raise Refusal(409, "invalid_request_error", f"This dispute is {dispute['status']}.")
        return dispute

    def _move_money(self, dispute: Object, amount: int, fee: int, event: str) -> None:
        moved: dict[str, Any] = {
            "id": f"txn_{secrets.token_hex(12)}",
            "object": "balance_transaction",
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": dispute["currency"],
            "created": self._checkout.now(),
            "type": "adjustment",
            "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
        }
        dispute["balance_transactions"].append(moved)
        self._tell(event, dispute)

    def _tell(self, event: str, dispute: Object) -> None:
        self._state.put(dispute)
        self._checkout.emit(f"{_EVENT}.{event}", dispute)
