"""The running world that this room's tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.postgres import RoomDatabase
from tests.payments.world import World, running_world


@pytest.fixture
async def world(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(room_database("payments"), tmp_path) as running:
        yield running
