"""What a restore leaves in the rows before any process sees them, and what PostgreSQL's programs get of the shell."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from sqlalchemy import make_url

from deploy.backup import dump
from deploy.backup.restore import hold
from deploy.local import provision
from services.kit.ids import new_id
from tests.fixtures.postgres import TestDatabases
from tests.kit.conftest import FORMS

ROOMS = ("trial", "payments")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_REQUEST = "INSERT INTO {}.requests VALUES ('Do', 'x', $1, sha256('x'), $1, 1, $2)"


class Rows:
    """The schemas of two rooms with what all rooms have."""

    def __init__(self, url: str, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.url = url
        self.connection = connection

    async def hold(self) -> None:
        """Do to them what a restore does."""
        await hold(self.url, NOW, ROOMS)

    async def trace(self, room: str, at: datetime) -> None:
        """Let something have happened."""
        await self.connection.execute(_REQUEST.format(room), new_id(), at)

    async def under_way(self, column: str) -> list[Any]:
        """A column of both rooms' recoveries that are under way."""
        query = f"SELECT {column} FROM {{}}.recoveries WHERE ended_at IS NULL"
        return [await self.connection.fetchval(query.format(room)) for room in ROOMS]


@pytest.fixture
async def rows(databases: TestDatabases) -> AsyncIterator[Rows]:
    name = f"restored_{secrets.token_hex(6)}"
    await provision.create_database(databases.admin_url(), name)
    url = make_url(databases.admin_url()).set(database=name).render_as_string(hide_password=False)
    connection = await provision.connect(url)
    for room in ROOMS:
        await connection.execute(f"CREATE SCHEMA {room}; SET search_path TO {room}; {'; '.join(FORMS)}")
    yield Rows(url, connection)
    await connection.close()
    await databases.drop(url)


async def test_the_instant_of_all_rooms_is_the_newest_trace_in_any(rows: Rows) -> None:
    await rows.trace("trial", NOW - timedelta(hours=3))
    await rows.trace("trial", NOW - timedelta(hours=9))
    await rows.hold()
    assert await rows.under_way("rows_of") == [NOW - timedelta(hours=3)] * 2, "payments has no trace of its own"


async def test_rows_without_any_trace_know_nothing_and_have_all_read_back(rows: Rows) -> None:
    await rows.hold()
    assert all(instant < datetime(2001, 1, 1, tzinfo=UTC) for instant in await rows.under_way("rows_of"))


async def test_a_backup_that_was_made_in_a_recovery_is_read_and_decided_anew_from_the_first_instant_on(
    rows: Rows,
) -> None:
    await rows.trace("payments", NOW - timedelta(days=9))
    await rows.hold()
    await rows.trace("payments", NOW - timedelta(days=1))  # once it had begun
    for room in ROOMS:
        await rows.connection.execute(f"""
            UPDATE {room}.recoveries SET read_at = begun_at, mails_at = begun_at;
            INSERT INTO {room}.recovery_findings SELECT id, id, 'k', 's', 'd', begun_at, begun_at FROM {room}.recoveries
        """)
    await rows.hold()
    assert await rows.under_way("rows_of") == [NOW - timedelta(days=9)] * 2
    assert await rows.under_way("coalesce(read_at, mails_at)") == [None, None]
    for room in ROOMS:
        assert await rows.connection.fetchval(f"SELECT count(confirmed_at) FROM {room}.recovery_findings") == 0


def test_the_programs_of_postgresql_get_what_they_need_of_the_shell_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PGSSLROOTCERT", "LC_ALL", "CLOUD_SECRET_KEY", "CASELLA_DATABASE_URL"):
        monkeypatch.setenv(name, "x")
    password = "one that no file holds"
    arguments, variables = dump.for_client(f"postgresql://anna:{quote(password)}@db.example:5433/casella")
    assert {"PGSSLROOTCERT", "LC_ALL", "PATH"} <= variables.keys()
    assert variables.keys().isdisjoint({"CLOUD_SECRET_KEY", "CASELLA_DATABASE_URL"})
    assert variables["PGPASSWORD"] == password
    assert arguments == ["--host", "db.example", "--port", "5433", "--username", "anna", "--dbname", "casella"]
