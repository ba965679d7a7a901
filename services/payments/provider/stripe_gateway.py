"""Stripe behind `PaymentProvider`. The only module that imports `stripe`.

Events are triggers: what counts is what Stripe answers when asked for the object. `construct_event` accepts an event
of another mode or API version and a replay inside 300 seconds, so mode and version are checked here and the event's
id is kept unique by the store. Its unverified twin is forbidden by a test.
"""

import contextlib
import re
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe

from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.money import Money
from services.payments.provider.contract import (
    BadSignatureError,
    Charge,
    ChargeState,
    Event,
    ForeignEventError,
    Page,
    PageOrder,
    PageState,
    PageUnusableError,
    ProviderUnavailableError,
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
)
_METHODS = ["card", "paypal"]
_EXPAND = ["payment_intent.latest_charge"]
_PAGE_SIZE, _MOST_PAGES = 100, 20
_GONE = 404
_NAME = re.compile(r"[!-~]{1,255}")

T = TypeVar("T")


class StripeGateway:
    """Checkout Sessions, PaymentIntents and events of one Stripe account."""

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
        """A Checkout Session without future usage; PayPal must be among what it offers."""
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
                    "allowed_payment_method_types": _METHODS,
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
        offered = session.to_dict().get("payment_method_types") or []
        if not set(_METHODS) <= set(offered):
            # The parameter only filters: a method that is switched off in the dashboard vanishes without an error.
            await self.expire_page(session.id)
            raise PageUnusableError(f"the session offers {offered}, not {_METHODS}: see the dashboard")
        return _page(session.to_dict())

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
    """Stripe says that the request is wrong as things stand."""


class _UnknownObjectError(_RefusedRequestError):
    """Stripe knows no object of that id."""


async def _asked(call: Awaitable[T]) -> T:
    """Await a call of the SDK; its errors become ours, without the response's text (it may repeat what was sent)."""
    try:
        return await call
    except stripe.InvalidRequestError as error:
        kind = _UnknownObjectError if error.http_status == _GONE else _RefusedRequestError
        raise kind(f"stripe refused: {error.code or error.http_status}") from None
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
    return Page(
        page_id=session["id"],
        state=PageState(session["status"]),
        url=session.get("url") or "",
        expires_at=_instant(session["expires_at"]),
        request_id=_uuid(session.get("metadata"), "payment_request_id"),
        attempt=_attempt(session.get("metadata")),
        charge=_charge(intent) if isinstance(intent, dict) else None,
    )


def _charge(intent: dict[str, Any]) -> Charge:
    match intent["status"]:
        case "succeeded":
            state = ChargeState.SUCCEEDED
        case "processing" | "requires_capture":
            state = ChargeState.PROCESSING
        case _:
            state = ChargeState.NONE
    charge = intent.get("latest_charge")
    charged = charge["created"] if isinstance(charge, dict) else intent["created"]
    return Charge(
        charge_id=intent["id"],
        state=state,
        received=Money(intent.get("amount_received") or 0, str(intent["currency"]).upper()),
        request_id=_uuid(intent.get("metadata"), "payment_request_id"),
        cause_key=_uuid(intent.get("metadata"), "order_id") or _uuid(intent.get("metadata"), "period_id"),
        charged_at=_instant(charged) if state is ChargeState.SUCCEEDED else None,
    )


def _event(event: dict[str, Any]) -> Event:
    subject = event["data"]["object"]
    kind, number = str(event["type"]), subject.get("id")
    if not all(_NAME.fullmatch(str(name)) for name in (event["id"], kind, number)):
        raise ValueError("the event has a name that cannot be kept")
    return Event(
        event_id=str(event["id"]),
        kind=kind,
        page_id=str(number) if subject.get("object") == "checkout.session" else None,
        charge_id=str(number) if subject.get("object") == "payment_intent" else None,
        created_at=_instant(event["created"]),
    )


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
