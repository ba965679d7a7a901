"""What becomes of a Checkout Session and its PaymentIntent in the simulator, and which events that makes.

These rules are ours, written from Stripe's documentation: they prove how Casella handles such answers, not that
Stripe gives them.
"""

import secrets
from collections.abc import Callable
from typing import Any

from deploy.local.stripe.charges import Charges
from deploy.local.stripe.refusals import Refusal, invalid, missing
from deploy.local.stripe.state import Object, State
from services.kit.clock import Clock

API_VERSION = "2026-10-28.endive"
SESSION, INTENT, SETUP_INTENT = "checkout.session", "payment_intent", "setup_intent"
_METHODS = ("card", "paypal")
_SHORTEST, _LONGEST = 1_800, 86_400
_LEEWAY = 60  # the caller's clock and ours are read at different moments


class Checkout:
    """Creates, expires, completes and settles."""

    def __init__(self, state: State, clock: Clock, page_url: str) -> None:
        """Take the state, the clock that dates follow, and the address under which the hosted page is served."""
        self._state = state
        self._clock = clock
        self._page_url = page_url
        self.on_event: Callable[[], None] = lambda: None
        self.charges = Charges(state, self.now, self.emit)

    def now(self) -> int:
        """Seconds since 1970 by the simulator's clock."""
        return int(self._clock.now().timestamp())

    def create(self, params: dict[str, Any]) -> Object:
        """A new open session, without a PaymentIntent until the customer confirms."""
        setup = params["mode"] == "setup"
        item = {} if setup else params["line_items"][0]
        price = {"currency": params.get("currency", "eur")} if setup else item["price_data"]
        amount = None if setup else int(price["unit_amount"]) * int(item.get("quantity", "1"))
        now = self.now()
        expires = int(params.get("expires_at", now + _LONGEST))
        if not _SHORTEST - _LEEWAY <= expires - now <= _LONGEST + _LEEWAY:
            raise invalid("expires_at must be between 30 minutes and 24 hours from now.", None, "expires_at")
        number = f"cs_test_{secrets.token_hex(24)}"
        refused = self._state.faults().get("ineligible", [])
        allowed = params.get("allowed_payment_method_types", list(_METHODS))
        session: Object = {
            "id": number,
            "object": SESSION,
            "livemode": False,
            "mode": params["mode"],
            "status": "open",
            "payment_status": "no_payment_required" if setup else "unpaid",
            "amount_subtotal": amount,
            "amount_total": amount,
            "currency": price["currency"],
            "client_reference_id": params.get("client_reference_id"),
            "metadata": params.get("metadata", {}),
            "allowed_payment_method_types": allowed,
            "payment_method_types": [name for name in _METHODS if name in allowed and name not in refused],
            "payment_intent": None,
            "setup_intent": None,
            "customer": None,
            "created": now,
            "expires_at": expires,
            "url": f"{self._page_url}/c/pay/{number}",
            "success_url": params.get("success_url"),
            "cancel_url": params.get("cancel_url"),
            "locale": params.get("locale"),
            "simulator": {
                "name": price.get("product_data", {}).get("name", "Authorise later payments"),
                "intent_metadata": params.get("setup_intent_data" if setup else "payment_intent_data", {}).get(
                    "metadata", {}
                ),
                "for_later": setup or bool(params.get("payment_method_options", {}).get("paypal")),
            },
        }
        self._state.put(session)
        return session

    def session(self, number: str) -> Object:
        """A session as it stands now: one whose time is over is expired first."""
        session = self._state.get(SESSION, number)
        if session is None:
            raise missing("checkout.session", number)
        if session["status"] == "open" and session["expires_at"] <= self.now():
            self._end(session)
        return session

    def sessions(self, intent: str | None) -> list[Object]:
        """Sessions, newest first; of one PaymentIntent if named."""
        found = [self.session(item["id"]) for item in reversed(self._state.all(SESSION))]
        return [item for item in found if intent is None or item["payment_intent"] == intent]

    def intent(self, number: str) -> Object:
        """A PaymentIntent."""
        intent = self._state.get(INTENT, number)
        if intent is None:
            raise missing("payment_intent", number)
        return intent

    def expire(self, number: str) -> Object:
        """End an open session; a complete or expired one cannot be."""
        session = self.session(number)
        if session["status"] != "open":
            raise invalid(
                f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
            )
        self._end(session)
        return session

    def expire_overdue(self) -> None:
        """End every session whose time is over: called when the clock moves."""
        self.sessions(None)

    def _end(self, session: Object) -> None:
        session["status"] = "expired"
        session["url"] = None
        self._state.put(session)
        self.emit("checkout.session.expired", session)

    def pay(self, number: str, method: str, outcome: str) -> Object:
        """The customer confirms on the hosted page.

        Args:
            number: The session.
            method: `card` or `paypal`.
            outcome: `succeeded`, `processing` (settled later) or `declined`.

        Raises:
            Refusal: The session is no longer open, or the method is not offered.
        """
        session = self.session(number)
        if session["status"] != "open":
            raise Refusal(409, "invalid_request_error", f"This session is {session['status']}.")
        if method not in session["payment_method_types"]:
            raise invalid(f"{method} is not offered.", None, "method")
        if session["mode"] == "setup":
            return self._set_up(session)
        intent = self._confirm(session, method)
        if outcome == "declined":
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
            self._state.put(intent)
            self.emit("payment_intent.payment_failed", intent)
            return session
        session["status"] = "complete"
        session["url"] = None
        if outcome == "processing":
            intent["status"] = "processing"
            self._state.put(intent)
            self._state.put(session)
            self.emit("payment_intent.processing", intent)
            self.emit("checkout.session.completed", session)
            return session
        self._succeed(session, intent)
        self.emit("checkout.session.completed", session)
        return session

    def settle(self, number: str, *, succeeded: bool) -> Object:
        """End a payment that was processing."""
        intent = self.intent(number)
        if intent["status"] != "processing":
            raise Refusal(409, "invalid_request_error", f"This PaymentIntent is {intent['status']}.")
        session = next((item for item in self._state.all(SESSION) if item["payment_intent"] == number), None)
        if session is None:
            self.charges.end_processing(intent, succeeded=succeeded)
        elif succeeded:
            self._succeed(session, intent)
            self.emit("checkout.session.async_payment_succeeded", session)
        else:
            intent["status"] = "requires_payment_method"
            self._state.put(intent)
            self.emit("payment_intent.payment_failed", intent)
            self.emit("checkout.session.async_payment_failed", session)
        return intent

    def _confirm(self, session: Object, method: str) -> Object:
        if session["payment_intent"] is not None:
            intent = self.intent(session["payment_intent"])
        else:
            number = f"pi_{secrets.token_hex(12)}"
            intent = {
                "id": number,
                "object": INTENT,
                "livemode": False,
                "amount": session["amount_total"],
                "amount_received": 0,
                "currency": session["currency"],
                "metadata": session["simulator"]["intent_metadata"],
                "created": self.now(),
                "status": "requires_confirmation",
            }
            session["payment_intent"] = number
            self._state.put(session)
        intent["payment_method_types"] = [method]
        return intent

    def _set_up(self, session: Object) -> Object:
        customer, method, mandate = self.charges.authorise()
        intent: Object = {
            "id": f"seti_{secrets.token_hex(12)}",
            "object": SETUP_INTENT,
            "livemode": False,
            "status": "succeeded",
            "customer": customer,
            "payment_method": method,
            "mandate": mandate,
            "usage": "off_session",
            "metadata": session["simulator"]["intent_metadata"],
            "created": self.now(),
        }
        session.update(status="complete", url=None, customer=customer, setup_intent=intent["id"])
        self._state.put(intent)
        self._state.put(session)
        self.emit("setup_intent.succeeded", intent)
        self.emit("checkout.session.completed", session)
        return session

    def _succeed(self, session: Object, intent: Object) -> None:
        # `settled_minor` lets a test make the provider's amount differ from what was asked for.
        intent["amount_received"] = self._state.faults().get("settled_minor", intent["amount"])
        intent["status"] = "succeeded"
        intent["latest_charge"] = {
            "id": f"ch_{secrets.token_hex(12)}", "object": "charge", "created": self.now(), "paid": True,
        }  # fmt: skip
        session["payment_status"] = "paid"
        if session["simulator"]["for_later"]:
            session["customer"], intent["payment_method"], _ = self.charges.authorise()
            intent["customer"] = session["customer"]
            intent["payment_method_options"] = {"paypal": {"setup_future_usage": "off_session"}}
        self._state.put(intent)
        self._state.put(session)
        self.emit("payment_intent.succeeded", intent)

    def emit(self, kind: str, subject: Object) -> None:
        """Append an event about an object as it is now."""
        faults = self._state.faults()
        event: Object = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": faults.get("api_version", API_VERSION),
            "created": self.now(),
            "livemode": bool(faults.get("livemode", False)),
            "type": kind,
            "data": {"object": subject},
            "pending_webhooks": 1,
            "request": None,
        }
        self._state.add_event(event, dropped=bool(faults.get("drop", False)))
        self.on_event()
