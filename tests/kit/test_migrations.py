"""Migrations: a room comes to its newest form, also when two processes start at once."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from services.kit import audit, migrations
from services.kit.audit import AuditEntry
from services.kit.clock import OffsetClock
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.tables import metadata

_ROOT = Path(__file__).parents[2]
_ENV = '''"""Run by Alembic."""

from services.kit.migrations import run_from_alembic

run_from_alembic()
'''
_FIRST = '''"""The first form."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124"
down_revision = None


def upgrade() -> None:
    create_shared_tables(op)
    op.execute("CREATE TABLE things (id uuid PRIMARY KEY)")
'''


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A room of the test's own, with a space in its path."""
    services = tmp_path / "a folder"
    versions = services / "demo" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(_ENV)
    (versions / "20261124_first.py").write_text(_FIRST)
    monkeypatch.setattr(migrations, "_SERVICES", services)
    return "demo"


async def test_two_processes_that_migrate_at_once_do_it_once(room: str, kit_url: str) -> None:
    program = (
        "import sys, pathlib; from services.kit import migrations;"
        "migrations._SERVICES = pathlib.Path(sys.argv[1]); migrations.upgrade(sys.argv[2], sys.argv[3])"
    )
    arguments = (sys.executable, "-c", program, str(migrations._SERVICES), room, kit_url)
    env = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'protos'}"}
    twins = [await asyncio.create_subprocess_exec(*arguments, env=env) for _ in range(2)]
    assert [await twin.wait() for twin in twins] == [0, 0]
    await asyncio.to_thread(migrations.upgrade, room, kit_url)
    database = Database.connect(kit_url, room)
    async with database.reading() as conn:
        assert (await conn.execute(text("SELECT version_num FROM demo.alembic_version"))).all() == [("20261124",)]
        assert (await conn.execute(text("SELECT * FROM things"))).all() == []
    await database.close()


async def test_the_shared_tables_are_as_the_code_queries_them(database: Database) -> None:
    def differences(conn: Connection) -> list[object]:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
        return [
            d
            for d in found
            if not (isinstance(d, tuple) and d[0] in {"remove_index", "remove_constraint", "remove_fk"})
        ]

    async with database.reading() as conn:
        assert await conn.run_sync(differences) == []


async def test_the_audit_trail_is_only_appended_to(database: Database, clock: OffsetClock) -> None:
    entry = AuditEntry("anna", "extend_trial", new_id(), source="extend_trial/1")
    async with database.transaction() as conn:
        assert await audit.record(conn, entry, clock.now(), account_id=None)
        assert not await audit.record(conn, entry, clock.now(), account_id=None)
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        async with database.reading() as conn:
            with pytest.raises(DBAPIError, match="only appended"):
                await conn.execute(text(statement))


async def test_two_deeds_without_a_source_are_two_entries(database: Database, clock: OffsetClock) -> None:
    entry = AuditEntry("anna", "note", new_id())
    async with database.transaction() as conn:
        assert await audit.record(conn, entry, clock.now(), account_id=None)
        assert await audit.record(conn, entry, clock.now(), account_id=None)
