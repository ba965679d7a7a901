"""What becomes of a Refund in the simulator, and which events that makes.

These rules are ours, written from Stripe's documentation, as those of `checkout` are.
"""

import secrets
from typing import Any

from deploy.local.stripe.checkout import Checkout
from deploy.local.stripe.refusals import Refusal, invalid, missing
from deploy.local.stripe.state import Object, State

REFUND = "refund"


class Refunds:
    """Makes refunds and ends them."""

    def __init__(self, state: State, checkout: Checkout) -> None:
        """Take the state, and the side that knows the payments."""
        self._state = state
        self._checkout = checkout

    def create(self, params: dict[str, Any]) -> Object:
        """A refund of a succeeded PaymentIntent: done at once, or pending or failed as the lever says.

        Raises:
            Refusal: There is no such payment, or less than this is left of it.
        """
        intent = self._checkout.intent(str(params["payment_intent"]))
        if intent["status"] != "succeeded":
            raise invalid("This PaymentIntent has no successful charge.", "charge_not_refundable", "payment_intent")
        left = intent["amount_received"] - self._refunded(intent["id"])
        amount = int(params.get("amount", left))
        held = sum(each["amount"] for each in self._state.all("dispute") if _holds(each, intent["id"]))
        if held and amount > left - held:  # that the rest may be refunded is a guess: Stripe's pages do not say
            raise invalid("The charge is disputed.", "charge_disputed")
        if not left:
            raise invalid("The charge has already been refunded.", "charge_already_refunded")
        if amount > left:
            raise invalid("The refund is greater than what is left of the charge.", "amount_too_large", "amount")
        refund: Object = {
            "id": f"re_{secrets.token_hex(12)}",
            "object": REFUND,
            "amount": amount,
            "charge": intent["latest_charge"]["id"],
            "payment_intent": intent["id"],
            "currency": intent["currency"],
            "created": self._checkout.now(),
            "metadata": params.get("metadata", {}),
            "reason": params.get("reason"),
            "status": "pending",
        }
        self._state.put(refund)
        self._checkout.emit("refund.created", refund)
        self._checkout.emit("charge.refunded", {**intent["latest_charge"], "payment_intent": intent["id"]})
        match self._state.faults().get("refund", "succeeded"):
            case "succeeded":
                return self.settle(refund["id"], succeeded=True)
            case "failed":
                return self.settle(refund["id"], succeeded=False)
            case _:
                return refund

    def of_intent(self, intent: str) -> list[Object]:
        """The refunds of a PaymentIntent, newest first as Stripe lists them."""
        return [item for item in reversed(self._state.all(REFUND)) if item["payment_intent"] == intent]

    def settle(self, number: str, *, succeeded: bool) -> Object:
        """End a refund: it reaches the customer, or fails (as it may even after it had succeeded).

        Raises:
            Refusal: There is no such refund, or it has failed.
        """
        refund = self._state.get(REFUND, number)
        if refund is None:
            raise missing(REFUND, number)
        if refund["status"] == "failed":
            raise Refusal(409, "invalid_request_error", "This refund has failed.")
        refund["status"] = "succeeded" if succeeded else "failed"
        if not succeeded:
            refund["failure_reason"] = "expired_or_canceled_card"
        self._state.put(refund)
        self._checkout.emit("refund.updated", refund)
        if not succeeded:
            self._checkout.emit("refund.failed", refund)
        return refund

    def _refunded(self, intent: str) -> int:
        return sum(item["amount"] for item in self.of_intent(intent) if item["status"] != "failed")


def _holds(dispute: Object, intent_id: str) -> bool:
    """Whether what is disputed of a payment cannot be refunded."""
    of_it = dispute["payment_intent"] == intent_id
    return of_it and not dispute["is_charge_refundable"] and dispute["status"] != "won"
