"""Deeds from before the trail was kept by account get theirs, and the trail is only appended to after that as before.

That each room derives the right account is looked at wherever a test changes a row (tests/support/deeds.py).
"""

import asyncio
import secrets
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy.local import provision
from services.kit import migrations
from services.kit.database import Database, async_url
from services.kit.ids import new_id
from tests.fixtures.postgres import TestDatabases

_DEED = """
    INSERT INTO audit (at, actor, action, subject_id, reason_code, source)
    VALUES (:at, 'carla', :action, :subject, 'checked', 'test/1')
"""


@pytest.mark.parametrize(
    ("room", "action", "found"),
    [
        ("ordering", "set_legal_hold", True),
        ("mailboxes", "switch_off_sending", True),
        ("support", "approve_erasure", True),
        ("payments", "switch_off_automatic_debit", True),
        ("payments", "set_money_aside", False),
        ("trial", "deny_sign_up", False),
        ("invoicing", "prepare_resend", False),
    ],
)
async def test_an_old_deed_gets_its_account_where_its_row_tells_one(
    databases: TestDatabases,
    room: str,
    action: str,
    found: bool,  # noqa: FBT001
) -> None:
    name = f"old_{secrets.token_hex(6)}"
    await provision.create_database(databases.admin_url(), name)
    url = async_url(databases.admin_url()).set(database=name).render_as_string(hide_password=False)
    config = migrations._config(room, url)
    by_account = ScriptDirectory.from_config(config).get_revision("20261210_audited_accounts")
    await asyncio.to_thread(command.upgrade, config, str(by_account.down_revision))
    subject, database = new_id(), Database.connect(url, room)
    values = {"at": datetime(2026, 3, 2, 10, tzinfo=UTC), "action": action, "subject": subject}
    async with database.transaction() as conn:
        await conn.execute(text(_DEED), values)
    await asyncio.to_thread(migrations.upgrade, room, url)
    async with database.reading() as conn:
        assert await conn.scalar(text("SELECT account_id FROM audit")) == (subject if found else None)
        with pytest.raises(DBAPIError, match="only appended"):
            await conn.execute(text("DELETE FROM audit"))
    await database.close()
