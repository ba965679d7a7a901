"""Rows come back from a backup, and customers are ahead of them: what was done is done again, nothing is deleted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio

from casella.common.v1 import errors_pb2
from casella.common.v1 import recovery_pb2 as recovery
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from tests.fixtures.postgres import TestDatabases
from tests.mailboxes.clients import Customer, new_customer, send, stub, suspension, unlock
from tests.mailboxes.conftest import running_mailboxes
from tests.support.refusals import refused_as, unavailable
from tests.support.restoring import Recovering, back_up, restored
from tests.support.room import TestRoom

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRIAL_MESSAGES = 25
UNLOCKED, SUSPENDED, TRIAL = pb.ACCESS_STATE_UNLOCKED, pb.ACCESS_STATE_SUSPENDED, pb.ACCESS_STATE_TRIAL


@dataclass
class After(Recovering):
    """The room on restored rows: each of these customers has a domain and a mailbox there, and is in trial."""

    room: TestRoom
    bought: Customer
    """Was unlocked after the backup."""
    late: Customer
    """Was unlocked, and suspended."""
    gone: Customer
    """Was purged."""

    async def state(self, customer: Customer) -> "pb.AccessState":
        """What the account may do."""
        asked = pb.GetAllowanceRequest(account_id=customer.id)
        return (await stub(self.room, "worker").GetAllowance(asked)).allowance.state


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def after(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[After]:
    folder, admin = tmp_path_factory.mktemp("recovery"), databases.admin_url()
    with databases.lent() as fresh:
        url = fresh("mailboxes")
        async with running_mailboxes(url, folder) as room:
            customers = [await new_customer(room) for _ in range(3)]
            for customer, name in zip(customers, ("bought", "late", "gone"), strict=True):
                await customer.add_domain(f"{name}.example")
                await customer.create_mailbox(f"info@{name}.example")
            file = back_up(admin, url, folder / "backup")
            bought, late, gone = customers
            for customer in (bought, late):
                await unlock(room, customer)
            await stub(room, "worker").SuspendAccount(suspension(late.id))
            await stub(room, "worker").PurgeAccount(pb.PurgeAccountRequest(account_id=gone.id))
            now = room.clock.now()
    url = await restored(admin, "mailboxes", url, file, now)
    async with running_mailboxes(url, folder) as room:
        recovering = RecoveryServiceStub(room.channel("operator"))
        await recovering.ReadBack(recovery.ReadBackRequest())
        yield After(recovering, room, *(Customer(room, each.uuid) for each in customers))
    await databases.drop(url)


async def test_who_had_bought_is_unlocked_again_while_the_recovery_is_under_way(after: After) -> None:
    assert await after.state(after.bought) == TRIAL
    for _ in range(2):  # a run that begins again from the top asks as often as it likes
        await unlock(after.room, after.bought)
    assert await after.state(after.bought) == UNLOCKED


async def test_who_had_not_paid_is_suspended_again(after: After) -> None:
    await unlock(after.room, after.late)
    await stub(after.room, "worker").SuspendAccount(suspension(after.late.id))
    assert await after.state(after.late) == SUSPENDED
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await send(after.room, "info@late.example")


async def test_mail_goes_on_and_customers_may_change_what_they_have(after: After) -> None:
    await after.bought.create_mailbox("new@bought.example")
    assert (await send(after.room, "new@bought.example")).messages_left > TRIAL_MESSAGES


async def test_who_was_purged_is_there_until_the_end_and_is_purged_again_after_it(after: After) -> None:
    asked = pb.PurgeAccountRequest(account_id=after.gone.id)
    purge = partial(stub(after.room, "worker").PurgeAccount, asked)
    await unavailable(purge(), errors_pb2.REASON_RECOVERY_UNDER_WAY)
    assert [each.address for each in await after.gone.mailboxes()] == ["info@gone.example"]
    first = await after.once_ended(purge)
    assert (first.domains_removed, first.mailboxes_removed) == (1, 1)
    assert await purge() == first
    assert [each.address for each in await after.bought.mailboxes()] == ["info@bought.example", "new@bought.example"]
