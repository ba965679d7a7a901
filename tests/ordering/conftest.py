"""Ordering in process, over gRPC, on a database of its own, with the rooms that it reads."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.kit.core import Core
from services.kit.server import Room
from services.ordering.__main__ import assemble
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.price_list_file import load_price_list
from services.ordering.readings import Readings
from services.ordering.settings import OrderingSettings
from tests.ordering.neighbours import running_neighbours
from tests.ordering.shop import Shop
from tests.support.room import running_room

PRICE_LIST = Path(__file__).parents[2] / "deploy" / "pricelist.yaml"


@pytest.fixture
def policy() -> OrderingPolicy:
    """The usual days and limits; a test may have its own."""
    return OrderingPolicy()


@pytest.fixture
async def shop(room_database: Callable[[str], str], tmp_path: Path, policy: OrderingPolicy) -> AsyncIterator[Shop]:
    opened: list[Readings] = []

    def build(core: Core) -> Room:
        settings = core.settings
        assert isinstance(settings, OrderingSettings)
        opened.append(Readings.open(settings, core.clock))
        return assemble(core, settings, load_price_list(PRICE_LIST), policy, opened[0])

    async with (
        running_neighbours() as neighbours,
        running_room(
            "ordering",
            room_database("ordering"),
            build,
            tmp_path,
            settings_class=OrderingSettings,
            trial_address=neighbours.address,
            mailboxes_address=neighbours.address,
            invoicing_address=neighbours.address,
        ) as room,
    ):
        yield Shop(room, neighbours)
        for readings in opened:
            await readings.close()
