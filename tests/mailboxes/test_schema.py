"""The tables and views in the database are those that the code reads and writes."""

import asyncio
import secrets
from functools import partial
from uuid import UUID

from alembic import command
from sqlalchemy import make_url

from deploy.local import provision
from services.kit import migrations
from services.kit.database import Database
from services.mailboxes.tables import metadata
from tests.fixtures.postgres import TestDatabases
from tests.support.room import TestRoom


async def test_tables_and_migrations_agree(room: TestRoom) -> None:
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'mailboxes'"
    async with room.core.database.reading() as conn:
        found = {(row.table_name, row.column_name) for row in await conn.exec_driver_sql(query)}
    declared = {(table.name, column.name) for table in metadata.tables.values() for column in table.c}
    assert {pair for pair in found if pair[0] in metadata.tables} == declared


async def test_accounts_of_before_get_the_limits_of_all_mailboxes_together(databases: TestDatabases) -> None:
    admin, name = databases.admin_url(), f"mailboxes_{secrets.token_hex(6)}"
    await provision.create_database(admin, name)
    url = make_url(admin).set(database=name).render_as_string(hide_password=False)
    before = partial(command.upgrade, migrations._config("mailboxes", url), "20261125_domains_below")
    await asyncio.to_thread(before)
    connected = Database.connect(url, "mailboxes")
    async with connected.transaction() as conn:
        for account, limits in ((1, "'trial', NULL, 25, 100, 700"), (2, "'unlocked', 'annual', 1000, NULL, NULL")):
            await conn.exec_driver_sql(
                "INSERT INTO accounts (id, opened_at, state_since, state, billing,"
                " messages_per_day, recipients_per_day, account_messages_per_day)"
                f" VALUES ('{UUID(int=account)}', now(), now(), {limits})"
            )
            await conn.exec_driver_sql(f"INSERT INTO places VALUES ('{UUID(int=account)}', 8, 2)")
            await conn.exec_driver_sql(f"INSERT INTO places VALUES ('{UUID(int=account)}', 50, 1)")
        await conn.exec_driver_sql(
            "INSERT INTO accounts (id, opened_at, state_since, state, billing, messages_per_day, recipients_per_day)"
            f" VALUES ('{UUID(int=3)}', now(), now(), 'unlocked', 'monthly', 1000, 3000)"
        )
        await conn.exec_driver_sql(f"INSERT INTO places VALUES ('{UUID(int=3)}', 100, 1000)")
    await asyncio.to_thread(migrations.upgrade, "mailboxes", url)
    query = "SELECT account_messages_per_day, account_recipients_per_day FROM accounts ORDER BY id"
    async with connected.reading() as conn:
        assert [tuple(row) for row in await conn.exec_driver_sql(query)] == [
            (700, 300), (3000, None), (None, None),
        ]  # fmt: skip
        monthly = "SELECT ordered_mailboxes, new_contract FROM accounts WHERE billing = 'monthly'"
        assert [tuple(row) for row in await conn.exec_driver_sql(monthly)] == [(5, False)]
    await connected.close()
