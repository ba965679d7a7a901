"""What trial erases of an account, and what it does not."""

import asyncio

import pytest
from sqlalchemy import text

from casella.common.v1 import errors_pb2
from tests.support.erasing import erase, facts
from tests.support.post import delivered, tables_holding
from tests.support.refusals import refused_as
from tests.support.room import TestRoom
from tests.trial.clients import Customer, Visitors

KEPT = ["abuse_signals", "alembic_version", "audit", "erasures", "outbox"]
"""Keyed hashes for their 180 days, what operators did, the record, and events and wakes, which hold ids."""


@pytest.mark.parametrize("paid", [True, False])
async def test_everything_of_the_person_goes(room: TestRoom, visitors: Visitors, *, paid: bool) -> None:
    customer = await visitors.confirmed(email="zenobia@v.demo.example", first_name="Zenobia", last_name="Quattrocchi")
    await visitors.log_in("zenobia@v.demo.example")
    await visitors.sign_up(email="zenobia@v.demo.example", first_name="Zenobia")  # registered already
    await delivered(room)
    await visitors.sign_up(email="zenobia@v.demo.example", first_name="Zenobia")
    if paid:
        await customer.buy()
    await customer.close_login()
    assert await tables_holding(room, "zenobia") != []
    assert await facts(room, customer.id) == []
    first, second = await asyncio.gather(erase(room, customer.id), erase(room, customer.id))
    assert first == second
    counted = {"accounts": 1, "trials": 1, "consents": 9, "sign_ups": 3, "sessions": 1}
    assert {what: rows for what, rows in first.items() if what in counted} == counted
    for mark in ("zenobia", "Zenobia", "Quattrocchi", "10.9.9.9", "Mozilla"):
        assert await tables_holding(room, mark) == []
    async with room.core.database.reading() as conn:
        names = await conn.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        )
        left = [name for name in sorted(names) if await room.rows(name)]
    assert set(left) <= {*KEPT, "login_attempts"}


async def test_an_account_with_an_open_login_is_not_erased(room: TestRoom, customer: Customer) -> None:
    with refused_as(errors_pb2.REASON_ERASURE_STATE):
        await erase(room, customer.id)
    assert len(await room.rows("accounts")) == 1
    assert await room.rows("erasures") == []


async def test_other_accounts_stay_whole(room: TestRoom, visitors: Visitors) -> None:
    gone, stays = await visitors.confirmed(), await visitors.confirmed()
    await gone.close_login()
    await erase(room, gone.id)
    assert [str(row["id"]) for row in await room.rows("accounts")] == [stays.id]
    assert len(await room.rows("consents")) == 3
    assert (await stays.trial()).account_id == stays.id


async def test_the_trace_of_a_trial_outlives_its_erasure_by_its_own_days(room: TestRoom, visitors: Visitors) -> None:
    customer = await visitors.confirmed(email="anna@v.demo.example")
    await customer.close_login()
    await erase(room, customer.id)
    again = await visitors.sign_up(email="anna@v.demo.example")
    assert "second_trial" in (await visitors.state(again)).reasons


async def test_who_is_erased_is_known_by_no_id(room: TestRoom, customer: Customer) -> None:
    await customer.close_login()
    await erase(room, customer.id)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await customer.account()
    assert (await erase(room, customer.id)).keys() >= {"accounts"}
