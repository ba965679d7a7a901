"""A room that has nothing but the kit: the shared tables in its schema and the clock's service."""

import secrets
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.clock import OffsetClock
from services.kit.database import Database, async_url
from services.kit.shared_schema import FIFTH_FORM, FIRST_FORM, FOURTH_FORM, SECOND_FORM, THIRD_FORM
from tests.fixtures.postgres import TestDatabases
from tests.fixtures.threads import in_thread
from tests.support.sink import Sink

SCHEMA = "kit"
FORMS = (*FIRST_FORM, *SECOND_FORM, *THIRD_FORM, *FOURTH_FORM, *FIFTH_FORM)


@pytest.fixture(scope="session")
def kit_template(databases: TestDatabases) -> str:
    """A database with the shared tables, which each test copies."""
    name = f"template_kit_{secrets.token_hex(6)}"
    in_thread(_create(databases.admin_url(), f'CREATE DATABASE "{name}"'))
    url = async_url(databases.admin_url()).set(database=name).render_as_string(hide_password=False)
    in_thread(_create(url, f"CREATE SCHEMA {SCHEMA}", f"SET search_path TO {SCHEMA}", *FORMS))
    return name


@pytest.fixture
async def kit_url(databases: TestDatabases, kit_template: str) -> AsyncIterator[str]:
    """The URL of a database with the shared tables, for this test only."""
    name = f"kit_{secrets.token_hex(6)}"
    await _create(databases.admin_url(), f'CREATE DATABASE "{name}" TEMPLATE "{kit_template}" STRATEGY file_copy')
    url = async_url(databases.admin_url()).set(database=name).render_as_string(hide_password=False)
    yield url
    await databases.drop(url)


@pytest.fixture
async def database(kit_url: str) -> AsyncIterator[Database]:
    """A connected ``Database`` on it."""
    connected = Database.connect(kit_url, SCHEMA)
    yield connected
    await connected.close()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A running SMTP server that keeps what it accepts."""
    async with Sink() as running:
        yield running


@pytest.fixture
def clock() -> OffsetClock:
    return OffsetClock()


async def _create(url: str, *statements: str) -> None:
    engine = create_async_engine(async_url(url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        for statement in statements:
            await conn.execute(text(statement))
    await engine.dispose()
