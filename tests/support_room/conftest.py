"""A running support room, a customer and an operator."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.kit.core import Core
from services.kit.server import Room
from services.support.__main__ import assemble as assemble_room
from services.support.webhooks.domain import WebhooksPolicy
from tests.fixtures.postgres import RoomDatabase, TestDatabases
from tests.support.room import TestRoom, running_room
from tests.support_room.clients import Customer, Operator

WEBHOOK_KEY = b"a key of thirty-two bytes, at least"


def assemble(core: Core) -> Room:
    return assemble_room(core, WebhooksPolicy(), WEBHOOK_KEY)


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[TestRoom]:
    async with running_room("support", room_database("support"), assemble, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_room(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestRoom]:
    """One room for a module whose tests store nothing."""
    folder = tmp_path_factory.mktemp("shared")
    async with running_room("support", databases.fresh("support"), assemble, folder) as running:
        yield running


@pytest.fixture
def customer(room: TestRoom) -> Customer:
    return Customer(room)


@pytest.fixture
def operator(room: TestRoom) -> Operator:
    return Operator(room)
