"""What a room counts, and that Prometheus can read it where it is let in."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local.ports import free_port
from services.kit.channels import open_channel
from services.kit.clock import OffsetClock
from services.kit.core import Core
from services.kit.errors import Refused
from services.kit.metrics import Metrics
from services.kit.server import Room, Server
from services.kit.settings import RoomSettings
from tests.support.room import caller_secret, room_settings
from tests.support.scraping import scrape

_GET_CLOCK = "/casella.common.v1.ClockService/GetClock"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|@|\d{6,}")


@dataclass
class _Served:
    address: str
    metrics: str


@pytest.fixture
async def served(kit_url: str, tmp_path: Path) -> AsyncIterator[_Served]:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), OffsetClock())
    server = Server(core, Room(services=[], templates=tmp_path, task_queue="kit"))
    listen = f"127.0.0.1:{free_port()}"
    with core.metrics.shown(listen):
        yield _Served(f"127.0.0.1:{await server.start('127.0.0.1:0')}", listen)
    await server.grpc.stop(None)
    await core.database.close()


async def test_calls_are_counted_by_method_and_code_with_the_time_they_took(served: _Served) -> None:
    async with open_channel(served.address, caller_secret("operator")) as channel:
        for _ in range(3):
            await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    async with open_channel(served.address, caller_secret("gateway")) as channel:
        with pytest.raises(Refused):
            await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    found = await scrape(served.metrics)
    assert found.value("casella_rpc_total", process="kit", method=_GET_CLOCK, code="OK") == 3
    assert found.value("casella_rpc_total", process="kit", method=_GET_CLOCK, code="PERMISSION_DENIED") == 1
    assert found.value("casella_rpc_seconds_count", process="kit", method=_GET_CLOCK) == 4


async def test_a_method_that_nobody_serves_makes_no_series(served: _Served) -> None:
    async with open_channel(served.address, caller_secret("operator")) as channel:
        for made_up in range(3):
            method: Any = channel.unary_unary(f"/made.Up/Method{made_up}")
            with pytest.raises(grpc.aio.AioRpcError, match="UNIMPLEMENTED"):
                await method(b"")
    assert "made" not in str((await scrape(served.metrics)).labels)


async def test_every_sample_names_its_process_and_no_label_has_an_id(served: _Served) -> None:
    async with open_channel(served.address, caller_secret("operator")) as channel:
        await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    for labels in (await scrape(served.metrics)).labels:
        assert labels["process"] == "kit"
        assert not any(_ID.search(value) for value in labels.values()), labels


def test_no_door_is_opened_where_no_setting_names_one() -> None:
    with Metrics("kit").shown(None), Metrics("kit").shown(""):
        pass
    assert RoomSettings.model_fields["metrics_listen"].default is None
