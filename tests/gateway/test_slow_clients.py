"""Whoever sends a body too slowly, or no HTTP at all, hears so in a few words and holds no connection."""

import asyncio
import logging
from collections.abc import AsyncIterator

import grpc
import pytest
from aiohttp import web

from casella.payments.v1 import payments_pb2_grpc
from gateway.server import make_runner
from gateway.web import make_app

_HEAD = b"POST /webhooks/stripe HTTP/1.1\r\nHost: casella.example\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A gateway without patience; no body ever gets as far as payments, so no payments room runs."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        app = make_app(payments_pb2_grpc.PaymentsServiceStub(channel), "Casella", body_seconds=0.05)
        runner = make_runner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield int(runner.addresses[0][1])
        await runner.cleanup()


async def test_a_body_that_does_not_end_in_time_is_answered_408_and_the_connection_closed(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_HEAD + b'{"id": ')
    async with asyncio.timeout(10):
        answer = await reader.read()  # until the gateway closes
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"too slow" in answer
    writer.close()
    await writer.wait_closed()


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
