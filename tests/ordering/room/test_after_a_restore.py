"""Rows come back from a backup, and orders are ahead of them: what was done is done again, and nothing is closed."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest
import pytest_asyncio

from casella.common.v1 import errors_pb2
from casella.common.v1 import recovery_pb2 as recovery
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from casella.ordering.v1 import ordering_pb2 as pb
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import PriceList
from tests.fixtures.postgres import TestDatabases
from tests.ordering.conftest import running_ordering
from tests.ordering.neighbours import running_neighbours
from tests.ordering.register import running_vies
from tests.ordering.shop import Shop
from tests.support.refusals import unavailable
from tests.support.restoring import Recovering, back_up, restored
from tests.support.room import TestRoom

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class After(Recovering):
    """The room on restored rows, and what had happened."""

    shop: Shop
    bought: pb.Order
    """Open in the backup; paid, unlocked and fulfilled after it."""
    subscription: pb.Subscription
    """What it became then."""
    periods: set[UUID]
    closed: UUID
    """An account that was closed after the backup."""
    newcomer: UUID
    """One that ordered for the first time after it."""

    async def state(self) -> "pb.OrderState":
        """How what was bought stands."""
        asked = pb.GetOrderRequest(order_id=self.bought.order_id)
        found: pb.OrderState = (await self.shop.worker.GetOrder(asked)).order.state
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def after(
    databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory, price_list: PriceList
) -> AsyncIterator[After]:
    folder, admin = tmp_path_factory.mktemp("recovery"), databases.admin_url()
    async with running_neighbours() as neighbours, running_vies(neighbours.happens) as vies:
        addresses = dict.fromkeys(("trial_address", "mailboxes_address", "invoicing_address"), neighbours.address)
        settings = {**addresses, "vies_url": vies.url}

        def running(url: str) -> AbstractAsyncContextManager[TestRoom]:
            return running_ordering(url, folder, OrderingPolicy(), price_list, **settings)

        with databases.lent() as fresh:
            url = fresh("ordering")
            async with running(url) as room:
                shop = Shop(room, neighbours, vies.register)
                bought, closed, newcomer = await shop.order(), shop.account(), shop.account()
                file = back_up(admin, url, folder / "backup")
                await shop.end(bought.order_id, pb.OUTCOME_PAID)
                subscription = (await shop.fulfil(bought.order_id)).subscription
                periods = {row["id"] for row in await room.rows("subscription_periods")}
                await shop.close(closed)
                await shop.order(newcomer)
                now = room.clock.now()
        url = await restored(admin, "ordering", url, file, now)
        async with running(url) as room:
            recovering = RecoveryServiceStub(room.channel("operator"))
            await recovering.ReadBack(recovery.ReadBackRequest())
            shop = Shop(room, neighbours, vies.register)
            yield After(recovering, shop, bought, subscription, periods, closed, newcomer)
        await databases.drop(url)


async def test_an_order_that_was_fulfilled_is_so_again_and_its_periods_have_the_ids_by_which_they_were_paid(
    after: After,
) -> None:
    assert await after.state() == pb.ORDER_STATE_OPEN
    for _ in range(2):  # a run that begins again from the top asks as often as it likes
        await after.shop.end(after.bought.order_id, pb.OUTCOME_PAID)
        made = (await after.shop.fulfil(after.bought.order_id)).subscription
        assert made.subscription_id == after.subscription.subscription_id
    assert await after.state() == pb.ORDER_STATE_FULFILLED
    assert {row["id"] for row in await after.shop.room.rows("subscription_periods")} == after.periods


async def test_who_ordered_after_the_backup_orders_again_while_the_recovery_is_under_way(after: After) -> None:
    assert (await after.shop.order(after.newcomer)).state == pb.ORDER_STATE_OPEN


async def test_an_account_that_was_closed_is_open_until_the_end_and_its_purge_begins_after_it(after: After) -> None:
    close = partial(after.shop.close, after.closed)
    await after.shop.room.empty_outbox()
    await unavailable(close(), errors_pb2.REASON_RECOVERY_UNDER_WAY)
    assert await after.shop.room.wakes() == []
    first = await after.once_ended(close)
    assert [wake.workflow_id for wake in await after.shop.room.wakes()] == [f"purge:{after.closed}"]
    assert await close() == first
