"""Races are decided in one row: an order and a closing of the same account at the same instant."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from casella.common.v1 import errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.errors import Refused
from tests.ordering.shop import Shop
from tests.support.room import request_id

ROUNDS = 60


async def held_together(shop: Shop, account: UUID, *calls: Coroutine[Any, Any, object]) -> list[object]:
    """Hold the account's row, start the calls in this order, see both wait for the row, let go."""
    database = shop.room.core.database
    async with database.transaction() as conn:
        await conn.execute(
            text("INSERT INTO accounts (id, created_at) VALUES (:id, :at) ON CONFLICT DO NOTHING"),
            {"id": account, "at": shop.room.clock.now()},
        )
        await conn.commit()
    async with database.transaction() as conn:
        await conn.execute(text("SELECT 1 FROM accounts WHERE id = :id FOR UPDATE"), {"id": account})
        tasks: list[asyncio.Task[object]] = []
        for position, call in enumerate(calls, 1):
            tasks.append(asyncio.create_task(call))
            await until_waiting(shop, position)
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def until_waiting(shop: Shop, count: int) -> None:
    """Return once so many connections wait for a lock in this test's database."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(20), shop.room.core.database.reading() as conn:
        while (await conn.execute(waiting)).scalar_one() < count:
            pass


def reason_of(answer: object) -> errors_pb2.Reason | None:
    return answer.reason if isinstance(answer, Refused) else None


@pytest.mark.parametrize("order_first", [True, False])
async def test_an_order_and_a_closing_that_meet_on_the_row_never_both_win(shop: Shop, *, order_first: bool) -> None:
    for _ in range(ROUNDS // 2):
        account = shop.account()
        wish = await shop.wish(account)
        calls: list[Coroutine[Any, Any, object]] = [shop.place(wish), shop.close(account)]
        answers = await held_together(shop, account, *(calls if order_first else reversed(calls)))
        placed, closed = answers if order_first else reversed(answers)
        if order_first:
            assert isinstance(placed, pb.Order)
            assert reason_of(closed) == errors_pb2.REASON_ORDER_OPEN
        else:
            assert isinstance(closed, pb.Closure)
            assert reason_of(placed) == errors_pb2.REASON_ACCOUNT_CLOSED
    assert await open_orders_on_closed_accounts(shop) == 0


async def test_thrown_at_once_exactly_one_of_order_and_closing_wins(shop: Shop) -> None:
    for number in range(ROUNDS):
        account = shop.account()
        wish = await shop.wish(account)
        calls: list[Coroutine[Any, Any, object]] = [shop.place(wish), shop.close(account)]
        answers = await asyncio.gather(*(calls if number % 2 else reversed(calls)), return_exceptions=True)
        assert sum(isinstance(answer, pb.Order | pb.Closure) for answer in answers) == 1, answers
    assert await open_orders_on_closed_accounts(shop) == 0


async def open_orders_on_closed_accounts(shop: Shop) -> int:
    query = text(
        "SELECT count(*) FROM orders JOIN accounts ON accounts.id = orders.account_id "
        "WHERE accounts.closed_at IS NOT NULL AND orders.state IN ('open', 'paid', 'fulfilled')"
    )
    async with shop.room.core.database.reading() as conn:
        return int((await conn.execute(query)).scalar_one())


async def test_of_many_orders_at_once_one_is_taken(shop: Shop) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    wishes = []
    for _ in range(8):
        twin = pb.PlaceOrderRequest.FromString(wish.SerializeToString())
        twin.request_id = request_id()
        wishes.append(twin)
    answers = await asyncio.gather(*(shop.place(one) for one in wishes), return_exceptions=True)
    assert sum(isinstance(answer, pb.Order) for answer in answers) == 1
    assert [reason_of(answer) for answer in answers if not isinstance(answer, pb.Order)] == [
        errors_pb2.REASON_ORDER_OPEN
    ] * 7


async def test_of_many_outcomes_at_once_the_first_stays(shop: Shop) -> None:
    for _ in range(10):
        order = await shop.order()
        outcomes = [pb.OUTCOME_PAID, pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED] * 2
        answers = await asyncio.gather(*(shop.end(order.order_id, outcome) for outcome in outcomes))
        assert len({answer.state for answer in answers}) == 1
        kept = (await shop.worker.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
        assert kept.state == answers[0].state


async def test_a_closing_never_slips_between_payment_and_subscription(shop: Shop) -> None:
    for _ in range(10):
        account = shop.account()
        order = await shop.order(account)
        await shop.end(order.order_id, pb.OUTCOME_PAID)
        answers = await asyncio.gather(
            shop.fulfil(order.order_id), *(shop.close(account) for _ in range(4)), return_exceptions=True
        )
        assert isinstance(answers[0], pb.FulfilOrderResponse)
        assert {reason_of(answer) for answer in answers[1:]} <= {
            errors_pb2.REASON_ORDER_OPEN,
            errors_pb2.REASON_SUBSCRIPTION_RUNS,
        }
        assert None not in {reason_of(answer) for answer in answers[1:]}


async def test_closing_many_times_at_once_starts_one_purge(shop: Shop) -> None:
    account = shop.account()
    closures = await asyncio.gather(*(shop.close(account) for _ in range(8)))
    assert len({closure.closed_at.ToNanoseconds() for closure in closures}) == 1
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"purge:{account}"]


async def test_advancing_many_times_at_once_sends_one_reminder(shop: Shop) -> None:
    order = await shop.order()
    await shop.record_proforma(order.order_id)
    shop.room.clock.advance(days=3)
    await asyncio.gather(*(shop.advance(order.order_id) for _ in range(8)))
    assert len(await shop.room.mail_params()) == 1


async def test_no_reminder_leaves_for_an_order_that_is_just_ending(shop: Shop) -> None:
    order = await shop.order()
    await shop.record_proforma(order.order_id)
    now = shop.room.clock.advance(days=3)
    ending = text("UPDATE orders SET state = 'expired', ended_at = :at WHERE id = :id")
    async with shop.room.core.database.transaction() as conn:
        await conn.execute(ending, {"at": now, "id": UUID(order.order_id)})
        advancing = asyncio.create_task(shop.advance(order.order_id))
        await until_waiting(shop, 1)
    assert (await advancing).next == pb.ORDER_NEXT_NOT_OPEN
    assert await shop.room.mail_params() == []
