"""A running mailboxes room, and customers in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from services.kit.password_hashes import PasswordHashes
from services.mailboxes.__main__ import assemble
from services.mailboxes.policy import MailboxesPolicy
from services.mailboxes.price_list import OptionList, load_option_list
from tests.fixtures.postgres import RoomDatabase, TestDatabases
from tests.mailboxes.clients import Customer, new_customer
from tests.support.room import TestRoom, running_room

POLICY = MailboxesPolicy.model_validate(
    {
        "paid": {"monthly_mailboxes": 30},
        "reserved_domains": ["casella.example", "local"],
        "public_suffixes": ["shared.example"],
    }
)

OPTIONS = load_option_list(Path(__file__).parents[2] / "deploy" / "pricelist.yaml")


@asynccontextmanager
async def running_mailboxes(url: str, folder: Path, options: OptionList = OPTIONS) -> AsyncIterator[TestRoom]:
    """The room on a fresh database."""
    with PasswordHashes() as hashes:
        async with running_room(
            "mailboxes", url, lambda core: assemble(core, POLICY, options, hashes), folder
        ) as running:
            yield running


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[TestRoom]:
    async with running_mailboxes(room_database("mailboxes"), tmp_path) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_room(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestRoom]:
    """One room for a module whose tests store nothing."""
    async with running_mailboxes(databases.fresh("mailboxes"), tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_customer(shared_room: TestRoom) -> Customer:
    """A customer of the shared room, with the domain rossi.example."""
    made = await new_customer(shared_room)
    await made.add_domain("rossi.example")
    return made


@pytest.fixture
async def customer(room: TestRoom) -> Customer:
    """A customer in trial with the domain rossi.example."""
    made = await new_customer(room)
    await made.add_domain("rossi.example")
    return made
