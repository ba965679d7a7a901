"""Endpoints, what each is sent, and what follows from how a post went; the gateway is played by the test."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2, errors_pb2, events_pb2
from casella.support.v1 import webhooks_pb2 as pb
from casella.support.v1.webhooks_pb2_grpc import WebhooksServiceStub
from services.kit.ids import new_id
from services.kit.trouble import WEBHOOKS_FAILING
from services.kit.wire import from_timestamp, to_timestamp
from services.support.webhooks.domain import pause_after, url_problem
from services.support.webhooks.signing import sign
from tests.support.measured import Watched
from tests.support.refusals import refused_for
from tests.support.room import TestRoom, request_id

if TYPE_CHECKING:
    from casella.support.v1.webhooks_pb2_grpc import WebhooksServiceAsyncStub

URL = "https://shop.example/casella"
ENABLED, DISABLED = pb.WEBHOOK_ENDPOINT_STATE_ENABLED, pb.WEBHOOK_ENDPOINT_STATE_DISABLED
PENDING, DELIVERED, GIVEN_UP = (
    pb.WEBHOOK_DELIVERY_STATE_PENDING,
    pb.WEBHOOK_DELIVERY_STATE_DELIVERED,
    pb.WEBHOOK_DELIVERY_STATE_GIVEN_UP,
)
_NEVER = Timestamp(seconds=1 << 40)
"""Past the year 9999."""


class Desk:
    """An operator and a gateway before the room."""

    def __init__(self, room: TestRoom) -> None:
        self.room = room
        self.operator: WebhooksServiceAsyncStub = WebhooksServiceStub(room.channel("operator"))
        self.gateway: WebhooksServiceAsyncStub = WebhooksServiceStub(room.channel("gateway"))
        self.position = 0

    async def add(self, *types: str, url: str = URL, request: str = "") -> pb.AddWebhookEndpointResponse:
        message = pb.AddWebhookEndpointRequest(request_id=request or request_id(), url=url, types=types)
        return await self.operator.AddWebhookEndpoint(message)

    async def endpoint(self) -> pb.WebhookEndpoint:
        """The only endpoint."""
        [found] = (await self.operator.ListWebhookEndpoints(pb.ListWebhookEndpointsRequest())).endpoints
        return found

    async def deliveries(self, **wanted: Any) -> list[pb.WebhookDelivery]:
        return list((await self.operator.ListWebhookDeliveries(pb.ListWebhookDeliveriesRequest(**wanted))).deliveries)

    async def enable(self, endpoint_id: str) -> pb.WebhookEndpoint:
        request = pb.EnableWebhookEndpointRequest(request_id=request_id(), endpoint_id=endpoint_id)
        return (await self.operator.EnableWebhookEndpoint(request)).endpoint

    async def feeds(self) -> pb.GetWebhookFeedsResponse:
        return await self.gateway.GetWebhookFeeds(pb.GetWebhookFeedsRequest())

    def event(self, event_type: str = "order.paid", **fields: Any) -> events_pb2.Event:
        """The next event of ordering's feed."""
        self.position += 1
        usual: dict[str, Any] = {
            "event_id": str(new_id()),
            "type": event_type,
            "occurred_at": to_timestamp(self.room.clock.now()),
            "account_id": str(new_id()),
            "ids": {"order_id": str(new_id())},
            "state": "PAID",
            "amount": common_pb2.Money(minor=1220, currency="EUR"),
            "room": "ordering",
            "position": self.position,
        }
        return events_pb2.Event(**{**usual, **fields})

    async def take(
        self, *events: events_pb2.Event, after: str | None = None, cursor: str = "", room: str = "ordering"
    ) -> pb.TakeWebhookEventsResponse:
        """Hands events over, behind the present cursor unless another is named."""
        if after is None:
            after = {feed.room: feed.after for feed in (await self.feeds()).feeds}.get(room, "")
        cursor = cursor or f"{self.position}-0123456789ab"
        request = pb.TakeWebhookEventsRequest(room=room, after=after, cursor=cursor, events=events)
        return await self.gateway.TakeWebhookEvents(request)

    async def lease(self, most: int = 50) -> list[pb.WebhookPost]:
        return list((await self.gateway.LeaseWebhookDeliveries(pb.LeaseWebhookDeliveriesRequest(most=most))).posts)

    async def report(self, post: pb.WebhookPost, status: int = 0, error: str = "") -> None:
        request = pb.RecordWebhookAttemptRequest(
            delivery_id=post.delivery_id, attempt=post.attempt, status=status, error=error
        )
        await self.gateway.RecordWebhookAttempt(request)

    async def wait_for_due(self) -> None:
        """Moves the clock to the moment at which the next delivery is due."""
        assert await self.lease() == []
        self.room.clock.at = min(from_timestamp(each.next_at) for each in await self.deliveries(state=PENDING))


@pytest.fixture
def desk(room: TestRoom) -> Desk:
    return Desk(room)


async def test_an_endpoint_is_told_of_the_types_that_it_asked_for(desk: Desk) -> None:
    await desk.add("order.*", "ticket.opened")
    paid, opened = desk.event("order.paid"), desk.event("ticket.opened")
    answer = await desk.take(paid, desk.event("trial.started"), opened, desk.event("ticket.closed"))
    assert (answer.taken, answer.deliveries) == (True, 2)
    assert {post.webhook_id for post in await desk.lease()} == {paid.event_id, opened.event_id}


async def test_a_post_is_signed_as_standard_webhooks_says(desk: Desk) -> None:
    added = await desk.add()
    event = desk.event()
    await desk.take(event)
    [post] = await desk.lease()
    secret = base64.b64decode(added.secret.removeprefix("whsec_"))
    signed = f"{post.webhook_id}.{post.webhook_timestamp}.".encode() + post.body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert post.webhook_signature == f"v1,{expected}"
    # The receiver compares it with its own clock, so it is not that of Casella, which a test or the demo has moved.
    assert abs(post.webhook_timestamp - time.time()) < 60
    assert (post.url, post.webhook_id, post.attempt) == (URL, event.event_id, 1)
    assert json.loads(post.body) == {
        "type": "order.paid",
        "timestamp": "2026-03-02T09:30:00.000Z",
        "data": {
            "event_id": event.event_id,
            "account_id": event.account_id,
            "ids": dict(event.ids),
            "state": "PAID",
            "cause": None,
            "amount": {"minor": 1220, "currency": "EUR"},
            "room": "ordering",
            "position": 1,
        },
    }


async def test_a_post_says_the_cause_where_the_event_has_one(desk: Desk) -> None:
    await desk.add("account.*")
    await desk.take(desk.event("account.suspended", room="mailboxes", cause="UNPAID"), room="mailboxes")
    [post] = await desk.lease()
    assert json.loads(post.body)["data"]["cause"] == "UNPAID"


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """From the specification's reference implementations: secret, id, time, body and signature."""
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_secret_is_told_once_and_stands_in_no_table(desk: Desk) -> None:
    request = request_id()
    added = await desk.add(request=request)
    assert added.secret.startswith("whsec_")
    assert len(base64.b64decode(added.secret.removeprefix("whsec_"))) == 32
    assert await desk.add(request=request) == added
    assert (await desk.add(url="https://other.example/")).secret != added.secret
    key = added.secret.removeprefix("whsec_")
    for table in ("webhook_endpoints", "requests", "webhook_deliveries"):
        assert key not in str(await desk.room.rows(table))
        assert base64.b64decode(key) not in [value for row in await desk.room.rows(table) for value in row.values()]


async def test_events_and_cursor_are_taken_together_and_once(desk: Desk) -> None:
    await desk.add()
    event = desk.event()
    assert (await desk.take(event, after="", cursor="1-aaaaaaaaaaaa")).deliveries == 1
    # A second gateway that read the same comes too late, and so does a repetition whose answer was lost.
    again = await desk.take(event, after="", cursor="1-aaaaaaaaaaaa")
    assert not again.taken
    assert not (await desk.take(desk.event(), after="7-bbbbbbbbbbbb")).taken
    assert [(feed.room, feed.after) for feed in (await desk.feeds()).feeds] == [("ordering", "1-aaaaaaaaaaaa")]
    # Where the service no longer knows the cursor, the gateway reads from the beginning: what it had makes nothing new.
    assert (await desk.take(event, after="1-aaaaaaaaaaaa", cursor="9-cccccccccccc")).deliveries == 0
    assert len(await desk.deliveries()) == 1


async def test_nobody_need_read_while_nobody_is_to_be_told(desk: Desk) -> None:
    assert not (await desk.feeds()).wanted
    assert not (await desk.take(desk.event(), after="")).taken
    added = await desk.add()
    feeds = await desk.feeds()
    assert feeds.wanted
    assert from_timestamp(feeds.since) == desk.room.clock.now()
    await desk.take(desk.event())
    removal = pb.RemoveWebhookEndpointRequest(request_id=request_id(), endpoint_id=added.endpoint.endpoint_id)
    await desk.operator.RemoveWebhookEndpoint(removal)
    await desk.operator.RemoveWebhookEndpoint(removal)
    assert await desk.feeds() == pb.GetWebhookFeedsResponse()
    assert await desk.deliveries() == []
    await desk.add()
    assert not (await desk.feeds()).feeds, "it would be told of what happened while nobody was to be told"


async def test_an_endpoint_is_not_told_of_what_was_before_it(desk: Desk) -> None:
    before = desk.event()
    desk.room.clock.advance(seconds=1)
    await desk.add()
    assert (await desk.take(before, desk.event())).deliveries == 1


async def test_a_failed_post_is_tried_again_at_growing_pauses_with_the_same_id_and_body(desk: Desk) -> None:
    await desk.add()
    await desk.take(desk.event())
    posts, pauses = [], []
    for status in (500, 500, 302, 200):
        [post] = await desk.lease()
        posts.append(post)
        await desk.report(post, status)
        if status != 200:
            before = desk.room.clock.now()
            await desk.wait_for_due()
            pauses.append(desk.room.clock.now() - before)
    assert [post.attempt for post in posts] == [1, 2, 3, 4]
    assert len({(post.webhook_id, post.body) for post in posts}) == 1
    assert pauses == sorted(set(pauses))
    [delivery] = await desk.deliveries()
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.last_error) == (DELIVERED, 4, 200, "")
    assert await desk.lease() == []
    assert not (await desk.endpoint()).HasField("failing_since")


def test_pauses_grow_to_half_a_day_and_stay_there() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 20)]
    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=10)
    assert set(pauses[10:]) == {timedelta(hours=12)}


async def test_a_post_that_nobody_reports_is_due_again_with_the_same_id(desk: Desk) -> None:
    await desk.add()
    await desk.take(desk.event())
    [first] = await desk.lease()
    assert await desk.lease() == []
    desk.room.clock.advance(minutes=1)
    [second] = await desk.lease()
    assert (second.webhook_id, second.attempt) == (first.webhook_id, 2)
    # The first gateway was only slow: its late word is about an attempt that is over.
    await desk.report(first, 200)
    assert [each.state for each in await desk.deliveries()] == [PENDING]
    await desk.report(second, 200)
    assert [each.state for each in await desk.deliveries()] == [DELIVERED]


async def test_an_endpoint_that_hangs_gets_few_at_once_and_holds_nobody_up(desk: Desk) -> None:
    slow = (await desk.add(url="https://slow.example/")).endpoint.endpoint_id
    await desk.add(url="https://quick.example/")
    await desk.take(*(desk.event() for _ in range(20)))
    posts = await desk.lease()
    assert [post.url for post in posts].count("https://slow.example/") == 4
    for _ in range(5):
        for post in posts:
            if post.url == "https://quick.example/":
                await desk.report(post, 200)
        posts = await desk.lease()
        assert "https://slow.example/" not in {post.url for post in posts}
    assert {each.endpoint_id for each in await desk.deliveries(state=PENDING)} == {slow}
    assert len(await desk.deliveries(state=DELIVERED)) == 20


async def test_after_days_of_failing_a_delivery_is_given_up_and_the_endpoint_disabled(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint_id = (await desk.add()).endpoint.endpoint_id
    await desk.take(desk.event())
    began = desk.room.clock.now()
    while (await desk.endpoint()).state == ENABLED:
        [post] = await desk.lease()
        await desk.report(post, error="TIMEOUT")
        if (await desk.endpoint()).state == ENABLED:
            assert from_timestamp((await desk.endpoint()).failing_since) == began
            await desk.wait_for_due()
    assert timedelta(days=5) <= desk.room.clock.now() - began <= timedelta(days=6)
    [delivery] = await desk.deliveries()
    assert (delivery.state, delivery.last_error) == (GIVEN_UP, "TIMEOUT")
    assert [record for record in caplog.records if record.levelname == "ERROR" and "disabled" in record.message]
    await refused_for(_test(desk, endpoint_id), errors_pb2.REASON_ENDPOINT_DISABLED)
    assert not (await desk.feeds()).wanted
    enabled = await desk.enable(endpoint_id)
    assert (enabled.state, enabled.HasField("failing_since")) == (ENABLED, False)
    assert not (await desk.feeds()).feeds, "it would be told of what happened while it was disabled"
    assert (await desk.take(desk.event())).deliveries == 1


async def test_what_waits_for_a_disabled_endpoint_leaves_once_it_is_enabled(desk: Desk) -> None:
    endpoint_id = (await desk.add()).endpoint.endpoint_id
    await desk.take(desk.event(), desk.event())
    first, second = await desk.lease()
    await desk.report(first, 410)
    await desk.report(second, 500)
    assert (await desk.endpoint()).state == DISABLED
    desk.room.clock.advance(days=2)
    assert await desk.lease() == []
    missed = desk.event()
    desk.room.clock.advance(days=2)
    await desk.enable(endpoint_id)
    assert (await desk.take(missed)).deliveries == 0
    assert {post.webhook_id for post in await desk.lease()} == {first.webhook_id, second.webhook_id}


async def _test(desk: Desk, endpoint_id: str, request: str = "") -> pb.WebhookDelivery:
    message = pb.TestWebhookEndpointRequest(request_id=request or request_id(), endpoint_id=endpoint_id)
    return (await desk.operator.TestWebhookEndpoint(message)).delivery


async def test_a_test_reaches_an_endpoint_whatever_it_asked_for(desk: Desk) -> None:
    endpoint_id = (await desk.add("order.paid")).endpoint.endpoint_id
    request = request_id()
    delivery = await _test(desk, endpoint_id, request)
    assert await _test(desk, endpoint_id, request) == delivery
    [post] = await desk.lease()
    assert json.loads(post.body)["type"] == "webhook.test"
    assert post.delivery_id == delivery.delivery_id


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://shop.example/a?b=c", ""),
        ("https://shop.example:8443/", ""),
        ("https://[2606:4700::1111]/", ""),
        ("http://shop.example/", "url_needs_https"),
        ("https://127.0.0.1/", "url_not_public"),
        ("https://10.1.2.3/", "url_not_public"),
        ("https://169.254.169.254/latest/meta-data", "url_not_public"),
        ("https://[::1]/", "url_not_public"),
        ("https://[::ffff:10.0.0.1]/", "url_not_public"),
        ("https://[64:ff9b::a00:1]/", "url_not_public"),
        ("https://[fd00::1]/", "url_not_public"),
        ("https://[fec0::1]/", "url_not_public"),
        ("https://localhost/", "url_not_public"),
        ("https://user@shop.example/", "url_without_user"),
        ("https://shop.example/#here", "url_without_user"),
        ("ftp://shop.example/", "not_a_url"),
        ("https://", "not_a_url"),
        ("https://shop.example:port/", "not_a_url"),
        ("https://shop.example/a b", "not_a_url"),
        ("shop.example", "not_a_url"),
    ],
)
def test_an_endpoint_is_a_public_server_reached_by_https(url: str, problem: str) -> None:
    assert url_problem(url, local=False) == problem


def test_in_local_mode_this_machine_is_welcome() -> None:
    assert url_problem("http://127.0.0.1:8000/hook", local=True) == ""
    assert url_problem("http://user@127.0.0.1:8000/hook", local=True) == "url_without_user"


async def test_bad_input_is_named_and_stores_nothing(desk: Desk) -> None:
    refused = await refused_for(
        desk.add("order.plced", "order.*", url="mailto:anna@example.it", request="x"), errors_pb2.REASON_INVALID_INPUT
    )
    assert [each.field for each in refused.violations] == ["url", "types[0]", "request_id"]
    assert await desk.room.rows("webhook_endpoints") == []
    refused = await refused_for(
        desk.take(
            desk.event(event_id="x", type="Anna Rossi", occurred_at=_NEVER), after="", cursor="c" * 90, room="Ordering!"
        ),
        errors_pb2.REASON_INVALID_INPUT,
    )
    assert [each.field for each in refused.violations] == [
        "room", "cursor", "events[0].event_id", "events[0].type", "events[0].occurred_at",
    ]  # fmt: skip


async def test_there_are_at_most_fifty_endpoints(desk: Desk) -> None:
    for number in range(50):
        await desk.add(url=f"https://shop{number}.example/")
    await refused_for(desk.add(), errors_pb2.REASON_ENDPOINT_LIMIT)


async def test_a_full_batch_is_taken_for_as_many_endpoints_as_there_may_be(desk: Desk) -> None:
    for number in range(50):
        await desk.add(url=f"https://shop{number}.example/")
    answer = await desk.take(*(desk.event() for _ in range(200)))
    assert (answer.taken, answer.deliveries) == (True, 200 * 50)


async def test_deliveries_are_listed_page_by_page_and_forgotten(desk: Desk) -> None:
    endpoint_id = (await desk.add()).endpoint.endpoint_id
    await desk.take(*(desk.event() for _ in range(5)))
    request = pb.ListWebhookDeliveriesRequest(endpoint_id=endpoint_id, page=common_pb2.PageRequest(page_size=3))
    first = await desk.operator.ListWebhookDeliveries(request)
    request.page.page_token = first.next_page_token
    second = await desk.operator.ListWebhookDeliveries(request)
    ids = [UUID(each.delivery_id) for each in (*first.deliveries, *second.deliveries)]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), second.next_page_token) == (5, "")
    while posts := await desk.lease():
        for post in posts:
            await desk.report(post, 200)
    [job] = [job for job in desk.room.room.jobs if job.name == "forget webhook deliveries"]
    assert await job.run(desk.room.clock.advance(days=89)) == 0
    assert await job.run(desk.room.clock.advance(days=2)) == 5


async def test_the_monitoring_sees_what_is_postponed_failing_and_disabled_until_it_is_mended(desk: Desk) -> None:
    watched = Watched(desk.room)
    endpoint_id = (await desk.add()).endpoint.endpoint_id
    await desk.take(desk.event())
    assert (await watched.now()).value("casella_webhooks_postponed") == 0
    [post] = await desk.lease()
    await desk.report(post, error="TIMEOUT")
    desk.room.clock.advance(hours=2)
    found = await watched.now()
    assert found.value("casella_webhooks_postponed") == 1
    assert found.value("casella_webhook_failing_seconds") == 7200 > WEBHOOKS_FAILING.total_seconds()
    [post] = await desk.lease()
    await desk.report(post, status=410)
    found = await watched.now()
    assert found.value("casella_webhook_endpoints_disabled") == 1
    assert found.value("casella_webhook_failing_seconds") == 0
    await desk.enable(endpoint_id)
    [post] = await desk.lease()
    await desk.report(post, status=200)
    found = await watched.now()
    assert [found.value(f"casella_{name}") for name in ("webhooks_postponed", "webhook_endpoints_disabled")] == [0, 0]
