"""A running mailboxes room, and customers in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.mailboxes.__main__ import assemble
from services.mailboxes.passwords import MailboxPasswords
from services.mailboxes.policy import MailboxesPolicy
from tests.fixtures.postgres import RoomDatabase
from tests.mailboxes.clients import Customer, new_customer
from tests.support.room import TestRoom, running_room

POLICY = MailboxesPolicy.model_validate(
    {"paid": {"monthly_mailboxes": 30}, "reserved_domains": ["casella.example", "local"]}
)


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[TestRoom]:
    with MailboxPasswords() as passwords:
        url = room_database("mailboxes")
        async with running_room("mailboxes", url, lambda core: assemble(core, POLICY, passwords), tmp_path) as running:
            yield running


@pytest.fixture
async def customer(room: TestRoom) -> Customer:
    """A customer in trial with the domain rossi.example."""
    made = await new_customer(room)
    await made.add_domain("rossi.example")
    return made
