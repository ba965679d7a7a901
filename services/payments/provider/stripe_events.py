"""Events, as the webhook delivers them and as Stripe lists those that it could not deliver.

The SDK accepts an event of another mode or API version and a replay inside 300 seconds, so mode and version are checked
here and the event's id is kept unique by the store.
"""

from datetime import datetime
from typing import Any

from services.payments.provider.errors import ForeignEventError, UnreadableEventError
from services.payments.provider.events import Event
from services.payments.provider.stripe_account import API_VERSION, StripeAccount
from services.payments.provider.stripe_objects import EVENT_TYPES, event_of

_MOST_PAGES = 20


class StripeEvents(StripeAccount):
    """Events of one account."""

    def verify(self, body: bytes, signature: str) -> Event:
        """Signature first, then whether it is an event, then whether it is one of ours."""
        try:
            event = self.signed(body, signature)
            parsed = event_of(event)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
            raise UnreadableEventError from error
        if not self._is_ours(event):
            raise ForeignEventError
        return parsed

    async def undelivered(self, since: datetime) -> list[Event]:
        """What Stripe still holds as not delivered, of the types we know."""
        known = {"types": list(EVENT_TYPES), "delivery_success": False}
        listed = await self.listed(self._client.v1.events.list_async, since, known, _MOST_PAGES)
        return [event_of(item) for item in listed if self._is_ours(item)]

    async def events_since(self, since: datetime) -> list[Event]:
        """All that Stripe still lists, of the types we know."""
        listed = await self.listed(self._client.v1.events.list_async, since, {"types": list(EVENT_TYPES)})
        return [event_of(item) for item in listed if self._is_ours(item)]

    def _is_ours(self, event: dict[str, Any]) -> bool:
        """Whether it is of our mode and API version, and of no account that is connected to ours."""
        same = event.get("livemode") is self._livemode and event.get("api_version") == API_VERSION
        return same and event.get("account") is None
