"""The gateway before the real payments room and the real Stripe stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.fixtures.postgres import RoomDatabase
from tests.payments.standin import stripe_standin
from tests.payments.world import World, running_world
from tests.stripe_standin.process import StripeProcess

__all__ = ["browser", "stripe_standin", "world"]


@pytest.fixture
async def world(room_database: RoomDatabase, stripe_standin: StripeProcess, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(room_database("payments"), stripe_standin, tmp_path) as running:
        yield running


@pytest.fixture
async def browser(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    """A visitor who reads Italian."""
    async with aiohttp.ClientSession(world.url, headers={"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"}) as session:
        yield session
