"""Stripe behind `PaymentProvider`. The only module that imports `stripe`.

Events are triggers: what counts is what Stripe answers when asked for the object. `construct_event` accepts an event
of another mode or API version and a replay inside 300 seconds, so mode and version are checked here and the event's
id is kept unique by the store. Its unverified twin is forbidden by a test.
"""

import contextlib
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe

from services.kit.money import Money
from services.payments.domain.mandates import Grant
from services.payments.domain.payment_requests import ChargeRefusal
from services.payments.provider.contract import (
    BadSignatureError,
    Charge,
    ChargeOrder,
    ChargeRefusedError,
    ChargeState,
    Event,
    ForeignEventError,
    Page,
    PageOrder,
    PageUnusableError,
    ProviderRefund,
    ProviderUnavailableError,
    RefundRefusedError,
    SetupOrder,
    UnreadableEventError,
)
from services.payments.provider.stripe_objects import (
    EVENT_TYPES,
    LATER_USE,
    OFF_SESSION,
    REFUSALS,
    charge_of,
    event_of,
    id_of,
    marks_of,
    page_of,
    refund_of,
)

API_VERSION = "2026-10-28.endive"
LIVE_PREFIX = "sk_live_"
_METHODS = ["card", "paypal"]
_FOR_LATER = ["paypal"]
"""Card and PayPal could both be charged later; PayPal is what we offer for that."""
_EXPAND = ["payment_intent.latest_charge", "setup_intent"]
_EXPAND_CHARGE = ["latest_charge"]
_GONE_METHODS = {"payment_method_unexpected_state", "payment_method_not_available", "resource_missing"}
_LATER: Any = {
    "customer_creation": "always",
    "payment_method_options": {"paypal": {"setup_future_usage": LATER_USE}},
}
"""What a session says besides, that is to authorise later charges: a customer there, and PayPal's future usage."""
_PAGE_SIZE, _MOST_PAGES = 100, 20
_GONE = 404

T = TypeVar("T")


class StripeGateway:
    """Checkout Sessions, PaymentIntents, Refunds and events of one Stripe account."""

    name = "stripe"

    def __init__(self, key: str, webhook_secret: str, base_url: str | None, timeout_seconds: float) -> None:
        """Take the account's secret key, the endpoint's secret and, for a stand-in, another address.

        Args:
            key: `sk_test_…` or `sk_live_…`: it also says which mode's events are ours.
            webhook_secret: `whsec_…`.
            base_url: Another address of the API; None for Stripe itself.
            timeout_seconds: How long one call may take.
        """
        self._livemode = key.startswith(LIVE_PREFIX)
        self._webhook_secret = webhook_secret
        self._http = stripe.AIOHTTPClient(timeout=timeout_seconds)
        self._client = stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            http_client=self._http,
            base_addresses={"api": base_url} if base_url else None,
            # The workflow repeats with its own backoff; the SDK's retries would outlast the caller's deadline.
            max_network_retries=0,
        )

    async def create_page(self, order: PageOrder, idempotency_key: str) -> Page:
        """A Checkout Session; PayPal must be among what it offers. Only for later charges with future usage."""
        methods = _FOR_LATER if order.for_later else _METHODS
        marks = {
            "payment_request_id": str(order.request_id),
            **marks_of(order.cause),
            "attempt": str(order.attempt),
        }
        session = await _asked(
            self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "payment",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": order.amount.currency.lower(),
                                "unit_amount": order.amount.minor,
                                "product_data": {"name": order.title},
                            },
                        }
                    ],
                    "allowed_payment_method_types": methods,
                    **(_LATER if order.for_later else {}),
                    "adaptive_pricing": {"enabled": False},
                    "client_reference_id": str(order.cause.key),
                    "metadata": marks,
                    "payment_intent_data": {"metadata": marks},
                    "success_url": order.success_url,
                    "cancel_url": order.cancel_url,
                    "expires_at": int(order.expires_at.timestamp()),
                },
                {"idempotency_key": idempotency_key},
            )
        )
        return await self._usable(session.to_dict(), methods)

    async def create_setup_page(self, order: SetupOrder, idempotency_key: str) -> Page:
        """A Checkout Session in setup mode, by PayPal alone."""
        marks = {"setup_id": str(order.setup_id)}
        session = await _asked(
            self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "setup",
                    "currency": "eur",
                    "allowed_payment_method_types": _FOR_LATER,
                    "customer_creation": "always",
                    "client_reference_id": str(order.setup_id),
                    "metadata": marks,
                    "setup_intent_data": {"metadata": marks},
                    "success_url": order.success_url,
                    "cancel_url": order.cancel_url,
                    "expires_at": int(order.expires_at.timestamp()),
                },
                {"idempotency_key": idempotency_key},
            )
        )
        return await self._usable(session.to_dict(), _FOR_LATER)

    async def _usable(self, session: dict[str, Any], wanted: list[str]) -> Page:
        """The page, if it offers what it must; otherwise it is ended."""
        offered = session.get("payment_method_types") or []
        if not set(wanted) <= set(offered):
            # The parameter only filters: a method that is switched off in the dashboard vanishes without an error.
            await self.expire_page(session["id"])
            raise PageUnusableError(f"the session offers {offered}, not {wanted}: see the dashboard")
        return page_of(session)

    async def create_charge(self, order: ChargeOrder, idempotency_key: str) -> Charge:
        """A PaymentIntent with the mandate's customer and payment method, not confirmed."""
        marks = {
            "payment_request_id": str(order.request_id),
            **marks_of(order.cause),
            "attempt": str(order.attempt),
            OFF_SESSION: "yes",
        }
        try:
            intent = await _asked(
                self._client.v1.payment_intents.create_async(
                    {
                        "amount": order.amount.minor,
                        "currency": order.amount.currency.lower(),
                        "customer": order.grant.customer_ref,
                        "payment_method": order.grant.method_ref,
                        "allowed_payment_method_types": _FOR_LATER,
                        "description": order.title,
                        "metadata": marks,
                    },
                    {"idempotency_key": idempotency_key},
                )
            )
        except _UnknownObjectError:
            raise ChargeRefusedError(ChargeRefusal.MANDATE_GONE) from None
        except _RefusedRequestError as error:
            if error.code in _GONE_METHODS:
                raise ChargeRefusedError(ChargeRefusal.MANDATE_GONE) from None
            raise
        return charge_of(intent.to_dict())

    async def confirm_charge(self, charge_id: str, idempotency_key: str) -> Charge:
        """Confirm off-session, then look: what the PaymentIntent says counts, not the answer."""
        refusal = None
        try:
            await _asked(
                self._client.v1.payment_intents.confirm_async(
                    charge_id, {"off_session": True}, {"idempotency_key": idempotency_key}
                )
            )
        except _DeclinedError as error:
            refusal = error.refusal
        except _RefusedRequestError as error:
            refusal = REFUSALS.get(error.code)  # else: not ready any more, the look says what it became
        charge = await self.charge(charge_id)
        if charge is None:
            raise ProviderUnavailableError("the provider does not know a charge that it made")
        if refusal is None or charge.state not in {ChargeState.NONE, ChargeState.READY}:
            return charge
        return replace(charge, state=ChargeState.NONE, refusal=charge.refusal or refusal)

    async def cancel_charge(self, charge_id: str) -> Charge:
        """Cancel; one that has succeeded or is processing is told as it is."""
        with contextlib.suppress(_RefusedRequestError):
            await _asked(self._client.v1.payment_intents.cancel_async(charge_id))
        charge = await self.charge(charge_id)
        if charge is None:
            raise ProviderUnavailableError("the provider does not know a charge that it made")
        return charge

    async def charge(self, charge_id: str) -> Charge | None:
        """The PaymentIntent."""
        try:
            intent = await _asked(self._client.v1.payment_intents.retrieve_async(charge_id, {"expand": _EXPAND_CHARGE}))
        except _UnknownObjectError:
            return None
        return charge_of(intent.to_dict())

    async def release(self, grant: Grant) -> None:
        """Detach the payment method from its customer; one that is detached already is refused, and stays so."""
        with contextlib.suppress(_RefusedRequestError):
            await _asked(self._client.v1.payment_methods.detach_async(grant.method_ref))

    async def revoked_method(self, event: Event) -> str | None:
        """The payment method of an inactive mandate, or one that is attached to no customer any more."""
        try:
            if event.mandate_id is not None:
                mandate = (await _asked(self._client.v1.mandates.retrieve_async(event.mandate_id))).to_dict()
                return id_of(mandate.get("payment_method")) if mandate.get("status") == "inactive" else None
            if event.method_id is not None:
                method = (await _asked(self._client.v1.payment_methods.retrieve_async(event.method_id))).to_dict()
                return None if method.get("customer") else event.method_id
        except _UnknownObjectError:
            return event.method_id
        return None

    async def page(self, page_id: str) -> Page | None:
        """The Checkout Session with its PaymentIntent."""
        try:
            session = await _asked(self._client.v1.checkout.sessions.retrieve_async(page_id, {"expand": _EXPAND}))
        except _UnknownObjectError:
            return None
        return page_of(session.to_dict())

    async def page_of_charge(self, charge_id: str) -> Page | None:
        """The Checkout Session of a PaymentIntent."""
        found = await _asked(
            self._client.v1.checkout.sessions.list_async(
                {"payment_intent": charge_id, "limit": 1, "expand": [f"data.{path}" for path in _EXPAND]}
            )
        )
        return page_of(found.data[0].to_dict()) if found.data else None

    async def expire_page(self, page_id: str) -> Page:
        """Expire; a session that is complete or expired already is told as it is."""
        with contextlib.suppress(_RefusedRequestError):  # not open any more: the look says what it became
            await _asked(self._client.v1.checkout.sessions.expire_async(page_id))
        page = await self.page(page_id)
        if page is None:
            raise ProviderUnavailableError("the provider does not know a session that it made")
        return page

    async def refund(
        self, charge_id: str, amount: Money, refund_id: UUID, attempt: int, idempotency_key: str
    ) -> ProviderRefund:
        """A Refund of the PaymentIntent; Stripe refuses more than is left of it."""
        marks = {"refund_id": str(refund_id), "attempt": str(attempt)}
        try:
            made = await _asked(
                self._client.v1.refunds.create_async(
                    {
                        "payment_intent": charge_id,
                        "amount": amount.minor,
                        "reason": "requested_by_customer",
                        "metadata": marks,
                    },
                    {"idempotency_key": idempotency_key},
                )
            )
        except _RefusedRequestError as error:
            raise RefundRefusedError(error.code or "refused") from None
        return refund_of(made.to_dict())

    async def refunds_of(self, charge_id: str) -> list[ProviderRefund]:
        """The Refunds of a PaymentIntent; it has at most a hundred that this reads."""
        listed = await _asked(self._client.v1.refunds.list_async({"payment_intent": charge_id, "limit": _PAGE_SIZE}))
        return [refund_of(item.to_dict()) for item in listed.data][::-1]

    def verify(self, body: bytes, signature: str) -> Event:
        """Signature and age by the SDK, which lets the future pass; that, mode and version here."""
        try:
            event = self._client.construct_event(body, signature, self._webhook_secret).to_dict()
            parsed = event_of(event)
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise BadSignatureError from error
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
            raise UnreadableEventError from error
        if _signed_at(signature) > time.time() + stripe.Webhook.DEFAULT_TOLERANCE:
            raise BadSignatureError
        if event.get("livemode") is not self._livemode or event.get("api_version") != API_VERSION:
            raise ForeignEventError
        return parsed

    async def undelivered(self, since: datetime) -> list[Event]:
        """What Stripe still holds as not delivered, of the types we know."""
        found: list[Event] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            listed = await _asked(
                self._client.v1.events.list_async(
                    {
                        "delivery_success": False,
                        "types": list(EVENT_TYPES),
                        "created": {"gte": int(since.timestamp())},
                        "limit": _PAGE_SIZE,
                        **({"starting_after": cursor} if cursor else {}),
                    }
                )
            )
            events = [item.to_dict() for item in listed.data]
            found += [
                event_of(item)
                for item in events
                if item.get("livemode") is self._livemode and item.get("api_version") == API_VERSION
            ]
            if not listed.has_more or not events:
                break
            cursor = str(events[-1]["id"])
        return found[::-1]

    async def close(self) -> None:
        """End the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated


class _RefusedRequestError(ProviderUnavailableError):
    """Stripe says that the request is wrong as things stand; `code` is its own word for why."""

    def __init__(self, message: str, code: str) -> None:
        """Keep the code."""
        super().__init__(message)
        self.code = code


class _UnknownObjectError(_RefusedRequestError):
    """Stripe knows no object of that id."""


class _DeclinedError(ProviderUnavailableError):
    """Stripe has asked the customer's PayPal or bank, and that says no."""

    def __init__(self, code: str) -> None:
        """Keep what it means for a charge by a mandate."""
        super().__init__(f"stripe declined: {code}")
        self.refusal = REFUSALS.get(code, ChargeRefusal.DECLINED)


async def _asked(call: Awaitable[T]) -> T:
    """Await a call of the SDK; its errors become ours, without the response's text (it may repeat what was sent)."""
    try:
        return await call
    except stripe.InvalidRequestError as error:
        kind = _UnknownObjectError if error.http_status == _GONE else _RefusedRequestError
        raise kind(f"stripe refused: {error.code or error.http_status}", error.code or "") from None
    except stripe.CardError as error:
        raise _DeclinedError(error.code or "") from None
    except stripe.StripeError as error:
        raise ProviderUnavailableError(f"stripe: {type(error).__name__} {error.http_status or ''}") from None


def _signed_at(signature: str) -> int:
    """The instant (seconds since 1970) of a signature that the SDK has accepted; it takes the first one."""
    return int(next(part.split("=")[1] for part in signature.split(",") if part.startswith("t=")))
