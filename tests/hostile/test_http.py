"""The gateway on the open internet: webhooks and pay links in every wrong way, and visitors who hold connections."""

import asyncio
import gzip
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from stripe import WebhookSignature

from casella.payments.v1 import payments_pb2, payments_pb2_grpc
from gateway import server
from gateway.web import make_app
from services.kit.process import open_many_files
from services.payments.provider.errors import ForeignEventError
from services.payments.provider.stripe_gateway import StripeGateway
from tests.fixtures.postgres import TestDatabases
from tests.hostile.raw_http import Said, connect, request, send
from tests.payments.standin import stripe_standin
from tests.payments.world import World, running_world
from tests.stripe_standin.events import event_of_nothing
from tests.stripe_standin.process import WEBHOOK_SECRET, StripeProcess

__all__ = ["stripe_standin"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
POST = "POST /webhooks/stripe"


class Street:
    """The gateway as its process serves it, before a payments room with one open request."""

    def __init__(self, world: World, runner: web.AppRunner, asked: payments_pb2.PaymentRequest) -> None:
        self.world, self.runner = world, runner
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.token = asked.pay_url.rpartition("/")[2]

    async def post(self, body: bytes, *headers: str, signature: str | None = None) -> Said:
        """Deliver a body, rightly signed unless a test says otherwise."""
        text = signed(body) if signature is None else signature
        return await send(self.url, request(POST, f"Stripe-Signature: {text}", *headers, body=body))

    async def get(self, path: str, *headers: str, method: str = "GET") -> Said:
        return await send(self.url, request(f"{method} {path}", *headers))

    async def stored(self) -> set[str]:
        """The events that were taken in."""
        return {row["event_id"] for row in await self.world.room.rows("provider_events")}

    async def pages(self) -> int:
        """How many pages the provider was asked for."""
        return len(await self.world.room.rows("checkout_attempts"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(
    databases: TestDatabases, stripe_standin: StripeProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Street]:
    folder = tmp_path_factory.mktemp("payments")
    async with running_world(databases.fresh("payments"), stripe_standin, folder) as world:
        stub = payments_pb2_grpc.PaymentsServiceStub(world.room.channel("gateway"))
        runner = server.make_runner(make_app(stub, "Casella"))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Street(world, runner, await world.request())
        await runner.cleanup()


def event(**changed: Any) -> bytes:
    return event_of_nothing(**changed).encode()


def forged() -> str:
    """A signature of this moment that payments alone can tell from a genuine one."""
    return f"Stripe-Signature: t={int(time.time())},v1=0"


def signed(body: bytes) -> str:
    return str(WebhookSignature.generate_signature_header(body.decode("latin-1"), WEBHOOK_SECRET))


async def test_a_webhook_is_posted_and_nothing_else(street: Street) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        said = await street.get("/webhooks/stripe", method=method)
        assert (said.status, "allow: post" in said.head) == (405, True), method
        assert "x-content-type-options: nosniff" in said.head
    assert await street.stored() == set()


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x", "a/b; charset=utf-16"],
)
async def test_a_genuine_event_counts_by_its_bytes_whatever_they_are_called(street: Street, kind: str) -> None:
    body = event()
    assert (await street.post(body, f"Content-Type: {kind}")).status == 200
    assert json.loads(body)["id"] in await street.stored()


async def test_a_compressed_body_is_not_unpacked(street: Street) -> None:
    plain = event()
    packed, before = gzip.compress(plain), await street.stored()
    as_unpacked = await street.post(packed, "Content-Encoding: gzip", signature=signed(plain))
    assert (as_unpacked.status, "WEBHOOK_SIGNATURE" in as_unpacked.body) == (400, True)
    bomb = gzip.compress(b"x" * 50_000_000)
    assert len(bomb) < 100_000
    assert (await street.post(bomb, "Content-Encoding: gzip")).status == 400  # read to its end, and no event
    assert await street.stored() == before


@pytest.mark.parametrize("last", [b"0\r\n\r\n", b""], ids=["ends", "never ends"])
async def test_a_body_without_a_length_is_read_as_far_as_one_may_be_long(street: Street, last: bytes) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    said = await send(street.url, request(POST, "Transfer-Encoding: chunked", forged()) + chunk * 5 + last)
    assert said.status == 413


async def test_a_body_of_ten_gigabytes_is_not_waited_for(street: Street) -> None:
    said = await send(street.url, request(POST, forged(), "Content-Length: 10000000000") + b"x" * 300_000)
    assert said.status == 413


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 5\x00",
        "Stripe-Signature: a\r\n b",
    ],
)
async def test_what_two_servers_could_read_differently_is_malformed(street: Street, headers: str) -> None:
    said = await send(street.url, request(POST, *headers.split("\r\n")) + b"0\r\n\r\n")
    assert (said.status, said.body) == (400, '{"error": "malformed"}')


async def test_of_two_signatures_the_first_counts_and_both_headers_are_no_way_in(street: Street) -> None:
    body = event()
    for pair in (("t=1,v1=00", signed(body)), ("", signed(body))):
        said = await send(street.url, request(POST, *(f"Stripe-Signature: {each}" for each in pair), body=body))
        assert (said.status, json.loads(body)["id"] in await street.stored()) == (400, False)


async def test_an_event_of_another_account_or_mode_is_refused(street: Street) -> None:
    before = await street.stored()
    for changed in ({"account": "acct_another"}, {"livemode": True}):
        said = await street.post(event(**changed))
        assert (said.status, "WEBHOOK_NOT_OURS" in said.body) == (400, True)
    assert await street.stored() == before
    live = StripeGateway("sk_live_nobodys", WEBHOOK_SECRET, street.world.stripe.url, 1.0)
    try:
        ours = event(livemode=True)
        assert live.verify(ours, signed(ours)).event_id == json.loads(ours)["id"]
        of_a_test = event()
        with pytest.raises(ForeignEventError):
            live.verify(of_a_test, signed(of_a_test))
    finally:
        await live.close()


async def test_an_event_about_what_the_account_does_not_have_is_answered_for_good_and_pays_nothing(
    street: Street,
) -> None:
    for kind, subject in (
        ("checkout.session.completed", "cs_test_of_another"),
        ("payment_intent.succeeded", "pi_of_another"),
        ("charge.refunded", "ch_of_another"),
        ("charge.dispute.created", "dp_of_another"),
    ):
        body = event(type=kind, data={"object": {"id": subject, "object": kind.rpartition(".")[0].replace(".", "_")}})
        assert (await street.post(body)).status == 200, kind
    assert await street.world.room.rows("ledger_transactions") == []


async def test_a_pay_link_is_found_by_all_of_its_token_or_not_at_all(street: Street) -> None:
    token = street.token
    near = [
        token[:-1],
        f"{token}x",
        f"x{token}",
        token.swapcase(),
        token[::-1],
        f"{token}%00",
        f"{token}%20",
        "x" * 200,
    ]
    paths = [
        f"/pay/{text}"
        for text in (*near, f"../pay/{token}", f"%2e%2e/{token}", f"{token}/", f"/{token}", "..%2f..%2fetc")
    ]
    for path in (
        *paths,
        "/pay/a%0d%0aX-Evil:%201",
        f"//evil.example/pay/{token}",
        f"/pay/{token}/done/../../x",
        "/pay/" + "x" * 7000,
    ):
        said = await street.get(path)
        assert (said.status, "location:" in said.head, "x-evil" in said.head) == (404, False, False), path
        assert token not in said.body
    assert await street.pages() == 0


async def test_where_a_pay_link_leads_and_comes_back_to_is_not_the_visitor_s_to_say(street: Street) -> None:
    lies = [
        f"{name}: evil.example" for name in ("X-Forwarded-Host", "Forwarded", "X-Original-URL", "Origin", "Referer")
    ]
    said = await street.get(f"http://evil.example/pay/{street.token}?success_url=http://evil.example", *lies)
    assert said.status == 303
    assert "evil" not in said.head
    [attempt] = await street.world.room.rows("checkout_attempts")
    assert "evil" not in str(attempt)
    assert (await street.get(f"/pay/{street.token}")).head.count("location:") == 1
    assert await street.pages() == 1


async def until_there_are(street: Street, connections: int) -> None:
    """Wait until the gateway holds so many connections."""
    async with asyncio.timeout(30):
        while len(street.runner.server.connections) != connections:  # type: ignore[union-attr]  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_many_who_say_nothing_or_half_a_word_hold_nobody_up_and_are_sent_away(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_KEEP_ALIVE_SECONDS", 2.0)
    app = make_app(payments_pb2_grpc.PaymentsServiceStub(street.world.room.channel("gateway")), "Casella")
    runner = server.make_runner(app)
    open_many_files()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    impatient = Street(street.world, runner, payments_pb2.PaymentRequest())
    opened = [await connect(impatient.url) for _ in range(1_000)]
    for number, (_, writer) in enumerate(opened):
        writer.write((b"", b"GET /pay", b"GET / HTTP/1.1\r\nHost: a\r\nX: ")[number % 3])
    assert (await impatient.post(event())).status == 200
    await until_there_are(impatient, 0)
    for _, writer in opened:
        writer.close()
    await runner.cleanup()


async def test_five_hundred_who_hang_after_a_byte_of_their_body_keep_no_webhook_and_no_customer_waiting(
    street: Street,
) -> None:
    stub = payments_pb2_grpc.PaymentsServiceStub(street.world.room.channel("gateway"))
    runner = server.make_runner(make_app(stub, "Casella", body_seconds=3_600))
    open_many_files()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    crowded = Street(street.world, runner, await street.world.request())
    opened = [await connect(crowded.url) for _ in range(500)]
    for _, writer in opened:
        writer.write(request(POST, forged(), "Content-Length: 250000") + b"{")
    await until_there_are(crowded, 500)
    for body in (event(), event(text="x" * 200_000)):
        assert (await crowded.post(body)).status == 200
    assert (await crowded.get(f"/pay/{crowded.token}")).status == 303
    await until_there_are(crowded, 500)
    for _, writer in opened:
        writer.close()
    await runner.cleanup()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux ends such a connection")
async def test_who_asks_without_end_and_reads_no_answer_is_sent_away(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_UNREAD_SECONDS", 0.5)
    await until_there_are(street, 0)
    deaf, asked = socket.socket(), request("GET /debit/done").replace(b"Connection: close\r\n", b"") * 100
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    deaf.setblocking(False)  # noqa: FBT003  the library's
    loop, where = asyncio.get_running_loop(), urlsplit(street.url)
    await loop.sock_connect(deaf, (where.hostname, where.port))
    await until_there_are(street, 1)

    async def ask() -> None:
        while True:
            await loop.sock_sendall(deaf, asked)

    asking = asyncio.create_task(ask())
    await until_there_are(street, 0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    deaf.close()
    assert (await street.get("/healthz")).status == 200
