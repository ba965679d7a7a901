"""Stripe behind `PaymentProvider`. The only module that imports `stripe`.

Events are triggers: what counts is what Stripe answers when asked for the object. `construct_event` accepts an event
of another mode or API version and a replay inside 300 seconds, so mode and version are checked here and the event's
id is kept unique by the store. Its unverified twin is forbidden by a test.
"""

import contextlib
import re
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe

from services.kit.causes import Cause, OrderCause, PeriodCause
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
    PageState,
    PageUnusableError,
    ProviderRefund,
    ProviderUnavailableError,
    RefundProgress,
    RefundRefusedError,
    SetupOrder,
    UnreadableEventError,
)

API_VERSION = "2026-10-28.endive"
LIVE_PREFIX = "sk_live_"
# What we subscribe to and know what to do with; anything else is taken in and changes nothing.
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
    "payment_intent.requires_action",
    "setup_intent.succeeded",
    "mandate.updated",
    "payment_method.detached",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
)
_METHODS = ["card", "paypal"]
_FOR_LATER = ["paypal"]
"""Card and PayPal could both be charged later; PayPal is what we offer for that."""
_EXPAND = ["payment_intent.latest_charge", "setup_intent"]
_EXPAND_CHARGE = ["latest_charge"]
_REFUSALS = {
    "authentication_required": ChargeRefusal.AUTHENTICATION,
    "payment_intent_mandate_invalid": ChargeRefusal.MANDATE_GONE,
    "setup_intent_mandate_invalid": ChargeRefusal.MANDATE_GONE,
    "payment_method_unactivated": ChargeRefusal.MANDATE_GONE,
}
"""Stripe's codes that a further try would not change; any other one is a declined charge."""
_GONE_METHODS = {"payment_method_unexpected_state", "payment_method_not_available", "resource_missing"}
_LATER_USE = "off_session"
_LATER: Any = {
    "customer_creation": "always",
    "payment_method_options": {"paypal": {"setup_future_usage": _LATER_USE}},
}
"""What a session says besides, that is to authorise later charges: a customer there, and PayPal's future usage."""
_OFF_SESSION = "off_session"
"""The mark of a charge that was made without a page."""
_PAGE_SIZE, _MOST_PAGES = 100, 20
_GONE = 404
_NAME = re.compile(r"[!-~]{1,255}")

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
            **_marks(order.cause),
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
        return _page(session)

    async def create_charge(self, order: ChargeOrder, idempotency_key: str) -> Charge:
        """A PaymentIntent with the mandate's customer and payment method, not confirmed."""
        marks = {
            "payment_request_id": str(order.request_id),
            **_marks(order.cause),
            "attempt": str(order.attempt),
            _OFF_SESSION: "yes",
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
        return _charge(intent.to_dict())

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
            refusal = _REFUSALS.get(error.code)  # else: not ready any more, the look says what it became
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
        return _charge(intent.to_dict())

    async def release(self, grant: Grant) -> None:
        """Detach the payment method from its customer; one that is detached already is refused, and stays so."""
        with contextlib.suppress(_RefusedRequestError):
            await _asked(self._client.v1.payment_methods.detach_async(grant.method_ref))

    async def revoked_method(self, event: Event) -> str | None:
        """The payment method of an inactive mandate, or one that is attached to no customer any more."""
        try:
            if event.mandate_id is not None:
                mandate = (await _asked(self._client.v1.mandates.retrieve_async(event.mandate_id))).to_dict()
                return _id_of(mandate.get("payment_method")) if mandate.get("status") == "inactive" else None
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
        return _page(session.to_dict())

    async def page_of_charge(self, charge_id: str) -> Page | None:
        """The Checkout Session of a PaymentIntent."""
        found = await _asked(
            self._client.v1.checkout.sessions.list_async(
                {"payment_intent": charge_id, "limit": 1, "expand": [f"data.{path}" for path in _EXPAND]}
            )
        )
        return _page(found.data[0].to_dict()) if found.data else None

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
        return _refund(made.to_dict())

    async def refunds_of(self, charge_id: str) -> list[ProviderRefund]:
        """The Refunds of a PaymentIntent; it has at most a hundred that this reads."""
        listed = await _asked(self._client.v1.refunds.list_async({"payment_intent": charge_id, "limit": _PAGE_SIZE}))
        return [_refund(item.to_dict()) for item in listed.data][::-1]

    def verify(self, body: bytes, signature: str) -> Event:
        """Signature and age by the SDK, which lets the future pass; that, mode and version here."""
        try:
            event = self._client.construct_event(body, signature, self._webhook_secret).to_dict()
            parsed = _event(event)
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
                _event(item)
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
        self.refusal = _REFUSALS.get(code, ChargeRefusal.DECLINED)


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


def _marks(cause: Cause) -> dict[str, str]:
    """What we write into the metadata about what is paid; the dashboard shows it beside the payment."""
    match cause:
        case OrderCause():
            return {"order_id": str(cause.key)}
        case PeriodCause():
            return {
                "period_id": str(cause.key),
                "subscription_id": str(cause.subscription_id),
                "period_number": str(cause.number),
            }


def _page(session: dict[str, Any]) -> Page:
    intent = session.get("payment_intent")
    marks = session.get("metadata")
    return Page(
        page_id=session["id"],
        state=PageState(session["status"]),
        url=session.get("url") or "",
        expires_at=_instant(session["expires_at"]),
        request_id=_uuid(marks, "payment_request_id"),
        attempt=_attempt(marks),
        charge=_charge(intent) if isinstance(intent, dict) else None,
        setup_id=_uuid(marks, "setup_id"),
        grant=_grant(intent if isinstance(intent, dict) else session.get("setup_intent")),
    )


def _grant(intent: Any) -> Grant | None:
    """What a succeeded PaymentIntent or SetupIntent authorises; None where it authorises nothing for later."""
    if not isinstance(intent, dict) or intent.get("status") != "succeeded":
        return None
    if intent.get("object") == "payment_intent" and not _for_later(intent):
        return None
    customer, method = _id_of(intent.get("customer")), _id_of(intent.get("payment_method"))
    charge = intent.get("latest_charge")
    paid_by = (charge.get("payment_method_details") or {}).get("paypal") or {} if isinstance(charge, dict) else {}
    mandate = _id_of(intent.get("mandate") or paid_by.get("mandate"))
    return Grant(customer, method, mandate) if customer and method else None


def _for_later(intent: dict[str, Any]) -> bool:
    options = (intent.get("payment_method_options") or {}).get("paypal") or {}
    return _LATER_USE in (intent.get("setup_future_usage"), options.get("setup_future_usage"))


def _id_of(thing: Any) -> str | None:
    """An object's id, whether or not it was expanded."""
    found = thing.get("id") if isinstance(thing, dict) else thing
    return str(found) if found else None


def _charge(intent: dict[str, Any]) -> Charge:
    match intent["status"]:
        case "succeeded":
            state = ChargeState.SUCCEEDED
        case "processing" | "requires_capture":
            state = ChargeState.PROCESSING
        case "requires_confirmation":
            state = ChargeState.READY
        case _:
            state = ChargeState.NONE
    marks = intent.get("metadata") or {}
    charge = intent.get("latest_charge")
    charged = charge["created"] if isinstance(charge, dict) else intent["created"]
    return Charge(
        charge_id=intent["id"],
        state=state,
        received=Money(intent.get("amount_received") or 0, str(intent["currency"]).upper()),
        request_id=_uuid(intent.get("metadata"), "payment_request_id"),
        cause_key=_uuid(intent.get("metadata"), "order_id") or _uuid(intent.get("metadata"), "period_id"),
        charged_at=_instant(charged) if state is ChargeState.SUCCEEDED else None,
        attempt=_attempt(marks) if marks.get(_OFF_SESSION) else None,
        refusal=_refusal(intent) if state is ChargeState.NONE else None,
    )


def _refusal(intent: dict[str, Any]) -> ChargeRefusal | None:
    """Why a PaymentIntent was not paid, as it tells it."""
    if intent["status"] == "requires_action":
        return ChargeRefusal.AUTHENTICATION
    error = intent.get("last_payment_error")
    if isinstance(error, dict):
        return _REFUSALS.get(str(error.get("code")), ChargeRefusal.DECLINED)
    return None if intent["status"] == "canceled" else ChargeRefusal.DECLINED


def _refund(refund: dict[str, Any]) -> ProviderRefund:
    match refund["status"]:
        case "succeeded":
            progress = RefundProgress.SUCCEEDED
        case "failed" | "canceled":
            progress = RefundProgress.FAILED
        case _:
            progress = RefundProgress.PENDING
    failed = progress is RefundProgress.FAILED
    return ProviderRefund(
        provider_ref=refund["id"],
        charge_id=str(refund["payment_intent"]),
        progress=progress,
        amount=Money(int(refund["amount"]), str(refund["currency"]).upper()),
        failure=(refund.get("failure_reason") or refund["status"]) if failed else "",
        refund_id=_uuid(refund.get("metadata"), "refund_id"),
        attempt=_attempt(refund.get("metadata")),
        made_at=_instant(refund["created"]),
    )


def _event(event: dict[str, Any]) -> Event:
    subject = event["data"]["object"]
    kind, number = str(event["type"]), subject.get("id")
    refunded = _refunded(subject)
    if not all(_NAME.fullmatch(str(name)) for name in (event["id"], kind, number, refunded or number)):
        raise ValueError("the event has a name that cannot be kept")
    return Event(
        event_id=str(event["id"]),
        kind=kind,
        page_id=str(number) if subject.get("object") == "checkout.session" else None,
        charge_id=str(number) if subject.get("object") == "payment_intent" else None,
        refunded_charge_id=refunded,
        created_at=_instant(event["created"]),
        method_id=str(number) if subject.get("object") == "payment_method" else None,
        mandate_id=str(number) if subject.get("object") == "mandate" else None,
    )


def _refunded(subject: dict[str, Any]) -> str | None:
    """The PaymentIntent of which a refund or a refunded charge tells; charges of other kinds have none."""
    if subject.get("object") not in {"refund", "charge"} or not subject.get("payment_intent"):
        return None
    return str(subject["payment_intent"])


def _signed_at(signature: str) -> int:
    """The instant (seconds since 1970) of a signature that the SDK has accepted; it takes the first one."""
    return int(next(part.split("=")[1] for part in signature.split(",") if part.startswith("t=")))


def _uuid(marks: Any, name: str) -> UUID | None:
    """An id that we once wrote into the metadata; anybody else's text is no id of ours."""
    try:
        return UUID(str((marks or {})[name]))
    except (KeyError, ValueError):
        return None


def _attempt(marks: Any) -> int | None:
    number = str((marks or {}).get("attempt", ""))
    return int(number) if number.isascii() and number.isdigit() else None


def _instant(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
