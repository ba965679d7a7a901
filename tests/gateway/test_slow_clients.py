"""Whoever sends a body too slowly, or no HTTP at all, hears so in a few words and holds no connection."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest
from aiohttp import web

from casella.payments.v1 import payments_pb2_grpc
from gateway import bodies, server
from gateway.web import make_app

_UNSIGNED = b"POST /webhooks/stripe HTTP/1.1\r\nHost: casella.example\r\nContent-Length: 1000\r\n"


def _head(length: int = 1000) -> bytes:
    """What nobody can tell from a genuine webhook before its body has come."""
    unsigned = _UNSIGNED.replace(b"1000", str(length).encode())
    return unsigned + f"Stripe-Signature: t={int(time.time())},v1=00\r\n\r\n".encode()


@asynccontextmanager
async def _gateway(body_seconds: float) -> AsyncIterator[int]:
    """The port of a gateway of which no body ever gets as far as payments, so no payments room runs."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        app = make_app(payments_pb2_grpc.PaymentsServiceStub(channel), "Casella", body_seconds)
        runner = server.make_runner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield int(runner.addresses[0][1])
        await runner.cleanup()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A gateway without patience."""
    async with _gateway(body_seconds=0.05) as port:
        yield port


async def test_a_body_that_does_not_end_in_time_is_answered_408_and_the_connection_closed(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_head() + b'{"id": ')
    async with asyncio.timeout(10):
        answer = await reader.read()  # until the gateway closes
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"too slow" in answer
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "header",
    ["", "Stripe-Signature: v1=00\r\n"]
    + [
        f"Stripe-Signature: t={at}\r\n"
        for at in ("{now}", "1,v1=00", "{old},v1=00", "{ahead},v1=00", "-1,v1=00", "x,v1=0")
    ],
)
async def test_a_webhook_without_a_signature_of_these_minutes_is_refused_before_its_body_has_come(
    port: int, header: str
) -> None:
    now = int(time.time())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_UNSIGNED + header.format(now=now, old=now - 302, ahead=now + 3600).encode() + b"\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"WEBHOOK_SIGNATURE" in answer
    writer.close()


async def test_where_much_is_held_a_large_body_is_told_to_come_again_and_a_small_one_is_still_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "_MOST_BYTES", 50_000)
    async with _gateway(body_seconds=5) as port:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with asyncio.timeout(30):
            for (_, writer), sent in zip(opened, (40_000, 40_000, 10), strict=True):
                writer.write(_head(50_000) + b"x" * sent)
            answers = [await reader.read() for reader, _ in opened]
        assert sorted(answer.split(b" ")[1] for answer in answers) == [b"408", b"408", b"503"]
        assert answers[2].split(b" ")[1] == b"408"
        for _, writer in opened:
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_head(40_000) + b"x" * 40_000)  # what they held is free again: it is read, and payments is away
        async with asyncio.timeout(30):
            assert (await reader.readline()).split(b" ")[1] == b"503"
            assert b"unavailable" in await reader.readuntil(b"}")
        writer.close()


async def test_a_connection_too_many_is_closed_and_those_there_are_go_on(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 3)
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
    async with asyncio.timeout(10):
        assert [await reader.read() for reader, _ in opened[3:]] == [b"", b""]
        opened[0][1].write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await opened[0][0].readline()).split(b" ")[1] == b"200"
    for _, writer in opened:
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /secret\x00 HTTP/9\r\n\r\n",
        b"secret\r\n\r\n",
        b"GET / HTTP/1.1\r\nsecret : x\r\n\r\n",
        b"GET /secret HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        b"POST /webhooks/stripe HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nsecret\r\n",
    ],
    ids=["version", "no http", "header", "too long", "chunk"],
)
async def test_malformed_http_is_answered_without_repeating_it_or_naming_the_server(
    port: int, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read()  # until the gateway closes
    assert answer.split(b" ")[1] == b"400"
    head = answer.lower()
    assert b"x-content-type-options: nosniff" in head
    assert b"content-security-policy: default-src 'none'" in head
    assert not [word for word in (b"aiohttp", b"python", b"secret") if word in head]
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("INFO", None)]
    writer.close()
    await writer.wait_closed()
