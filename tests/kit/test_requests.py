"""Idempotency: one request_id, one effect."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.kit import requests
from services.kit.clock import OffsetClock
from services.kit.context import CallContext, begin
from services.kit.database import Database, NoTransaction
from services.kit.errors import InvalidInput, RequestIdReused
from services.kit.ids import new_id
from services.kit.money import Money
from services.kit.requests import Requests, claim, known

_MAKER = Requests(b"0123456789abcdef", OffsetClock())


@pytest.fixture(autouse=True)
def call() -> CallContext:
    context = CallContext("/casella.test/Do", caller="worker", language="en")
    begin(context)
    return context


async def test_the_same_request_id_with_the_same_content_gives_the_first_resource(database: Database) -> None:
    request_id, first, second = str(new_id()), new_id(), new_id()
    async with database.transaction() as conn:
        assert await claim(conn, _MAKER.call(request_id, amount=Money(100)), first) is None
    async with database.transaction() as conn:
        assert await claim(conn, _MAKER.call(request_id, amount=Money(100)), second) == first


async def test_the_same_request_id_with_other_content_is_refused(database: Database) -> None:
    request_id = str(new_id())
    async with database.transaction() as conn:
        await claim(conn, _MAKER.call(request_id, amount=Money(100)), new_id())
    async with database.transaction() as conn:
        with pytest.raises(RequestIdReused):
            await claim(conn, _MAKER.call(request_id, amount=Money(101)), new_id())


async def test_two_callers_may_use_the_same_request_id(database: Database, call: CallContext) -> None:
    request_id = str(new_id())
    async with database.transaction() as conn:
        assert await claim(conn, _MAKER.call(request_id), new_id()) is None
        call.account_id = new_id()
        assert await claim(conn, _MAKER.call(request_id), new_id()) is None
        call.account_id = new_id()
        assert await claim(conn, _MAKER.call(request_id), new_id()) is None


async def test_a_twin_waits_for_the_first_and_reads_its_answer(database: Database) -> None:
    request_id, first = str(new_id()), new_id()
    made = _MAKER.call(request_id)

    async def twin() -> UUID | None:
        async with database.transaction() as conn:
            return await claim(conn, made, new_id())

    async with database.transaction() as conn:
        assert await claim(conn, made, first) is None
        waiting = asyncio.create_task(twin())
        await _somebody_waits(database)
        assert not waiting.done()
    assert await waiting == first


async def test_a_twin_of_a_call_that_failed_does_the_work(database: Database) -> None:
    made = _MAKER.call(str(new_id()))

    async def twin() -> UUID | None:
        async with database.transaction() as conn:
            return await claim(conn, made, new_id())

    with pytest.raises(ZeroDivisionError):  # noqa: PT012  the transaction must end by it
        async with database.transaction() as conn:
            await claim(conn, made, new_id())
            waiting = asyncio.create_task(twin())
            await _somebody_waits(database)
            raise ZeroDivisionError
    assert await waiting is None


async def test_forty_twins_at_once_make_one_row(database: Database) -> None:
    made = _MAKER.call(str(new_id()))

    async def attempt() -> UUID | None:
        async with database.transaction() as conn:
            return await claim(conn, made, new_id())

    answers = await asyncio.gather(*(attempt() for _ in range(40)))
    assert answers.count(None) == 1
    assert len(set(answers)) == 2
    async with database.reading() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM requests"))).scalar_one() == 1


async def test_a_claim_outside_of_a_transaction_is_refused(database: Database) -> None:
    async with database.single() as conn:
        with pytest.raises(NoTransaction):
            await claim(conn, _MAKER.call(str(new_id())), new_id())


@pytest.mark.parametrize("bad", ["", "x", "0193", "{01939f2e-0000-7000-8000-000000000000}"])
def test_a_request_id_that_is_no_uuid_is_named(bad: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _MAKER.call(bad)
    assert [v.field for v in refused.value.violations] == ["request_id"]


async def test_requests_are_forgotten_after_thirty_days(database: Database) -> None:
    async with database.transaction() as conn:
        await claim(conn, _MAKER.call(str(new_id())), new_id())
    now = datetime.now(UTC)
    assert await requests.prune(database, now + timedelta(days=29, hours=23)) == 0
    assert await requests.prune(database, now + timedelta(days=30, minutes=1)) == 1


def test_the_fingerprint_depends_on_the_key_and_on_every_field() -> None:
    other_key = Requests(b"fedcba9876543210", OffsetClock())
    request_id = str(new_id())
    prints = {
        _MAKER.call(request_id, a="1", b=2).fingerprint,
        _MAKER.call(request_id, a="1", b=3).fingerprint,
        _MAKER.call(request_id, a="12").fingerprint,
        other_key.call(request_id, a="1", b=2).fingerprint,
    }
    assert len(prints) == 4
    assert _MAKER.call(request_id, b=2, a="1").fingerprint in prints


async def test_nothing_is_made_of_what_was_asked_for_before_the_claim(database: Database) -> None:
    made = _MAKER.call(str(new_id()), items=[object()])  # which has no canonical form
    async with database.transaction() as conn:
        with pytest.raises(TypeError, match="no canonical form"):
            await claim(conn, made, new_id())


async def _somebody_waits(database: Database) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10), database.reading() as conn:
        while not (await conn.execute(text(query))).scalar_one():
            pass


async def test_a_look_knows_a_request_that_was_done_and_leaves_an_unknown_one_to_the_claim(database: Database) -> None:
    request_id, first = str(new_id()), new_id()
    made = _MAKER.call(request_id, amount=Money(100))
    async with database.reading() as conn:
        assert await known(conn, made) is None
    async with database.transaction() as conn:
        assert await claim(conn, made, first) is None
    async with database.reading() as conn:
        assert await known(conn, made) == first
        with pytest.raises(RequestIdReused):
            await known(conn, _MAKER.call(request_id, amount=Money(101)))
