"""What was written by an older form of this room's tables agrees with the proof of the newer one."""

import asyncio
import secrets
from datetime import UTC, datetime
from functools import partial

from alembic import command
from sqlalchemy import make_url

from deploy.local import provision
from services.kit import migrations
from services.kit.database import Database
from services.payments.store import ledger
from tests.fixtures.postgres import TestDatabases

_TAKEN_BACK = """
    INSERT INTO money_entries VALUES (gen_random_uuid(), 'reversed', 'bank', 'reversal:00', 'B-1', 500, 'EUR',
        '2026-11-20', '', '', ARRAY[]::uuid[], now(), NULL)
"""


async def test_what_was_taken_back_before_the_ledger_knew_of_it_is_posted(databases: TestDatabases) -> None:
    admin, name = databases.admin_url(), f"payments_{secrets.token_hex(6)}"
    await provision.create_database(admin, name)
    url = make_url(admin).set(database=name).render_as_string(hide_password=False)
    before = partial(command.upgrade, migrations._config("payments", url), "20261126_withdrawn_transfers")
    await asyncio.to_thread(before)
    connected = Database.connect(url, "payments")
    async with connected.transaction() as conn:
        await conn.exec_driver_sql(_TAKEN_BACK)
    await asyncio.to_thread(migrations.upgrade, "payments", url)
    async with connected.transaction() as conn:
        proof = await ledger.prove(conn, datetime.now(UTC))
    assert proof.faults == ()
    assert [(account, amount.minor) for account, amount in proof.balances] == [("bank", -500), ("suspense", 500)]
    await connected.close()
