"""One account at Stripe: who asks, in which version, and what a refusal means. The only module that imports `stripe`.

The unverified twin of `construct_event` is forbidden by a test.
"""

import itertools
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import stripe

from services.kit import hooks
from services.payments.domain.payment_requests import ChargeRefusal
from services.payments.provider.errors import BadSignatureError, ProviderUnavailableError
from services.payments.provider.stripe_objects import REFUSALS

API_VERSION = "2026-10-28.endive"
LIVE_PREFIX = "sk_live_"
LARGEST_PAGE = 100
"""Objects of one list."""
_GONE = 404

T = TypeVar("T")


class StripeAccount:
    """What every part of the gateway asks with."""

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

    def signed(self, body: bytes, signature: str) -> dict[str, Any]:
        """The event in a body that Stripe has signed; signature and age by the SDK, which lets the future pass.

        Raises:
            BadSignatureError: Not signed with our secret, or more than 300 seconds ago or ahead.
            ValueError: Signed, and no JSON.
        """
        try:
            event = self._client.construct_event(body, signature, self._webhook_secret).to_dict()
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise BadSignatureError from error
        if _signed_at(signature) > time.time() + stripe.Webhook.DEFAULT_TOLERANCE:
            raise BadSignatureError
        return event

    async def listed(
        self, lists: Callable[[Any], Coroutine[Any, Any, Any]], since: datetime, wanted: dict[str, Any],
        most_pages: int | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """All objects of a list that were made since an instant, oldest first.

        Args:
            lists: One of the SDK's `list_async`.
            since: By Stripe's clock.
            wanted: What else is asked for.
            most_pages: Of a hundred objects; None for all.
        """
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in itertools.count() if most_pages is None else range(most_pages):
            params = {**wanted, "created": {"gte": int(since.timestamp())}, "limit": LARGEST_PAGE, **cursor}
            page = await asked(lists(params))
            found += [item.to_dict() for item in page.data]
            if not page.has_more or not page.data:
                break
            cursor = {"starting_after": str(found[-1]["id"])}
        return found[::-1]

    async def close(self) -> None:
        """End the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated


class RefusedRequestError(ProviderUnavailableError):
    """Stripe says that the request is wrong as things stand; `code` is its own word for why."""

    def __init__(self, message: str, code: str) -> None:
        """Keep the code."""
        super().__init__(message)
        self.code = code


class UnknownObjectError(RefusedRequestError):
    """Stripe knows no object of that id."""


class DeclinedError(ProviderUnavailableError):
    """Stripe has asked the customer's PayPal or bank, and that says no."""

    def __init__(self, code: str) -> None:
        """Keep what it means for a charge by a mandate."""
        super().__init__(f"stripe declined: {code}")
        self.refusal = REFUSALS.get(code, ChargeRefusal.DECLINED)


async def asked(call: Coroutine[Any, Any, T]) -> T:
    """Await a call of the SDK; its errors become ours, without the response's text (it may repeat what was sent)."""
    try:
        async with hooks.around(_moment(call)):
            return await call
    except stripe.InvalidRequestError as error:
        kind = UnknownObjectError if error.http_status == _GONE else RefusedRequestError
        raise kind(f"stripe refused: {error.code or error.http_status}", error.code or "") from None
    except stripe.CardError as error:
        raise DeclinedError(error.code or "") from None
    except stripe.StripeError as error:
        raise ProviderUnavailableError(f"stripe: {type(error).__name__} {error.http_status or ''}") from None


def _moment(call: Any) -> str:
    """``stripe.PaymentIntentService.create``, for example: by the SDK's own method."""
    return f"stripe.{call.__qualname__.removesuffix('_async')}"


def _signed_at(signature: str) -> int:
    """The instant (seconds since 1970) of a signature that the SDK has accepted; it takes the first one."""
    return int(next(part.split("=")[1] for part in signature.split(",") if part.startswith("t=")))
