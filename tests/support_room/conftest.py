"""A running support room, a customer and an operator."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.support.__main__ import assemble
from tests.fixtures.postgres import RoomDatabase
from tests.support.room import TestRoom, running_room
from tests.support_room.clients import Customer, Operator


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[TestRoom]:
    async with running_room("support", room_database("support"), assemble, tmp_path) as running:
        yield running


@pytest.fixture
def customer(room: TestRoom) -> Customer:
    return Customer(room)


@pytest.fixture
def operator(room: TestRoom) -> Operator:
    return Operator(room)
