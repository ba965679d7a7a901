"""Checkout Sessions: hosted pages for one payment, or to authorise later charges."""

import contextlib
from datetime import datetime
from typing import Any

from services.payments.provider.errors import PageUnusableError, ProviderUnavailableError
from services.payments.provider.pages import Page, PageOrder, SetupOrder
from services.payments.provider.stripe_account import RefusedRequestError, StripeAccount, UnknownObjectError, asked
from services.payments.provider.stripe_objects import BY_MANDATE, LATER_USE, marks_of, page_of

_METHODS = ["card", "paypal"]
_EXPAND = ["payment_intent.latest_charge", "setup_intent"]
_LATER: Any = {
    "customer_creation": "always",
    "payment_method_options": {"paypal": {"setup_future_usage": LATER_USE}},
}
"""What a session says besides, that is to authorise later charges: a customer there, and PayPal's future usage."""


class StripePages(StripeAccount):
    """Checkout Sessions of one account."""

    async def create_page(self, order: PageOrder, idempotency_key: str) -> Page:
        """A Checkout Session; PayPal must be among what it offers. Only for later charges with future usage."""
        methods = BY_MANDATE if order.for_later else _METHODS
        marks = {
            "payment_request_id": str(order.request_id),
            **marks_of(order.cause),
            "attempt": str(order.attempt),
        }
        session = await asked(
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
        session = await asked(
            self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "setup",
                    "currency": "eur",
                    "allowed_payment_method_types": BY_MANDATE,
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
        return await self._usable(session.to_dict(), BY_MANDATE)

    async def _usable(self, session: dict[str, Any], wanted: list[str]) -> Page:
        """The page, if it offers what it must; otherwise it is ended."""
        offered = session.get("payment_method_types") or []
        if not set(wanted) <= set(offered):
            # The parameter only filters: a method that is switched off in the dashboard vanishes without an error.
            await self.expire_page(session["id"])
            raise PageUnusableError(f"the session offers {offered}, not {wanted}: see the dashboard")
        return page_of(session)

    async def page(self, page_id: str) -> Page | None:
        """The Checkout Session with its PaymentIntent."""
        try:
            session = await asked(self._client.v1.checkout.sessions.retrieve_async(page_id, {"expand": _EXPAND}))
        except UnknownObjectError:
            return None
        return page_of(session.to_dict())

    async def page_of_charge(self, charge_id: str) -> Page | None:
        """The Checkout Session of a PaymentIntent."""
        found = await asked(
            self._client.v1.checkout.sessions.list_async(
                {"payment_intent": charge_id, "limit": 1, "expand": [f"data.{path}" for path in _EXPAND]}
            )
        )
        return page_of(found.data[0].to_dict()) if found.data else None

    async def pages_since(self, since: datetime) -> list[Page]:
        """The Checkout Sessions, each with its PaymentIntent."""
        expand = {"expand": [f"data.{path}" for path in _EXPAND]}
        listed = await self.listed(self._client.v1.checkout.sessions.list_async, since, expand)
        return [page_of(item) for item in listed]

    async def expire_page(self, page_id: str) -> Page:
        """Expire; a session that is complete or expired already is told as it is."""
        with contextlib.suppress(RefusedRequestError):  # not open any more: the look says what it became
            await asked(self._client.v1.checkout.sessions.expire_async(page_id))
        page = await self.page(page_id)
        if page is None:
            raise ProviderUnavailableError("the provider does not know a session that it made")
        return page
