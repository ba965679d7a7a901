"""Decides who is told of events, what each is sent, and what follows from how a post went."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from casella.common.v1 import events_pb2
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType, chosen
from services.kit.ids import new_id
from services.kit.requests import Call, claim
from services.kit.wire import from_timestamp, to_timestamp
from services.support.errors import EndpointDisabled, TooManyEndpoints
from services.support.webhooks import store
from services.support.webhooks.domain import (
    AT_ONCE,
    LEASE,
    MOST_ENDPOINTS,
    Answer,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    WebhooksPolicy,
    pause_after,
)
from services.support.webhooks.signing import body_of

_LOG = logging.getLogger(__name__)

Found = TypeVar("Found", Endpoint, Delivery)


@dataclass(frozen=True, slots=True)
class Feeds:
    """From where on the gateway is to read; `since` is None where nobody is to be told."""

    since: datetime | None
    cursors: dict[str, str]


class Webhooks:
    """Endpoints and their deliveries."""

    def __init__(self, database: Database, clock: Clock, policy: WebhooksPolicy) -> None:
        self._database = database
        self._clock = clock
        self._give_up = timedelta(days=policy.give_up_days)
        self._kept = timedelta(days=policy.kept_days)

    async def add(self, call: Call, url: str, types: Sequence[str]) -> Endpoint:
        """Registers an endpoint; a repeated call gets the first one.

        Raises:
            TooManyEndpoints: There are 50.
            NotFound: The call is a repetition, and the endpoint was removed since.
        """
        now = self._clock.now()
        endpoint = Endpoint(new_id(), url, tuple(types), now, now)
        async with self._database.transaction() as conn:
            first = await claim(conn, call, endpoint.id)
            if first is not None:
                return _found(await store.read_endpoint(conn, first))
            if await store.lock_endpoints(conn) >= MOST_ENDPOINTS:
                raise TooManyEndpoints(metadata={"limit": str(MOST_ENDPOINTS)})
            await store.insert_endpoint(conn, endpoint)
        return endpoint

    async def list(self) -> Sequence[Endpoint]:
        """All endpoints, oldest first."""
        async with self._database.reading() as conn:
            return await store.list_endpoints(conn)

    async def remove(self, call: Call, endpoint_id: UUID) -> None:
        """Removes an endpoint with its deliveries.

        Raises:
            NotFound: There is none.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, endpoint_id) is not None:
                return
            if not await store.delete_endpoint(conn, endpoint_id):
                raise NotFound
            await store.forget_feeds(conn)

    async def enable(self, call: Call, endpoint_id: UUID) -> Endpoint:
        """Lets a disabled endpoint be told again.

        Raises:
            NotFound: There is none.
        """
        async with self._database.transaction() as conn:
            first = await claim(conn, call, endpoint_id)
            endpoint = _found(await store.read_endpoint(conn, endpoint_id, lock=True))
            if first is None and endpoint.state is EndpointState.DISABLED:
                now = self._clock.now()
                await store.enable(conn, endpoint_id, now, now + self._give_up)
            return _found(await store.read_endpoint(conn, endpoint_id))

    async def test(self, call: Call, endpoint_id: UUID) -> Delivery:
        """Sends an endpoint a test.

        Raises:
            NotFound: There is no such endpoint.
            EndpointDisabled: It is not told.
        """
        now = self._clock.now()
        event = events_pb2.Event(
            event_id=str(new_id()),
            type=EventType.WEBHOOK_TEST,
            occurred_at=to_timestamp(now),
            ids={"endpoint_id": str(endpoint_id)},
            room="support",
        )
        delivery = self._delivery(endpoint_id, event, now)
        async with self._database.transaction() as conn:
            first = await claim(conn, call, delivery.id)
            if first is not None:
                return _found(await store.read_delivery(conn, first))
            endpoint = _found(await store.read_endpoint(conn, endpoint_id))
            if endpoint.state is EndpointState.DISABLED:
                raise EndpointDisabled
            await store.insert_deliveries(conn, [delivery])
        return delivery

    async def page(
        self, endpoint_id: UUID | None, state: DeliveryState | None, before: UUID | None, size: int
    ) -> Sequence[Delivery]:
        """Up to `size` deliveries, newest first."""
        async with self._database.reading() as conn:
            return await store.page(conn, endpoint_id, state, before, size)

    async def feeds(self) -> Feeds:
        """From where on the gateway is to read."""
        async with self._database.reading() as conn:
            enabled = await store.enabled_endpoints(conn)
            return Feeds(min((each.enabled_at for each in enabled), default=None), await store.feeds(conn))

    async def take(self, room: str, after: str, cursor: str, events: Sequence[events_pb2.Event]) -> int | None:
        """Makes deliveries of what was read, and moves the feed's cursor with them.

        Returns:
            How many deliveries; None, and nothing was taken, where the cursor was another or nobody is to be told.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            enabled = await store.enabled_endpoints(conn)
            if not enabled or not await store.advance_feed(conn, room, after, cursor):
                return None
            made = [
                self._delivery(endpoint.id, event, now)
                for event in events
                for endpoint in enabled
                if _wants(endpoint, event)
            ]
            return await store.insert_deliveries(conn, made)

    async def lease(self, most: int) -> Sequence[store.Leased]:
        """Hands out what is due, each with its endpoint's URL."""
        now = self._clock.now()
        async with self._database.single() as conn:
            return await store.lease(conn, most, AT_ONCE, now, now + LEASE)

    async def record(self, delivery_id: UUID, attempt: int, answer: Answer) -> None:
        """Notes how a post went; a report of an attempt that is over changes nothing."""
        async with self._database.transaction() as conn:
            endpoint_id = await store.endpoint_of(conn, delivery_id)
            endpoint = None if endpoint_id is None else await store.read_endpoint(conn, endpoint_id, lock=True)
            delivery = await store.lock_leased(conn, delivery_id, attempt)
            if endpoint is None or delivery is None:
                return
            now = self._clock.now()
            if answer.welcome:
                await store.end(conn, delivery_id, DeliveryState.DELIVERED, answer.status, "", now)
                await store.mark_endpoint(conn, endpoint.id, None, endpoint.disabled_at)
                return
            if now >= delivery.give_up_at:
                state = DeliveryState.GIVEN_UP
                await store.end(conn, delivery_id, state, answer.status, answer.problem, now)
            else:
                again_at = now + pause_after(delivery.attempts)
                await store.record(conn, delivery_id, answer.status, answer.problem, again_at)
            failing_since = endpoint.failing_since or now
            over = answer.gone or now - failing_since >= self._give_up
            disabled_at = endpoint.disabled_at or (now if over else None)
            await store.mark_endpoint(conn, endpoint.id, failing_since, disabled_at)
            if disabled_at is not None:
                await store.forget_feeds(conn)
        if disabled_at is not None and endpoint.disabled_at is None:
            ids = {"endpoint": str(endpoint.id), "error": answer.problem}
            _LOG.error("webhook endpoint disabled: casella webhooks enable, once it works", extra={"ids": ids})

    async def prune(self, now: datetime) -> int:
        """The daily job that forgets deliveries."""
        async with self._database.single() as conn:
            return await store.prune(conn, now - self._kept)

    def _delivery(self, endpoint_id: UUID, event: events_pb2.Event, now: datetime) -> Delivery:
        return Delivery(
            id=new_id(),
            endpoint_id=endpoint_id,
            event_id=UUID(event.event_id),
            type=event.type,
            body=body_of(event),
            state=DeliveryState.PENDING,
            created_at=now,
            give_up_at=now + self._give_up,
            next_at=now,
        )


def _wants(endpoint: Endpoint, event: events_pb2.Event) -> bool:
    return chosen(endpoint.types, event.type) and from_timestamp(event.occurred_at) >= endpoint.enabled_at


def _found(row: Found | None) -> Found:
    if row is None:
        raise NotFound
    return row
