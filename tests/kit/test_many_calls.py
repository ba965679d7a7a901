"""How many calls one connection may have at work: the rest waits its turn and is refused by nobody."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from casella.common.v1 import access_pb2
from services.kit import limits
from services.kit.channels import open_channel
from services.kit.core import Core
from services.kit.metadata import CALLER_SECRET
from services.kit.server import Room
from tests.kit.echo import Echo
from tests.support.room import TestRoom, caller_secret, running_room

_WORKER = access_pb2.CALLER_WORKER
_MOST = limits._MOST_CALLS
_ROOT = Path(__file__).parents[2]


class Held:
    """Calls that stand still until the test lets go of them, one by one."""

    def __init__(self) -> None:
        self.begun = 0
        self._looked = asyncio.Condition()
        self._released = 0

    async def hold(self, request: StringValue, context: Any) -> StringValue:
        async with self._looked:
            self.begun += 1
            number = self.begun
            self._looked.notify_all()
            await self._looked.wait_for(lambda: number <= self._released)
        return request

    async def answer(self, request: StringValue, context: Any) -> StringValue:
        return request

    async def have_begun(self, number: int) -> None:
        async with self._looked:
            await self._looked.wait_for(lambda: self.begun >= number)

    async def release(self, number: int) -> None:
        async with self._looked:
            self._released += number
            self._looked.notify_all()


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def echo(held: Held) -> Echo:
    return Echo({"Hold": ((_WORKER,), held.hold), "Answer": ((_WORKER,), held.answer)})


@pytest.fixture
async def room(kit_url: str, tmp_path: Path, echo: Echo, held: Held) -> AsyncIterator[TestRoom]:
    def build(core: Core) -> Room:
        return Room(services=[(echo.add, held)], templates=tmp_path, task_queue="kit")

    async with running_room("kit", kit_url, build, tmp_path) as running:
        yield running


async def test_a_call_beyond_the_most_of_a_connection_waits_and_is_then_answered(
    room: TestRoom, echo: Echo, held: Held
) -> None:
    secret = caller_secret("worker")
    own_connection = (("grpc.use_local_subchannel_pool", 1),)  # alike channels of a process share one otherwise
    async with (
        asyncio.timeout(20),
        open_channel(room.address, secret) as channel,
        grpc.aio.insecure_channel(room.address, own_connection) as elsewhere,
        asyncio.TaskGroup() as calls,
    ):
        asked = [calls.create_task(echo.call(channel, "Hold", str(n), timeout=20)) for n in range(_MOST + 1)]
        await held.have_begun(_MOST)
        told = await echo.call(elsewhere, "Answer", "other connections go on", metadata=((CALLER_SECRET, secret),))
        assert told == "other connections go on"
        assert held.begun == _MOST
        await held.release(1)
        await held.have_begun(_MOST + 1)
        await held.release(_MOST)
    assert sorted(int(call.result()) for call in asked) == list(range(_MOST + 1))


def test_every_service_opens_its_door_by_the_kits_server() -> None:
    """Another server would have neither the bound of calls nor the callers' check; add to the kit's what it lacks."""
    opened = [path for path in (_ROOT / "services").rglob("*.py") if "grpc.aio.server(" in path.read_text()]
    assert [path.relative_to(_ROOT).as_posix() for path in opened] == ["services/kit/server.py"]
