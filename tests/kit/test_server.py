"""What every server does around its servicers: callers, tokens, errors, deadlines, health, reflection, clock."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from casella.common.v1 import clock_pb2, clock_pb2_grpc, errors_pb2, measures_pb2, measures_pb2_grpc
from services.kit import outbox
from services.kit.channels import open_channel
from services.kit.clock import OffsetClock, SystemClock
from services.kit.core import Core
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.limits import LARGEST_REQUEST
from services.kit.outbox import Wake
from services.kit.server import Room, Server
from services.kit.settings import RoomSettings
from services.kit.wire import from_duration, to_duration
from tests.support.room import bare_room, caller_secret, room_settings


@pytest.fixture
def core(kit_url: str, tmp_path: Path) -> Core:
    return Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), OffsetClock())


@pytest.fixture
async def address(core: Core, tmp_path: Path) -> AsyncIterator[str]:
    async with bare_room(core, tmp_path) as address:
        yield address


async def test_the_operator_moves_the_clock_and_never_back(address: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        stub = clock_pb2_grpc.ClockServiceStub(channel)
        await stub.SetClockOffset(clock_pb2.SetClockOffsetRequest(offset=to_duration(timedelta(days=3))))
        told = await stub.GetClock(clock_pb2.GetClockRequest())
        assert from_duration(told.offset) == timedelta(days=3)
        with pytest.raises(Refused) as refused:
            await stub.SetClockOffset(clock_pb2.SetClockOffsetRequest(offset=to_duration(timedelta(days=2))))
        assert refused.value.reason == errors_pb2.REASON_INVALID_INPUT
        assert [v.field for v in refused.value.violations] == ["offset"]


async def test_whoever_moves_the_clock_is_told_how_often_wakes_were_written(core: Core, address: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        stub, asked = clock_pb2_grpc.ClockServiceStub(channel), clock_pb2.GetBacklogRequest()
        before = await stub.GetBacklog(asked)
        async with core.database.transaction() as conn:
            wake = Wake("Look", "look:1", "look_again", new_id(), "Look at 1", priority=1)
            await outbox.wake(conn, wake, core.clock.now())
        after = await stub.GetBacklog(asked)
    assert (after.wakes, after.backlog.outbox_rows) == (before.wakes + 1, before.backlog.outbox_rows + 1)


async def test_a_caller_that_the_rpc_does_not_name_is_refused(address: str) -> None:
    async with open_channel(address, caller_secret("gateway")) as channel:
        with pytest.raises(Refused) as refused:
            await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    assert refused.value.reason == errors_pb2.REASON_CALLER_NOT_ALLOWED
    assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("secret", "words"), [("guessed-guessed-guessed", "is of no caller here"), ("", "neither metadata")]
)
async def test_a_caller_without_a_known_secret_is_unauthenticated_and_told_which(
    address: str, secret: str, words: str
) -> None:
    async with open_channel(address, secret) as channel:
        with pytest.raises(Refused) as refused:
            await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
    assert refused.value.reason == errors_pb2.REASON_UNAUTHENTICATED
    assert words in refused.value.message


async def test_health_needs_no_secret(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        told = await stub.Check(health_pb2.HealthCheckRequest())
    assert told.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_request_that_is_too_large_is_refused_unread(address: str) -> None:
    assert await _sent(address, LARGEST_REQUEST + 1) is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert await _sent(address, LARGEST_REQUEST) is grpc.StatusCode.NOT_FOUND  # read: no such service


async def test_a_room_that_takes_files_says_how_large_a_request_may_be(kit_url: str, tmp_path: Path) -> None:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), OffsetClock())
    room = Room(services=[], templates=tmp_path, task_queue="kit", largest_request=3 * LARGEST_REQUEST)
    server = Server(core, room)
    address = f"127.0.0.1:{await server.start('127.0.0.1:0')}"
    assert await _sent(address, 3 * LARGEST_REQUEST) is grpc.StatusCode.NOT_FOUND
    assert await _sent(address, 3 * LARGEST_REQUEST + 1) is grpc.StatusCode.RESOURCE_EXHAUSTED
    await server.grpc.stop(None)
    await core.database.close()


async def test_the_backlog_counts_the_outbox(address: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        told = await clock_pb2_grpc.ClockServiceStub(channel).GetBacklog(clock_pb2.GetBacklogRequest())
    assert told.backlog.outbox_rows == 0
    assert not told.backlog.HasField("oldest")


async def test_an_operator_reads_what_the_room_measures(address: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        told = await measures_pb2_grpc.MeasuresServiceStub(channel).GetMeasures(measures_pb2.GetMeasuresRequest())
    found = {(each.name, each.labels["kind"]): each.value for each in told.measures if "kind" in each.labels}
    assert found[("casella_outbox_rows", "mail")] == 0
    assert ("casella_outbox_oldest_seconds", "wake") in found


async def test_reflection_needs_no_secret_and_names_every_service(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        blocking: Any = channel  # the only kind that its types know
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(blocking)
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        answers = [answer async for answer in stub.ServerReflectionInfo(iter([asked]))]
    assert {service.name for answer in answers for service in answer.list_services_response.service} == {
        "casella.common.v1.ClockService",
        "casella.common.v1.ErasureService",
        "casella.common.v1.MeasuresService",
        "casella.common.v1.RecoveryService",
        "casella.common.v1.EventsService",
        "casella.common.v1.TrailService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


async def test_production_has_no_reflection(kit_url: str, tmp_path: Path) -> None:
    settings = RoomSettings(**room_settings(kit_url, tmp_path)).model_copy(update={"mode": "production"})
    core = Core.of("kit", settings, SystemClock())
    server = Server(core, Room(services=[], templates=tmp_path, task_queue="kit"))
    port = await server.start("127.0.0.1:0")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        blocking: Any = channel
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(blocking)
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await anext(aiter(stub.ServerReflectionInfo(iter([asked]))))
    assert refused.value.code() in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNAUTHENTICATED}
    await server.grpc.stop(None)
    await core.database.close()


async def test_a_port_in_use_is_said_and_not_shared(address: str, kit_url: str, tmp_path: Path) -> None:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), OffsetClock())
    twin = Server(core, Room(services=[], templates=tmp_path, task_queue="kit"))
    with pytest.raises(RuntimeError):
        await twin.start(address)


async def test_production_has_no_movable_clock(kit_url: str, tmp_path: Path) -> None:
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)), SystemClock())
    server = Server(core, Room(services=[], templates=tmp_path, task_queue="kit"))
    assert server.services == [
        "casella.common.v1.EventsService",
        "casella.common.v1.TrailService",
        "casella.common.v1.ErasureService",
        "casella.common.v1.RecoveryService",
        "casella.common.v1.MeasuresService",
    ]


async def test_an_unknown_method_is_unimplemented(address: str) -> None:
    async with open_channel(address, caller_secret("operator")) as channel:
        unknown: Any = channel.unary_unary("/casella.common.v1.ClockService/Nothing")
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await unknown(b"")
    assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def _sent(address: str, size: int) -> grpc.StatusCode:
    """How the server answers a health check for a service whose name makes the request this large."""
    asked = health_pb2.HealthCheckRequest(service="x" * (size - 4))
    assert asked.ByteSize() == size
    async with grpc.aio.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Check(asked)
    return refused.value.code()
