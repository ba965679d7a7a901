"""A room that has nothing but the kit: the shared tables in its schema and the clock's service."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.clock import OffsetClock
from services.kit.database import Database, async_url
from services.kit.shared_schema import FIRST_FORM
from tests.fixtures.postgres import TestDatabases

SCHEMA = "kit"


@pytest.fixture
async def kit_url(databases: TestDatabases) -> str:
    """The URL of a fresh database with the shared tables."""
    name = f"kit_{secrets.token_hex(6)}"
    admin = create_async_engine(async_url(databases.admin_url()), isolation_level="AUTOCOMMIT")
    async with admin.connect() as conn:
        await conn.execute(text(f'CREATE DATABASE "{name}"'))
    await admin.dispose()
    url = async_url(databases.admin_url()).set(database=name)
    engine = create_async_engine(url, connect_args={"server_settings": {"search_path": SCHEMA}})
    async with engine.begin() as conn:
        await conn.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        for statement in FIRST_FORM:
            await conn.execute(text(statement))
    await engine.dispose()
    return url.render_as_string(hide_password=False)


@pytest.fixture
async def database(kit_url: str) -> AsyncIterator[Database]:
    """A connected ``Database`` on it."""
    connected = Database.connect(kit_url, SCHEMA)
    yield connected
    await connected.close()


@pytest.fixture
def clock() -> OffsetClock:
    return OffsetClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
