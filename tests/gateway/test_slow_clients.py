"""Whoever sends a webhook's body too slowly hears so, and holds no connection."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from aiohttp import web

from casella.payments.v1 import payments_pb2_grpc
from gateway.web import make_app, make_runner

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
