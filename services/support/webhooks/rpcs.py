"""Translates between protobuf and webhooks, and signs what is handed out to be posted."""

import re

from casella.common.v1 import events_pb2
from casella.support.v1 import webhooks_pb2 as pb
from casella.support.v1.webhooks_pb2_grpc import WebhooksServiceServicer
from services.kit.clock import Clock
from services.kit.enums import EnumTable
from services.kit.events_service import checked_types
from services.kit.money import MOST_MINOR
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.kit.wire import to_timestamp
from services.support.messages import CATALOGUE
from services.support.webhooks.domain import (
    LONGEST_URL,
    Answer,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    url_problem,
)
from services.support.webhooks.service import Webhooks
from services.support.webhooks.signing import secret_of, sign
from services.support.webhooks.store import Leased

_MOST_LEASED = 50
_MOST_EVENTS = 200
_LONGEST_CURSOR = 60
_LONGEST_WORD = 60
_MOST_IDS = 30
_LARGEST_STATUS = 999
_ROOM = re.compile(r"[a-z]{1,20}")
_ERROR = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_ID = re.compile(r"[A-Za-z0-9_:-]{1,80}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_EVENT_TYPE = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30}){1,3}")

_ENDPOINT_STATES = EnumTable(
    {
        EndpointState.ENABLED: pb.WEBHOOK_ENDPOINT_STATE_ENABLED,
        EndpointState.DISABLED: pb.WEBHOOK_ENDPOINT_STATE_DISABLED,
    }
)
_DELIVERY_STATES = EnumTable(
    {
        DeliveryState.PENDING: pb.WEBHOOK_DELIVERY_STATE_PENDING,
        DeliveryState.DELIVERED: pb.WEBHOOK_DELIVERY_STATE_DELIVERED,
        DeliveryState.GIVEN_UP: pb.WEBHOOK_DELIVERY_STATE_GIVEN_UP,
    }
)


class WebhooksServicer(WebhooksServiceServicer):
    """`casella.support.v1.WebhooksService`."""

    def __init__(self, requests: Requests, webhooks: Webhooks, key: bytes, real_time: Clock, *, local: bool) -> None:
        """Takes the parts.

        Args:
            requests: Makes calls idempotent.
            webhooks: Decides.
            key: The key of the secrets.
            real_time: The machine's clock: a receiver refuses a signature whose age by its own clock is not small.
            local: Whether endpoints on this machine are welcome.
        """
        self._requests = requests
        self._webhooks = webhooks
        self._key = key
        self._real_time = real_time
        self._local = local

    async def AddWebhookEndpoint(
        self, request: pb.AddWebhookEndpointRequest, context: object
    ) -> pb.AddWebhookEndpointResponse:
        """Registers an endpoint."""
        found = Violations(catalogue=CATALOGUE)
        url = found.text("url", request.url, LONGEST_URL)
        problem = url_problem(url, local=self._local)
        if problem and not found:
            found.add("url", problem)
        types = checked_types(found, "types", request.types)
        call = self._requests.call(request.request_id, found, url=url, types=types)
        found.check()
        endpoint = await self._webhooks.add(call, url, types)
        secret = secret_of(self._key, endpoint.id)
        return pb.AddWebhookEndpointResponse(endpoint=_endpoint(endpoint), secret=secret)

    async def ListWebhookEndpoints(
        self, request: pb.ListWebhookEndpointsRequest, context: object
    ) -> pb.ListWebhookEndpointsResponse:
        """Lists all endpoints."""
        return pb.ListWebhookEndpointsResponse(endpoints=map(_endpoint, await self._webhooks.list()))

    async def RemoveWebhookEndpoint(
        self, request: pb.RemoveWebhookEndpointRequest, context: object
    ) -> pb.RemoveWebhookEndpointResponse:
        """Removes an endpoint."""
        found = Violations()
        endpoint_id = found.uuid("endpoint_id", request.endpoint_id)
        call = self._requests.call(request.request_id, found, endpoint_id=endpoint_id)
        found.check()
        await self._webhooks.remove(call, endpoint_id)
        return pb.RemoveWebhookEndpointResponse()

    async def EnableWebhookEndpoint(
        self, request: pb.EnableWebhookEndpointRequest, context: object
    ) -> pb.EnableWebhookEndpointResponse:
        """Enables an endpoint."""
        found = Violations()
        endpoint_id = found.uuid("endpoint_id", request.endpoint_id)
        call = self._requests.call(request.request_id, found, endpoint_id=endpoint_id)
        found.check()
        return pb.EnableWebhookEndpointResponse(endpoint=_endpoint(await self._webhooks.enable(call, endpoint_id)))

    async def TestWebhookEndpoint(
        self, request: pb.TestWebhookEndpointRequest, context: object
    ) -> pb.TestWebhookEndpointResponse:
        """Sends an endpoint a test."""
        found = Violations()
        endpoint_id = found.uuid("endpoint_id", request.endpoint_id)
        call = self._requests.call(request.request_id, found, endpoint_id=endpoint_id)
        found.check()
        return pb.TestWebhookEndpointResponse(delivery=_delivery(await self._webhooks.test(call, endpoint_id)))

    async def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: object
    ) -> pb.ListWebhookDeliveriesResponse:
        """Lists deliveries."""
        found = Violations()
        endpoint_id = found.uuid("endpoint_id", request.endpoint_id) if request.endpoint_id else None
        state = _DELIVERY_STATES.wanted(found, "state", request.state)
        page = page_by_id(found, request.page)
        found.check()
        deliveries = await self._webhooks.page(endpoint_id, state, page.after, page.limit)
        shown, token = page.cut(deliveries, lambda each: each.id)
        return pb.ListWebhookDeliveriesResponse(deliveries=map(_delivery, shown), next_page_token=token)

    async def GetWebhookFeeds(self, request: pb.GetWebhookFeedsRequest, context: object) -> pb.GetWebhookFeedsResponse:
        """Tells from where on to read."""
        feeds = await self._webhooks.feeds()
        return pb.GetWebhookFeedsResponse(
            wanted=feeds.since is not None,
            since=None if feeds.since is None else to_timestamp(feeds.since),
            feeds=[pb.WebhookFeed(room=room, after=cursor) for room, cursor in sorted(feeds.cursors.items())],
        )

    async def TakeWebhookEvents(
        self, request: pb.TakeWebhookEventsRequest, context: object
    ) -> pb.TakeWebhookEventsResponse:
        """Takes over what was read."""
        found = Violations()
        if not _ROOM.fullmatch(request.room):
            found.add("room", "bad_format")
        after = found.text("after", request.after, _LONGEST_CURSOR, required=False)
        cursor = found.text("cursor", request.cursor, _LONGEST_CURSOR)
        if len(request.events) > _MOST_EVENTS:
            found.add("events", "too_many", limit=_MOST_EVENTS)
        for number, event in enumerate(request.events[:_MOST_EVENTS]):
            _check_event(found, f"events[{number}]", event)
        found.check()
        made = await self._webhooks.take(request.room, after, cursor, request.events)
        return pb.TakeWebhookEventsResponse(taken=made is not None, deliveries=made or 0)

    async def LeaseWebhookDeliveries(
        self, request: pb.LeaseWebhookDeliveriesRequest, context: object
    ) -> pb.LeaseWebhookDeliveriesResponse:
        """Hands out signed posts."""
        found = Violations()
        most = found.between("most", request.most, 1, _MOST_LEASED)
        found.check()
        return pb.LeaseWebhookDeliveriesResponse(posts=map(self._post, await self._webhooks.lease(most)))

    async def RecordWebhookAttempt(
        self, request: pb.RecordWebhookAttemptRequest, context: object
    ) -> pb.RecordWebhookAttemptResponse:
        """Notes how a post went."""
        found = Violations()
        delivery_id = found.uuid("delivery_id", request.delivery_id)
        status = found.between("status", request.status, 0, _LARGEST_STATUS)
        if not request.status and not request.error:
            found.add("error", "required")
        elif request.error and not _ERROR.fullmatch(request.error):
            found.add("error", "bad_format")
        found.check()
        await self._webhooks.record(delivery_id, request.attempt, Answer(status, request.error))
        return pb.RecordWebhookAttemptResponse()

    def _post(self, leased: Leased) -> pb.WebhookPost:
        delivery = leased.delivery
        seconds = int(self._real_time.now().timestamp())
        secret = secret_of(self._key, delivery.endpoint_id)
        return pb.WebhookPost(
            delivery_id=str(delivery.id),
            attempt=delivery.attempts,
            url=leased.url,
            webhook_id=str(delivery.event_id),
            webhook_timestamp=seconds,
            webhook_signature=sign(secret, delivery.event_id, seconds, delivery.body),
            body=delivery.body.encode(),
        )


def _check_event(found: Violations, field: str, event: events_pb2.Event) -> None:
    """The fields that a delivery keeps; a type that this server does not know yet is welcome."""
    found.uuid(f"{field}.event_id", event.event_id)
    if not _EVENT_TYPE.fullmatch(event.type):
        found.add(f"{field}.type", "bad_format")
    found.instant(f"{field}.occurred_at", event.occurred_at)
    if event.account_id:
        found.uuid(f"{field}.account_id", event.account_id)
    for name in ("state", "cause", "room"):
        found.text(f"{field}.{name}", getattr(event, name), _LONGEST_WORD, required=False)
    if len(event.ids) > _MOST_IDS:
        found.add(f"{field}.ids", "too_many", limit=_MOST_IDS)
    elif not all(_ID.fullmatch(name) and _ID.fullmatch(value) for name, value in event.ids.items()):
        found.add(f"{field}.ids", "bad_format")
    if event.HasField("amount"):
        found.between(f"{field}.amount.minor", event.amount.minor, -MOST_MINOR, MOST_MINOR)
        if not _CURRENCY.fullmatch(event.amount.currency):
            found.add(f"{field}.amount.currency", "bad_format")


def _endpoint(endpoint: Endpoint) -> pb.WebhookEndpoint:
    return pb.WebhookEndpoint(
        endpoint_id=str(endpoint.id),
        url=endpoint.url,
        types=endpoint.types,
        state=_ENDPOINT_STATES[endpoint.state],
        created_at=to_timestamp(endpoint.created_at),
        failing_since=None if endpoint.failing_since is None else to_timestamp(endpoint.failing_since),
        disabled_at=None if endpoint.disabled_at is None else to_timestamp(endpoint.disabled_at),
        pending=endpoint.pending,
    )


def _delivery(delivery: Delivery) -> pb.WebhookDelivery:
    return pb.WebhookDelivery(
        delivery_id=str(delivery.id),
        endpoint_id=str(delivery.endpoint_id),
        event_id=str(delivery.event_id),
        type=delivery.type,
        state=_DELIVERY_STATES[delivery.state],
        attempts=delivery.attempts,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        next_at=None if delivery.next_at is None else to_timestamp(delivery.next_at),
        created_at=to_timestamp(delivery.created_at),
        ended_at=None if delivery.ended_at is None else to_timestamp(delivery.ended_at),
    )
