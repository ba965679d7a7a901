"""How a room's schema comes to its newest form: Alembic, run by the program, with its version in the room's own schema.

Migrations only add and only go forward. A room's ``migrations/env.py`` is::

    from services.kit.migrations import run_from_alembic

    run_from_alembic()
"""

import asyncio
import threading
from pathlib import Path
from typing import Protocol

import sqlalchemy
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.database import async_url
from services.kit.shared_schema import FIFTH_FORM, FIRST_FORM, FOURTH_FORM, SECOND_FORM, THIRD_FORM

_SERVICES = Path(__file__).resolve().parents[1]

_LOCK_TIMEOUT = "5s"
"""A migration that waits for a lock makes everybody behind it wait too: rather fail and be run again."""


_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps the migration in hand in a global of the process."""


class Operations(Protocol):
    """The one method of Alembic's ``op`` that the shared tables need."""

    def execute(self, sqltext: str) -> object:
        """Run a statement."""
        ...


def create_shared_tables(op: Operations) -> None:
    """Make the tables that every room shares; called first by every room's first migration.

    Args:
        op: ``alembic.op``.
    """
    for statement in FIRST_FORM:
        op.execute(statement)


def add_events(op: Operations) -> None:
    """Bring the shared tables to their second form: events, and outbox rows that become events.

    Args:
        op: ``alembic.op``.
    """
    for statement in SECOND_FORM:
        op.execute(statement)


def add_erasures(op: Operations) -> None:
    """Bring the shared tables to their third form: the record of what was erased.

    Args:
        op: ``alembic.op``.
    """
    for statement in THIRD_FORM:
        op.execute(statement)


def add_audited_accounts(op: Operations, account: str) -> None:
    """Bring the shared tables to their fourth form: the audit trail by account, its older rows included.

    Args:
        op: ``alembic.op``.
        account: SQL that tells the account of an ``audit`` row of this room; NULL where there is none.
    """
    for statement in FOURTH_FORM:
        op.execute(statement)
    # The trail is only appended to; this adds to its rows what they always meant, once.
    op.execute("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
    op.execute(f"UPDATE audit SET account_id = {account}")  # noqa: S608 - a migration's own text
    op.execute("ALTER TABLE audit ENABLE TRIGGER audit_append_only")


def add_recoveries(op: Operations) -> None:
    """Bring the shared tables to their fifth form: recoveries after a restore.

    Args:
        op: ``alembic.op``.
    """
    for statement in FIFTH_FORM:
        op.execute(statement)


def upgrade(room: str, url: str) -> None:
    """Bring a room's schema to its newest form; safe to call by several processes at once.

    Must not be called inside a running event loop (use ``asyncio.to_thread``).

    Args:
        room: Folder under ``services`` and name of the schema, which must exist or may be made by this role.
        url: ``postgresql://…`` as the room's role.
    """
    with _ONE_AT_A_TIME:
        command.upgrade(_config(room, url), "head")


def _config(room: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SERVICES / room / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(room=room, url=url)
    return config


def run_from_alembic() -> None:
    """The whole of a room's ``env.py``: run the pending migrations in one transaction."""
    attributes = context.config.attributes
    asyncio.run(_run(attributes["room"], attributes["url"]))


async def _run(room: str, url: str) -> None:
    engine = create_async_engine(
        async_url(url),
        poolclass=pool.NullPool,
        connect_args={"server_settings": {"search_path": room, "lock_timeout": _LOCK_TIMEOUT}},
    )
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate, room)
    finally:
        await engine.dispose()


def _migrate(connection: Connection, room: str) -> None:
    """Run under a lock, because two processes that start together would both make the first table."""
    key = f"casella migrations {room}"
    connection.execute(sqlalchemy.text("SELECT set_config('lock_timeout', '60s', true)"))
    connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    connection.execute(sqlalchemy.text("SELECT set_config('lock_timeout', :t, true)"), {"t": _LOCK_TIMEOUT})
    there = connection.execute(sqlalchemy.text("SELECT to_regnamespace(:room) IS NOT NULL"), {"room": room})
    if not there.scalar_one():
        connection.execute(sqlalchemy.schema.CreateSchema(room))
    context.configure(connection=connection, target_metadata=MetaData())
    context.run_migrations()
