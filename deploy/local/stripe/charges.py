"""What becomes of a stored payment method in the simulator: authorised, charged without the customer, revoked.

Written from Stripe's documentation: it proves how Casella handles such answers, not that Stripe gives them. What a
charge comes to is chosen beforehand (`off_session` among the faults, or on the simulator's page), and stays so until
it is changed.
"""

import secrets
from collections.abc import Callable
from typing import Any

from deploy.local.stripe.refusals import Refusal, invalid, missing
from deploy.local.stripe.state import Object, State

CUSTOMER, METHOD, MANDATE, _INTENT = "customer", "payment_method", "mandate", "payment_intent"
OUTCOMES = {
    "succeeds": "succeeds",
    "requires_authentication": "the customer must confirm it",
    "mandate_gone": "the mandate is not valid any more",
    "insufficient_funds": "no money",
    "processing": "is processed until it is settled",
    "error_after_charge": "charged, but the answer is an error 500",
    "silent_after_charge": "charged, but no answer comes in time",
    "error_before_charge": "an error 500, and nothing is charged",
}
SILENCE_SECONDS = 30.0
_DECLINED: dict[str, tuple[str, str]] = {
    "requires_authentication": ("authentication_required", "The customer must confirm this payment."),
    "mandate_gone": ("payment_intent_mandate_invalid", "The mandate is not valid."),
    "insufficient_funds": ("payment_method_provider_decline", "The provider declined the payment."),
}


class Silence(Exception):
    """The work is done, but its answer is to come too late for the caller."""


class Charges:
    """Customers, payment methods with their mandates, and PaymentIntents without a page."""

    def __init__(self, state: State, now: Callable[[], int], emit: Callable[[str, Object], None]) -> None:
        """Take the state, the clock and how an event is told."""
        self._state = state
        self._now = now
        self._emit = emit

    def authorise(self) -> tuple[str, str, str]:
        """A new customer with a payment method and a mandate; their ids."""
        customer, method, mandate = (f"{kind}_{secrets.token_hex(12)}" for kind in ("cus", "pm", "mandate"))
        made = {"livemode": False, "created": self._now()}
        self._state.put({"id": customer, "object": CUSTOMER, **made})
        self._state.put({"id": method, "object": METHOD, "type": "paypal", "customer": customer, **made})
        self._state.put(
            {
                "id": mandate,
                "object": MANDATE,
                "status": "active",
                "type": "multi_use",
                "payment_method": method,
                **made,
            }
        )
        return customer, method, mandate

    def get(self, kind: str, number: str) -> Object:
        """A stored object."""
        found = self._state.get(kind, number)
        if found is None:
            raise missing(kind, number)
        return found

    def mandates(self) -> list[Object]:
        """All mandates, oldest first."""
        return self._state.all(MANDATE)

    def revoke(self, number: str) -> Object:
        """The customer revokes a mandate at PayPal."""
        mandate = self.get(MANDATE, number)
        mandate["status"] = "inactive"
        self._state.put(mandate)
        self._emit("mandate.updated", mandate)
        return mandate

    def lapse(self, number: str) -> Object:
        """A mandate ends at PayPal, and the provider learns of it by the next charge: it tells nobody before."""
        mandate = self.get(MANDATE, number)
        mandate["status"] = "inactive"
        self._state.put(mandate)
        return mandate

    def touch(self, number: str) -> Object:
        """Tell of a mandate that stays as it is."""
        mandate = self.get(MANDATE, number)
        self._emit("mandate.updated", mandate)
        return mandate

    def detach(self, number: str) -> Object:
        """A payment method leaves its customer; its mandate ends with it."""
        method = self.get(METHOD, number)
        method["customer"] = None
        self._state.put(method)
        self._emit("payment_method.detached", method)
        return method

    def create(self, params: dict[str, Any]) -> Object:
        """A PaymentIntent that waits for its confirmation."""
        method = self.get(METHOD, params["payment_method"])
        if method["customer"] != params["customer"]:
            raise invalid(
                "The payment method is not the customer's.", "payment_method_unexpected_state", "payment_method"
            )
        intent: Object = {
            "id": f"pi_{secrets.token_hex(12)}",
            "object": _INTENT,
            "livemode": False,
            "amount": int(params["amount"]),
            "amount_received": 0,
            "currency": params["currency"],
            "customer": params["customer"],
            "payment_method": params["payment_method"],
            "payment_method_types": params.get("allowed_payment_method_types", []),
            "description": params.get("description"),
            "metadata": params.get("metadata", {}),
            "created": self._now(),
            "status": "requires_confirmation",
        }
        self._state.put(intent)
        return intent

    def confirm(self, number: str) -> Object:
        """Charge without the customer, with the outcome that was chosen.

        Raises:
            Refusal: It is declined, or cannot be confirmed as it stands.
            Silence: It was charged, and the answer is to be lost.
        """
        intent = self.get(_INTENT, number)
        if intent["status"] != "requires_confirmation":
            raise invalid(
                f"This PaymentIntent's status is {intent['status']}.", "payment_intent_unexpected_state", "intent"
            )
        outcome = str(self._state.faults().get("off_session", "succeeds"))
        if outcome == "error_before_charge":
            raise Refusal(500, "api_error", "Ordered to fail before the charge.")
        if outcome in _DECLINED or not self._authorised(intent):
            raise self._decline(intent, outcome if outcome in _DECLINED else "mandate_gone")
        if outcome == "processing":
            intent["status"] = "processing"
            self._state.put(intent)
            self._emit("payment_intent.processing", intent)
            return intent
        self._succeed(intent)
        if outcome == "error_after_charge":
            raise Refusal(500, "api_error", "Ordered to fail after the charge.")
        if outcome == "silent_after_charge":
            raise Silence
        return intent

    def cancel(self, number: str) -> Object:
        """End a PaymentIntent that has taken no money."""
        intent = self.get(_INTENT, number)
        if intent["status"] in {"succeeded", "processing", "canceled"}:
            raise invalid(f"A {intent['status']} PaymentIntent cannot be canceled.", "payment_intent_unexpected_state")
        intent["status"] = "canceled"
        self._state.put(intent)
        self._emit("payment_intent.canceled", intent)
        return intent

    def end_processing(self, intent: Object, *, succeeded: bool) -> None:
        """End a charge that is being processed."""
        if succeeded:
            self._succeed(intent)
        else:
            self._decline(intent, "insufficient_funds")

    def _authorised(self, intent: Object) -> bool:
        method = self._state.get(METHOD, intent["payment_method"])
        ended = any(
            item["status"] == "inactive"
            for item in self.mandates()
            if item["payment_method"] == intent["payment_method"]
        )
        return method is not None and method["customer"] == intent["customer"] and not ended

    def _decline(self, intent: Object, why: str) -> Refusal:
        code, message = _DECLINED[why]
        intent["status"] = "requires_action" if why == "requires_authentication" else "requires_payment_method"
        intent["last_payment_error"] = {"type": "card_error", "code": code, "message": message}
        self._state.put(intent)
        self._emit("payment_intent.payment_failed", intent)
        return Refusal(402, "card_error", message, code)

    def _succeed(self, intent: Object) -> None:
        intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
        intent["latest_charge"] = {
            "id": f"ch_{secrets.token_hex(12)}", "object": "charge", "created": self._now(), "paid": True,
        }  # fmt: skip
        self._state.put(intent)
        self._emit("payment_intent.succeeded", intent)
