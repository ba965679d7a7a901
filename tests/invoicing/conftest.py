"""The running room of these tests, and its stubs for each caller."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.invoicing.room import build
from services.invoicing.settings import InvoicingSettings
from services.kit.core import Core
from services.kit.server import Room
from tests.fixtures.postgres import RoomDatabase
from tests.invoicing.clients import Stub, stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import TestRoom, running_room


@pytest.fixture
def sdi() -> SdiInMemory:
    return SdiInMemory()


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path, sdi: SdiInMemory) -> AsyncIterator[TestRoom]:
    def assemble(core: Core) -> Room:
        assert isinstance(core.settings, InvoicingSettings)
        return build(core, core.settings, sdi)

    async with running_room(
        "invoicing", room_database("invoicing"), assemble, tmp_path, settings_class=InvoicingSettings
    ) as running:
        yield running


@pytest.fixture
def worker(room: TestRoom) -> Stub:
    return stub(room, "worker")


@pytest.fixture
def operator(room: TestRoom) -> Stub:
    return stub(room, "operator")


@pytest.fixture
def gateway(room: TestRoom) -> Stub:
    return stub(room, "gateway")


@pytest.fixture
def ordering(room: TestRoom) -> Stub:
    return stub(room, "ordering")
