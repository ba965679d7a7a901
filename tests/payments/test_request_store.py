"""What a statement about payment requests and their pages may change: the row that is meant, as it was seen."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.kit.database import Database, NoTransaction
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.payment_requests import Attempt, AttemptState, CloseReason, PaymentRequest, RequestState
from services.payments.store import attempts, requests
from tests.payments.rows import GROSS, NOW, TODAY, Rows

OPEN, PAID, CLOSED = RequestState.OPEN, RequestState.PAID, RequestState.CLOSED


def page(number: int) -> Attempt:
    """The next hosted page of a request."""
    return Attempt(number, AttemptState.CREATING, GROSS, "Order", "https://a", "https://b", NOW, None, "")


async def read(database: Database, request_id: UUID) -> PaymentRequest:
    async with database.reading() as conn:
        found = await requests.by_id(conn, request_id)
    assert found is not None
    return found


async def states(database: Database, *request_ids: UUID) -> list[RequestState]:
    return [(await read(database, request_id)).state for request_id in request_ids]


async def pages(database: Database, *request_ids: UUID) -> list[str | None]:
    """The live page of each request, as number and state."""
    found = [(await read(database, request_id)).live for request_id in request_ids]
    return [None if live is None else f"{live.number} {live.state} {live.page_id}" for live in found]


async def begin(database: Database, request_id: UUID, number: int) -> bool:
    async with database.transaction() as conn:
        return await attempts.begin(conn, request_id, page(number), NOW)


@pytest.mark.parametrize("amount", [Money(GROSS.minor - 1), Money(GROSS.minor + 1), Money(GROSS.minor, "USD")])
async def test_only_the_exact_amount_pays_and_only_the_request_that_is_meant(
    database: Database, rows: Rows, amount: Money
) -> None:
    request, other = await rows.request(), await rows.request()
    async with database.transaction() as conn:
        assert await requests.pay(conn, request, amount, TODAY, NOW) is None
        assert await requests.pay(conn, new_id(), GROSS, TODAY, NOW) is None
    assert await states(database, request, other) == [OPEN, OPEN]
    async with database.transaction() as conn:
        assert await requests.pay(conn, request, GROSS, TODAY, NOW)
        assert await requests.pay(conn, request, GROSS, TODAY, NOW) is None
    assert await states(database, request, other) == [PAID, OPEN]


async def test_only_the_request_that_is_meant_is_closed_and_only_with_the_page_that_was_seen(
    database: Database, rows: Rows
) -> None:
    request, other, paid = [await rows.request() for _ in range(3)]
    assert await begin(database, request, 1)
    async with database.transaction() as conn:
        await requests.pay(conn, paid, GROSS, TODAY, NOW)
        assert not await requests.close(conn, request, 0, CloseReason.EXPIRED, NOW)
        assert not await requests.close(conn, paid, 0, CloseReason.EXPIRED, NOW)
        assert await requests.close(conn, request, 1, CloseReason.EXPIRED, NOW)
        assert not await requests.close(conn, request, 1, CloseReason.CANCELLED, NOW)
    assert await states(database, request, other, paid) == [CLOSED, OPEN, PAID]
    assert (await read(database, request)).close_reason is CloseReason.EXPIRED


async def test_a_locked_request_tells_its_own_state(database: Database, rows: Rows) -> None:
    paid, still_open = await rows.request(), await rows.request()
    async with database.transaction() as conn:
        await requests.pay(conn, paid, GROSS, TODAY, NOW)
        found = [await requests.lock(conn, request_id) for request_id in (paid, still_open, new_id())]
    assert found == [PAID, OPEN, None]


async def test_suggested_are_open_requests_of_exactly_this_amount_the_newest_first(
    database: Database, rows: Rows
) -> None:
    paid = await rows.request()
    for amount in (Money(GROSS.minor - 1), Money(GROSS.minor, "USD")):
        await rows.request(amount)
    middle, old = await rows.request(), await rows.request(at=NOW - timedelta(days=1))
    new = await rows.request(at=NOW + timedelta(days=1))
    async with database.transaction() as conn:
        await requests.pay(conn, paid, GROSS, TODAY, NOW)
        found = [[one.request_id for one in await requests.open_of_amount(conn, GROSS, most)] for most in (9, 2)]
    assert found == [[new, middle, old], [new, middle]]


async def test_paid_requests_are_read_page_by_page(database: Database, rows: Rows) -> None:
    made = sorted([await rows.request() for _ in range(3)])
    await rows.request()
    async with database.transaction() as conn:
        for request in made:
            await requests.pay(conn, request, GROSS, TODAY, NOW)
        first = [one.request_id for one in await requests.paid(conn, None, 2)]
        rest = [one.request_id for one in await requests.paid(conn, first[-1], 2)]
    assert (first, rest) == (made[:2], made[2:])


async def test_a_page_is_begun_for_an_open_request_by_who_saw_the_last_one(database: Database, rows: Rows) -> None:
    request, other, closed = [await rows.request() for _ in range(3)]
    async with database.transaction() as conn:
        await requests.close(conn, closed, 0, CloseReason.EXPIRED, NOW)
    assert await begin(database, request, 1)
    assert not await begin(database, request, 1)
    assert not await begin(database, request, 3)
    assert not await begin(database, closed, 1)
    assert [(await read(database, one)).attempt for one in (request, other, closed)] == [1, 0, 0]
    async with database.single() as conn:
        with pytest.raises(NoTransaction):
            await attempts.begin(conn, other, page(1), NOW)


async def test_the_providers_answer_opens_the_page_that_was_asked_for(database: Database, rows: Rows) -> None:
    request, other = await rows.request(), await rows.request()
    for each in (request, other):
        assert await begin(database, each, 1)
    async with database.transaction() as conn:
        assert await attempts.created(conn, request, 2, "p-2", "https://c") is OPEN
        assert await attempts.created(conn, request, 1, "p-1", "https://c") is OPEN
        await attempts.created(conn, request, 1, "late", "https://c")
    assert await pages(database, request, other) == ["1 open p-1", "1 creating None"]
    async with database.transaction() as conn:
        await requests.close(conn, other, 1, CloseReason.EXPIRED, NOW)
        assert await attempts.created(conn, other, 1, "p-3", "https://c") is CLOSED


async def test_only_the_page_that_is_meant_ends_and_one_that_has_ended_stays_so(database: Database, rows: Rows) -> None:
    request, other = await rows.request(), await rows.request()
    for each in (request, other):
        assert await begin(database, each, 1)
    async with database.transaction() as conn:
        await attempts.end(conn, request, 2, AttemptState.FAILED)
        await attempts.move(conn, request, 2, "p-2", "https://c", AttemptState.PAID, "ch-2")
    assert await pages(database, request, other) == ["1 creating None", "1 creating None"]
    async with database.transaction() as conn:
        await attempts.end(conn, request, 1, AttemptState.FAILED)
        await attempts.move(conn, request, 1, "p-1", "https://c", AttemptState.OPEN, None)
        await attempts.move(conn, other, 1, "p-3", "https://c", AttemptState.PROCESSING, None)
    assert await pages(database, request, other) == [None, "1 processing p-3"]
    assert await begin(database, request, 2)
    async with database.transaction() as conn:
        await attempts.end(conn, request, 2, AttemptState.EXPIRED)
        await attempts.move(conn, other, 1, "p-3", "https://c", AttemptState.PAID, "ch-3")
        await attempts.end(conn, other, 1, AttemptState.FAILED)
        ended = await conn.execute(text("SELECT request_id, attempt, state FROM checkout_attempts"))
    assert {(row.request_id, row.attempt): row.state for row in ended} == {
        (request, 1): "failed",
        (request, 2): "expired",
        (other, 1): "paid",
    }
