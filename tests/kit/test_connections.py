"""Connections without end and answers that nobody reads: whoever has a use for the room is served all the same."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from casella.common.v1 import clock_pb2, clock_pb2_grpc, errors_pb2, events_pb2, events_pb2_grpc
from services.kit import limits, process
from services.kit.channels import open_channel
from services.kit.clock import OffsetClock
from services.kit.core import Core
from services.kit.errors import Refused
from services.kit.interceptors import crowds
from services.kit.metadata import CALLER_SECRET
from services.kit.settings import RoomSettings
from tests.hostile import http2
from tests.support.room import bare_room, caller_secret, room_settings

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET_CLOCK = "/casella.common.v1.ClockService/GetClock"
OPERATOR = [(CALLER_SECRET.encode(), caller_secret("operator").encode())]


@asynccontextmanager
async def opened(kit_url: str, folder: Path) -> AsyncIterator[str]:
    """The address of a room that was opened just now, with whatever a test has changed of its limits."""
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, folder)), OffsetClock())
    async with bare_room(core, folder) as address:
        yield address


async def silent(address: str, number: int) -> list[Connection]:
    """So many connections that say nothing."""
    host, _, port = address.partition(":")
    return [await asyncio.open_connection(host, int(port)) for _ in range(number)]


async def closed(connections: list[Connection]) -> None:
    """Returns once the other side has closed all of them."""
    async with asyncio.timeout(30):
        for reader, writer in connections:
            await reader.read()
            writer.close()


async def read_clock(channel: grpc.aio.Channel) -> clock_pb2.GetClockResponse:
    return await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())


async def test_a_thousand_connections_that_say_nothing_hold_nobody_up_and_are_closed(
    kit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_HANDSHAKE_SECONDS", 3.0)
    process.open_many_files()
    async with opened(kit_url, tmp_path) as address:
        strangers = await silent(address, 1_000)
        async with open_channel(address, caller_secret("operator")) as channel:
            await read_clock(channel)
        await closed(strangers)


async def test_one_connection_more_than_there_may_be_is_closed_and_those_there_are_go_on(
    kit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_MOST_CONNECTIONS", 20)
    async with opened(kit_url, tmp_path) as address, open_channel(address, caller_secret("operator")) as channel:
        await read_clock(channel)
        strangers = await silent(address, 30)
        await closed(strangers[20:])
        await read_clock(channel)
        for _, writer in strangers:
            writer.close()


async def test_who_reads_no_answer_uses_up_their_own_share_alone(
    kit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "_MOST_OF_ONE_CALLER", 20)
    async with (
        opened(kit_url, tmp_path) as address,
        open_channel(address, caller_secret("operator")) as operators,
        open_channel(address, caller_secret("gateway")) as gateways,
    ):
        _, deaf = await http2.deaf(address, GET_CLOCK, OPERATOR, 25)
        async with asyncio.timeout(20):
            while (refused := await refusal(operators)) is None:
                pass
        assert (refused.reason, refused.retry_after) == (errors_pb2.REASON_RATE_LIMITED, timedelta(seconds=1))
        events = events_pb2_grpc.EventsServiceStub(gateways)
        assert list((await events.ListEvents(events_pb2.ListEventsRequest())).events) == []
        deaf.close()
        async with asyncio.timeout(20):
            while await refusal(operators):
                pass


@pytest.mark.parametrize("answers", [0, 1])
async def test_a_connection_that_answers_no_ping_is_closed_with_its_calls(
    kit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: int
) -> None:
    monkeypatch.setattr(limits, "_PING_SECONDS", 1.0)
    monkeypatch.setattr(limits, "_PONG_SECONDS", 1.0)
    async with opened(kit_url, tmp_path) as address:
        deaf = await http2.deaf(address, GET_CLOCK, OPERATOR, 3)
        for _ in range(answers):
            await http2.answer_ping(*deaf)
        await closed([deaf])


async def test_a_connection_does_not_live_for_ever(
    kit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_CONNECTION_SECONDS", 1.0)
    monkeypatch.setattr(limits, "_LEAVE_SECONDS", 1.0)
    async with opened(kit_url, tmp_path) as address:
        await closed([await http2.deaf(address, GET_CLOCK, OPERATOR, 3)])


def test_a_process_may_open_as_many_files_as_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, 524_288))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: found.append(limits))
    process.open_many_files()
    assert found == [(65_536, 524_288)]


async def refusal(channel: grpc.aio.Channel) -> Refused | None:
    """How a call of the operator is refused, if it is."""
    try:
        await read_clock(channel)
    except Refused as refused:
        return refused
    return None
