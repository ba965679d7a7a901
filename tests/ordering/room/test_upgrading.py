"""A schema with subscriptions from before periods were measured comes to the present form."""

import asyncio
import json
import secrets
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import text

from deploy.local import provision
from services.kit import migrations
from services.kit.causes import PeriodCause
from services.kit.database import Database, async_url
from services.kit.ids import new_id
from services.kit.wire import from_date
from services.ordering.domain.kinds import Billing
from services.ordering.domain.periods import Contract, planned
from services.ordering.domain.policy import RenewalPolicy
from tests.fixtures.postgres import TestDatabases
from tests.ordering.shop import Shop
from tests.ordering.subscribers import monthly

OLD = "20261130_tax"
UNLOCKED = datetime(2026, 1, 31, 12, tzinfo=UTC)
ITEMS = [{"size_gb": 8, "quantity": 5, "options": ["archive"]}, {"size_gb": 25, "quantity": 2, "options": []}]
_INSERTS = (
    "INSERT INTO accounts (id, created_at) VALUES (:account, :at)",
    """
    INSERT INTO quotes (id, account_id, content, hash, created_at, valid_until)
    VALUES (:quote, :account, '{}', :hash, :at, CAST(:at AS timestamptz) + interval '1 day')
    """,
    """
    INSERT INTO orders (
        id, account_id, is_first, state, quote_id, quote, quote_hash, party, payment_method, language, consent, facts,
        placed_at, hold_until, ended_at, available_on, invoice_id, unlocked_at, period_start, period_end, fulfilled_at,
        tax_treatment, tax_settled_at
    )
    VALUES (
        :order, :account, true, 'fulfilled', :quote, '{}', :hash, '{}', 'online', 'en', '{}', '{}',
        :at, :at, :at, :first, :invoice, :at, :first, :last, :at, 'domestic', :at
    )
    """,
    """
    INSERT INTO subscriptions (id, account_id, order_id, state, billing, items, started_at, anchor_day)
    VALUES (:subscription, :account, :order, 'active', :billing, CAST(:items AS jsonb), :at, 31)
    """,
    """
    INSERT INTO subscription_periods (subscription_id, number, first_day, last_day, order_id)
    VALUES (:subscription, 1, :first, :last, :order)
    """,
)


@pytest.fixture
async def old_url(databases: TestDatabases) -> str:
    """The URL of a database with ordering's schema in its old form."""
    name = f"old_{secrets.token_hex(6)}"
    await provision.create_database(databases.admin_url(), name)
    url = async_url(databases.admin_url()).set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(command.upgrade, migrations._config("ordering", url), OLD)
    return url


@pytest.mark.parametrize(
    ("billing", "last"), [(Billing.MONTHLY, date(2026, 2, 27)), (Billing.ANNUAL, date(2027, 1, 30))]
)
async def test_each_subscription_gets_its_second_period_as_the_room_plans_it(
    old_url: str, billing: Billing, last: date
) -> None:
    subscription = new_id()
    values = {name: new_id() for name in ("account", "quote", "order", "invoice")}
    values = values | {"subscription": subscription}
    rest = {"at": UNLOCKED, "first": date(2026, 1, 31), "last": last, "hash": "0" * 64, "billing": str(billing)}
    database = Database.connect(old_url, "ordering")
    async with database.transaction() as conn:
        for statement in _INSERTS:
            given = {**values, **rest, "items": json.dumps(ITEMS)}
            used = {name: value for name, value in given.items() if f":{name}" in statement}
            await conn.execute(text(statement), used)
    await asyncio.to_thread(migrations.upgrade, "ordering", old_url)
    async with database.reading() as conn:
        rows = await conn.execute(text("SELECT * FROM subscription_periods ORDER BY number"))
        first, second = rows.all()
        kept = (await conn.execute(text("SELECT payment_method, language FROM subscriptions"))).one()
    await database.close()
    assert tuple(kept) == ("online", "en")
    assert [row.id for row in (first, second)] == [PeriodCause(subscription, number).key for number in (1, 2)]
    assert (first.state, first.counted) == (
        "prepaid",
        {"mailboxes": {"8": 5, "25": 2}, "options": {"archive": 5}},
    )
    contract = Contract(UUID(int=0), billing, date(2026, 1, 31))
    plan = planned(contract, last, RenewalPolicy())
    assert (second.state, second.next_at, second.measure_at) == ("scheduled", plan.measure_at, plan.measure_at)
    assert (second.first_day, second.last_day) == (plan.days.first, plan.days.last)


@pytest.mark.parametrize(("begin", "last"), [(date(2026, 11, 29), 28), (date(2026, 11, 5), 21)])
async def test_what_was_to_suspend_a_day_that_is_paid_does_so_with_the_end_of_the_last_of_them(
    shop: Shop, begin: date, last: int
) -> None:
    subscriber = await monthly(shop, begin)  # paid to 28 December, or to the 4th
    await subscriber.asked_in_time(2)
    stored = datetime(2026, 12, 21, 22, 59, 59, 999999, tzinfo=UTC)
    migration = import_module("services.ordering.migrations.versions.20261219_paid_days")
    async with shop.room.core.database.transaction() as conn:
        await conn.execute(text("UPDATE subscription_periods SET suspend_at = :at WHERE state = 'due'"), {"at": stored})
        await conn.execute(text(migration.STATEMENT))
    assert from_date((await subscriber.period(2)).suspend_after) == date(2026, 12, last)
    shop.room.clock.at = stored + timedelta(days=last - 21)
    assert await subscriber.next(2) == "SUSPEND_DUE"
