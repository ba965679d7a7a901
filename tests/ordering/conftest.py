"""Ordering in process, over gRPC, on a database of its own, with the rooms that it reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.kit.core import Core
from services.kit.server import Room
from services.ordering.__main__ import Outside, assemble
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.price_list_file import load_price_list
from services.ordering.settings import OrderingSettings
from tests.fixtures.postgres import RoomDatabase, TestDatabases
from tests.ordering.neighbours import running_neighbours
from tests.ordering.register import running_vies
from tests.ordering.shop import Shop
from tests.support.room import TestRoom, running_room

PRICE_LIST = Path(__file__).parents[2] / "deploy" / "pricelist.yaml"


@asynccontextmanager
async def running_ordering(
    database_url: str,
    folder: Path,
    policy: OrderingPolicy | None = None,
    price_list: PriceList | None = None,
    **more: Any,
) -> AsyncIterator[TestRoom]:
    """The room, with the price list of the tree unless another is given; `more` are arguments of `running_room`."""
    opened: list[Outside] = []

    def build(core: Core) -> Room:
        settings = core.settings
        assert isinstance(settings, OrderingSettings)
        opened.append(Outside.open(settings, core.clock))
        prices = price_list or load_price_list(PRICE_LIST)
        return assemble(core, settings, prices, policy or OrderingPolicy(), opened[0])

    async with running_room("ordering", database_url, build, folder, settings_class=OrderingSettings, **more) as room:
        yield room
        for outside in opened:
            await outside.close()


@pytest.fixture
def policy() -> OrderingPolicy:
    """The usual days and limits; a test may have its own."""
    return OrderingPolicy()


@pytest.fixture(scope="session")
def price_list() -> PriceList:
    """The price list of the tree; a test may have its own."""
    return load_price_list(PRICE_LIST)


@asynccontextmanager
async def running_shop(
    database_url: str, folder: Path, policy: OrderingPolicy, price_list: PriceList
) -> AsyncIterator[Shop]:
    """Ordering with the rooms that it reads and VIES."""
    async with running_neighbours() as neighbours, running_vies(neighbours.happens) as vies:
        addresses = dict.fromkeys(("trial_address", "mailboxes_address", "invoicing_address"), neighbours.address)
        settings = {**addresses, "vies_url": vies.url}
        async with running_ordering(database_url, folder, policy, price_list, **settings) as room:
            yield Shop(room, neighbours, vies.register)


@pytest.fixture
async def shop(
    room_database: RoomDatabase, tmp_path: Path, policy: OrderingPolicy, price_list: PriceList
) -> AsyncIterator[Shop]:
    async with running_shop(room_database("ordering"), tmp_path, policy, price_list) as shop:
        yield shop


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_shop(
    databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory, price_list: PriceList
) -> AsyncIterator[Shop]:
    """One shop for a module's tests that store nothing."""
    folder = tmp_path_factory.mktemp("shared")
    async with running_shop(databases.fresh("ordering"), folder, OrderingPolicy(), price_list) as shop:
        yield shop
