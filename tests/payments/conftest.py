"""The running world that this room's tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.postgres import RoomDatabase
from tests.payments.standin import stripe_standin
from tests.payments.world import World, running_world
from tests.stripe_standin.process import StripeProcess

__all__ = ["stripe_standin", "world"]


@pytest.fixture
async def world(room_database: RoomDatabase, stripe_standin: StripeProcess, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(room_database("payments"), stripe_standin, tmp_path) as running:
        yield running
