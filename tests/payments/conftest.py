"""What this room's tests share: the running world, and a database of the room alone for tests of its statements."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.database import Database
from tests.fixtures.postgres import RoomDatabase
from tests.payments.rows import Rows
from tests.payments.standin import stripe_standin
from tests.payments.world import World, running_world
from tests.stripe_standin.process import StripeProcess

__all__ = ["stripe_standin", "world"]


@pytest.fixture
async def world(room_database: RoomDatabase, stripe_standin: StripeProcess, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(room_database("payments"), stripe_standin, tmp_path) as running:
        yield running


@pytest.fixture
async def database(room_database: RoomDatabase) -> AsyncIterator[Database]:
    connected = Database.connect(room_database("payments"), "payments")
    yield connected
    await connected.close()


@pytest.fixture
def rows(database: Database) -> Rows:
    return Rows(database)
