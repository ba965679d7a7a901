"""Webhooks of ours, from an event's commit to the receiver: the real support room, the real gateway as a process."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import events_pb2_grpc
from casella.support.v1 import webhooks_pb2 as pb
from casella.support.v1.webhooks_pb2_grpc import WebhooksServiceStub
from deploy.local.ports import free_port
from gateway.feeds import Feeds
from gateway.posting import Posting
from services.kit import events
from services.kit.core import Core
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.kit.server import Room, Server
from services.kit.settings import RoomSettings
from tests.fixtures.postgres import RoomDatabase
from tests.gateway.receiver import HANG, Receiver
from tests.support.moment import Moment
from tests.support.room import MovableClock, TestRoom, caller_secret, request_id, room_settings, running_room
from tests.support_room.clients import Customer
from tests.support_room.conftest import assemble

ROOT = Path(__file__).parents[2]
ROOMS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")
POLL = 0.1


@asynccontextmanager
async def _with_feed(server: Server) -> AsyncIterator[None]:
    """Let a room give its events their positions, as its process does."""
    feed = asyncio.create_task(server.feed.run())
    try:
        yield
    finally:
        feed.cancel()
        await asyncio.gather(feed, return_exceptions=True)


class World:
    """A support room and, started when a test says, a gateway before it."""

    def __init__(self, room: TestRoom, folder: Path) -> None:
        self.room = room
        self.customer = Customer(room)
        self._folder = folder
        self._webhooks: Any = WebhooksServiceStub(room.channel("operator"))
        self._gateways: list[asyncio.subprocess.Process] = []
        self.addresses = {name: f"127.0.0.1:{free_port()}" for name in ROOMS} | {"support": room.address}

    async def start_gateway(self, **settings: object) -> asyncio.subprocess.Process:
        secret = self._folder / "gateway.secret"
        secret.write_text(caller_secret("gateway"))
        told = {
            "CASELLA_LISTEN": f"127.0.0.1:{free_port()}",
            "CASELLA_CALLER_SECRET_FILE": str(secret),
            "CASELLA_WEBHOOK_POLL_SECONDS": str(POLL),
            **{f"CASELLA_{name.upper()}_ADDRESS": address for name, address in self.addresses.items()},
            **{f"CASELLA_{name.upper()}": str(value) for name, value in settings.items()},
        }
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos'}", **told}
        log = (self._folder / "gateway.log").open("ab")
        gateway = await asyncio.create_subprocess_exec(sys.executable, "-m", "gateway", cwd=ROOT, env=env, stderr=log)
        log.close()
        self._gateways.append(gateway)
        return gateway

    async def add(self, url: str, *types: str) -> pb.AddWebhookEndpointResponse:
        request = pb.AddWebhookEndpointRequest(request_id=request_id(), url=url, types=types)
        made: pb.AddWebhookEndpointResponse = await self._webhooks.AddWebhookEndpoint(request)
        return made

    async def delivery(self, url_of: str, until: Callable[[pb.WebhookDelivery], bool]) -> pb.WebhookDelivery:
        """The only delivery of an endpoint, once it is as a test wants it."""
        request = pb.ListWebhookDeliveriesRequest(endpoint_id=url_of)
        async with asyncio.timeout(30):
            while True:
                found = list((await self._webhooks.ListWebhookDeliveries(request)).deliveries)
                if found and until(found[0]):
                    [delivery] = found
                    return pb.WebhookDelivery.FromString(delivery.SerializeToString())
                await asyncio.sleep(POLL)  # asked for again, as an operator would

    async def stop(self) -> None:
        for gateway in self._gateways:
            if gateway.returncode is None:
                gateway.terminate()
                await gateway.wait()


@pytest.fixture
async def world(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[World]:
    async with running_room(
        "support", room_database("support"), assemble, tmp_path, relay_poll_seconds=POLL
    ) as room, _with_feed(room.server):  # fmt: skip
        world = World(room, tmp_path)
        yield world
        await world.stop()


def delivered(delivery: pb.WebhookDelivery) -> bool:
    return delivery.state == pb.WEBHOOK_DELIVERY_STATE_DELIVERED


def tried(attempts: int) -> Callable[[pb.WebhookDelivery], bool]:
    """Whether so many attempts were reported."""
    return lambda delivery: delivery.attempts == attempts and bool(delivery.last_error)


async def test_what_happens_reaches_the_receiver_signed(world: World) -> None:
    async with Receiver() as receiver:
        await world.start_gateway()
        added = await world.add(receiver.url, "ticket.*")
        ticket = await world.customer.open(subject="zzcanary", text="zzcanary")
        [post] = await receiver.wait_for(1)
        await world.delivery(added.endpoint.endpoint_id, delivered)
    told = json.loads(post.body)
    assert (told["type"], told["data"]["ids"]) == ("ticket.opened", {"ticket_id": ticket.ticket_id})
    assert told["data"]["account_id"] == world.customer.id
    signed = f"{post.id}.{post.headers['webhook-timestamp']}.{post.body}".encode()
    key = base64.b64decode(added.secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert post.headers["webhook-signature"] == f"v1,{signature}"
    assert post.id == told["data"]["event_id"]
    assert "zzcanary" not in post.body
    assert "zzcanary" not in str(await world.room.rows("webhook_deliveries") + await world.room.rows("events"))


@pytest.mark.parametrize("first", [500, 302], ids=["an error", "a redirect"])
async def test_a_receiver_that_fails_first_gets_the_same_post_again(world: World, first: int) -> None:
    async with Receiver(first, 200) as receiver:
        await world.start_gateway()
        endpoint_id = (await world.add(receiver.url)).endpoint.endpoint_id
        await world.customer.open()
        failed = await world.delivery(endpoint_id, tried(1))
        assert failed.last_error == f"HTTP_{first}"
        world.room.clock.advance(minutes=1)
        one, two = await receiver.wait_for(2)
        done = await world.delivery(endpoint_id, delivered)
    assert (one.id, one.body) == (two.id, two.body)
    assert done.attempts == 2
    assert len(receiver.posts) == 2


async def test_a_receiver_that_never_answers_is_given_up_on_and_holds_nobody_up(world: World) -> None:
    async with Receiver(HANG) as silent, Receiver() as quick:
        await world.start_gateway(webhook_post_seconds=1)
        silent_id = (await world.add(silent.url)).endpoint.endpoint_id
        quick_id = (await world.add(quick.url)).endpoint.endpoint_id
        await world.customer.open()
        await world.delivery(quick_id, delivered)
        failed = await world.delivery(silent_id, tried(1))
    assert failed.last_error == "TIMEOUT"
    assert failed.state == pb.WEBHOOK_DELIVERY_STATE_PENDING


async def test_a_gateway_killed_between_the_post_and_its_report_posts_again_under_the_same_id(
    world: World, tmp_path: Path
) -> None:
    posted = Moment(tmp_path, "webhook.after", "kill")
    posted.arm()
    async with Receiver() as receiver:
        gateway = await world.start_gateway(hooks=posted.hook)
        endpoint_id = (await world.add(receiver.url)).endpoint.endpoint_id
        await world.customer.open()
        assert await gateway.wait() == -signal.SIGKILL
        assert len(receiver.posts) == 1
        await world.start_gateway(hooks=posted.hook)
        world.room.clock.advance(minutes=1)  # until then the delivery is the dead gateway's
        one, two = await receiver.wait_for(2)
        done = await world.delivery(endpoint_id, delivered)
    assert (one.id, one.body) == (two.id, two.body)
    assert done.attempts == 2


async def test_two_gateways_deliver_an_event_once(world: World) -> None:
    async with Receiver() as receiver:
        endpoint_id = (await world.add(receiver.url)).endpoint.endpoint_id
        for _ in range(2):
            await world.start_gateway()
        await world.customer.open()
        await world.delivery(endpoint_id, delivered)
        ticket = await world.customer.open()
        await world.customer.close(ticket)
        await receiver.wait_for(3)
    assert len({post.id for post in receiver.posts}) == len(receiver.posts) == 3


async def test_a_service_that_comes_back_is_read_on_from_where_it_was_left(
    world: World, room_database: RoomDatabase, tmp_path: Path
) -> None:
    database_url = room_database("mailboxes")

    @asynccontextmanager
    async def mailboxes() -> AsyncIterator[Core]:
        settings = RoomSettings(**{**room_settings(database_url, tmp_path), "relay_poll_seconds": POLL})
        core = Core.of("mailboxes", settings, world.room.clock)
        server = Server(core, Room(services=[], templates=tmp_path, task_queue="mailboxes"))
        await server.start(world.addresses["mailboxes"])
        await server.serving()
        async with _with_feed(server):
            yield core
        await server.stop()
        await core.database.close()

    async with Receiver() as receiver:
        await world.start_gateway()
        await world.add(receiver.url, "account.*")
        told = []
        for number in range(1, 3):  # away, there, away, there again
            async with mailboxes() as core:
                told.append(await _tell(core, world.room.clock))
                posts = await receiver.wait_for(number)
    assert [post.id for post in posts] == [post.id for post in receiver.posts]
    assert [json.loads(post.body)["data"]["ids"]["order_id"] for post in posts] == told


async def _tell(core: Core, clock: MovableClock) -> str:
    order_id = new_id()
    async with core.database.transaction() as conn:
        event = Event(EventType.ACCOUNT_UNLOCKED, UUID(int=7), {"order_id": order_id}, state="unlocked")
        await events.tell(conn, event, clock.now())
    return str(order_id)


@pytest.mark.parametrize(
    ("host", "error"),
    [
        ("127.0.0.1", "ADDRESS_REFUSED"),
        ("localhost", "ADDRESS_REFUSED"),
        ("[::ffff:127.0.0.1]", "ADDRESS_REFUSED"),
        ("[::1]", "ADDRESS_REFUSED"),
        ("127.1", "CONNECTION"),  # the HTTP library refuses addresses in such forms by itself
        ("2130706433", "CONNECTION"),
    ],
)
async def test_outside_of_local_mode_no_post_reaches_into_the_house(world: World, host: str, error: str) -> None:
    """The room is in local mode, so that it takes the endpoint: a name may lead inside only after it was registered."""
    stub: Any = WebhooksServiceStub(world.room.channel("gateway"))
    feed: Any = events_pb2_grpc.EventsServiceStub(world.room.channel("gateway"))
    feeds = Feeds(stub, {"support": feed}, POLL)
    posting = Posting(stub, feeds, local=False, poll_seconds=POLL, post_seconds=5)
    async with Receiver() as receiver:
        endpoint_id = (await world.add(receiver.url.replace("127.0.0.1", host))).endpoint.endpoint_id
        work = [asyncio.create_task(each) for each in (feeds.run(), posting.run())]
        await world.customer.open()
        failed = await world.delivery(endpoint_id, tried(1))
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    assert failed.last_error == error
    assert receiver.posts == []
