"""Messages that never come to their end, and callers without a secret: none holds the room's memory or its ways in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from casella.common.v1 import clock_pb2, clock_pb2_grpc, errors_pb2
from services.kit import limits
from services.kit.channels import open_channel
from services.kit.clock import OffsetClock
from services.kit.core import Core
from services.kit.errors import Refused
from services.kit.interceptors import around, crowds, strangers
from services.kit.metadata import CALLER_SECRET
from services.kit.settings import RoomSettings
from tests.hostile import http2
from tests.support.room import bare_room, caller_secret, room_settings

GET_CLOCK = "/casella.common.v1.ClockService/GetClock"
STREAM_EVENTS = "/casella.common.v1.EventsService/StreamEvents"
CHECK = "/grpc.health.v1.Health/Check"
OPERATOR = [(CALLER_SECRET.encode(), caller_secret("operator").encode())]
GATEWAY = [(CALLER_SECRET.encode(), caller_secret("gateway").encode())]


@pytest.fixture
async def address(kit_url: str, tmp_path: Path) -> AsyncIterator[str]:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), OffsetClock())
    async with bare_room(core, tmp_path) as address:
        yield address


@pytest.fixture
async def health(address: str) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(address) as channel:
        yield health_pb2_grpc.HealthStub(channel)


@pytest.mark.parametrize("path", [GET_CLOCK, STREAM_EVENTS])
async def test_who_has_no_secret_is_refused_before_the_message_has_come(address: str, path: str) -> None:
    reader, writer = await http2.halves(address, path, [], 20)
    async with asyncio.timeout(20):
        await http2.ends(reader, 20)
    writer.close()


async def test_calls_count_as_their_callers_before_the_message_has_come(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "_MOST_OF_ONE_CALLER", 10)
    reader, writer = await http2.halves(address, GET_CLOCK, OPERATOR, 11)
    async with asyncio.timeout(20), open_channel(address, caller_secret("operator")) as channel:
        await http2.ends(reader, 1)
        with pytest.raises(Refused) as refused:
            await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    assert refused.value.reason == errors_pb2.REASON_RATE_LIMITED
    writer.close()


async def test_a_stream_whose_request_does_not_come_in_time_ends(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "_MESSAGE_SECONDS", 0.1)
    reader, writer = await http2.halves(address, STREAM_EVENTS, GATEWAY, 3)
    async with asyncio.timeout(20):
        await http2.ends(reader, 3)
    writer.close()


async def test_all_that_nobody_reads_takes_some_hundreds_of_megabytes_at_the_most(address: str) -> None:
    said = await http2.settings(address)
    assert said[3] * said[4] * limits._MOST_CONNECTIONS <= 512 * 1024 * 1024


@pytest.mark.parametrize("sent", [b"\xff", b"\x0a\x05a"])
async def test_a_message_that_cannot_be_read_is_the_callers_mistake(address: str, sent: bytes) -> None:
    status = await http2.call(address, GET_CLOCK, OPERATOR, sent)
    assert status == grpc.StatusCode.INVALID_ARGUMENT.value[0]


async def test_health_checks_whose_question_has_not_come_are_few(
    address: str, health: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "_QUESTION_SECONDS", 60.0)
    reader, writer = await http2.halves(address, CHECK, [], strangers._MOST_QUESTIONS + 1)
    async with asyncio.timeout(20):
        await http2.ends(reader, 1)
        assert await answer(health) is grpc.StatusCode.RESOURCE_EXHAUSTED
        writer.close()
        while await answer(health):
            pass


async def test_a_health_check_whose_question_does_not_come_in_time_ends(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "_QUESTION_SECONDS", 0.1)
    reader, writer = await http2.halves(address, CHECK, [], 3)
    async with asyncio.timeout(20):
        await http2.ends(reader, 3)
    writer.close()


async def test_where_requests_may_be_large_fewer_questions_come_at_once() -> None:
    usual, of_files = (strangers.Strangers(size)._questions._free for size in (256 * 1024, 16 * 1024 * 1024))
    assert (usual, of_files) == (50, 4)


async def test_so_many_watch_at_once_and_the_next_is_refused_while_checks_go_on(address: str, health: Any) -> None:
    asked = health_pb2.HealthCheckRequest()
    async with asyncio.timeout(20):
        watches = [health.Watch(asked) for _ in range(strangers._MOST_STREAMS)]
        for watch in watches:
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await anext(aiter(health.Watch(asked)))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert await answer(health) is None
        for watch in watches:
            watch.cancel()
        while await answer(health, "Watch") is grpc.StatusCode.RESOURCE_EXHAUSTED:
            pass


@pytest.mark.parametrize("method", ["Watch", "Check"])
async def test_a_name_that_is_none_of_the_rooms_is_not_watched(health: Any, method: str) -> None:
    assert await answer(health, method, "x" * 200_000) is grpc.StatusCode.NOT_FOUND


async def answer(health: Any, method: str = "Check", service: str = "") -> grpc.StatusCode | None:
    """How a question is refused, if it is."""
    call = getattr(health, method)(health_pb2.HealthCheckRequest(service=service))
    try:
        await (call if method == "Check" else anext(aiter(call)))
    except grpc.aio.AioRpcError as refused:
        return refused.code()
    call.cancel()
    return None
