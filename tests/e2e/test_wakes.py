"""Rows tell, signals wake: a run that was terminated, a Temporal that lost everything, a signal that got lost."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo.customer import Customer
from tests.e2e.ends import count, courtesy_invoices, documents_of, payment_of, prove_the_end
from tests.e2e.moments import TAKES_A_NUMBER, held_up, locked, unlocked_but_not_invoiced
from tests.e2e.play import Play, started
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("wakes")]

_MAILS = "LOCK TABLE mails IN SHARE ROW EXCLUSIVE MODE"
_WRITES_A_MAIL = "INSERT INTO mails"
_A_DAY = timedelta(days=1, seconds=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    async with started(tmp_path_factory.mktemp("wakes") / "var") as play:
        yield play


async def lose_temporal(play: Play, kept: Path | None = None) -> None:
    """Kill Temporal and take its database away, or put an earlier one in its place."""
    var = play.world.site.var
    await play.world.stop_process("temporal", kill=True)
    for file in var.glob("temporal.db*"):
        file.unlink()
    if kept is not None:
        shutil.copytree(kept, var, dirs_exist_ok=True)
    await play.world.start_process("temporal")


async def copy_temporal(play: Play, folder: Path) -> None:
    """Keep Temporal's database as it is now."""
    await play.world.stop_process("temporal")
    for file in play.world.site.var.glob("temporal.db*"):
        shutil.copy(file, folder)
    await play.world.start_process("temporal")


async def reconcile(play: Play, *rooms: str) -> None:
    """Have rooms look after their rows now and not within the hour: a room's reconciler looks when it starts."""
    for room in rooms:
        await play.world.stop_process(room)
        await play.world.start_process(room)


def run_of(play: Play, order: ordering_pb2.Order) -> WorkflowHandle[object, object]:
    """The newest run of an order's workflow."""
    return play.temporal.get_workflow_handle(names.order_id(order.order_id))


async def runs(play: Play, workflow_id: str) -> bool:
    """Whether a workflow has a run that is open."""
    try:
        found = await play.temporal.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status is WorkflowExecutionStatus.RUNNING


async def woken(play: Play, workflow_id: str) -> bool | None:
    """For waiting until a workflow runs."""
    return True if await runs(play, workflow_id) else None


async def scheduled(play: Play) -> bool | None:
    """For waiting until what is done again and again by schedule is scheduled; the worker looks every 30 seconds."""
    found = {schedule.id async for schedule in await play.temporal.list_schedules()}
    return True if found >= {names.SCHEDULE_RECEIPTS, names.SCHEDULE_PAYMENT_EVENTS} else None


async def pays_while_nobody_works(play: Play, customer: Customer, order: ordering_pb2.Order) -> None:
    """The money is there and Temporal has been told of it; no worker takes the signal."""
    await play.world.stop_process("worker")
    await play.pay_by_card(customer)

    async def told() -> bool | None:
        paid = (await payment_of(play, order.order_id)).state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
        return True if paid and not await count(play, "payments", "outbox") else None

    await until(told, "the delivery of the signal")
    assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_OPEN


async def test_a_run_of_a_paid_order_that_was_terminated_is_woken_again(play: Play) -> None:
    async with unlocked_but_not_invoiced(play) as (customer, order):
        first = await run_of(play, order).describe()
        await run_of(play, order).terminate("pressed in the Temporal UI")
        await held_up(play, "invoicing", TAKES_A_NUMBER, by_now=False)  # the dead run's last step gives up
    assert len(await documents_of(play, customer)) == 1
    await reconcile(play, "ordering")
    await prove_the_end(play, customer, order.order_id)
    assert (await run_of(play, order).describe()).run_id != first.run_id


async def test_a_run_that_was_terminated_before_its_last_email_is_woken_again(play: Play) -> None:
    async with AsyncExitStack() as mails:
        async with unlocked_but_not_invoiced(play) as (customer, order):
            await mails.enter_async_context(locked(play, "invoicing", _MAILS))
        await held_up(play, "invoicing", _WRITES_A_MAIL)
        await run_of(play, order).terminate("pressed in the Temporal UI")
        await held_up(play, "invoicing", _WRITES_A_MAIL, by_now=False)
    assert await courtesy_invoices(play, customer) == []
    await reconcile(play, "ordering")
    await prove_the_end(play, customer, order.order_id)


async def test_every_open_row_outlives_the_loss_of_temporals_database(play: Play) -> None:
    trying = play.customer()
    await trying.begin_trial()
    unpaid, unpaid_order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.world.stop_process("sdi")
    unsent, unsent_order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.pay_by_card(unsent)
    invoice_id = (await play.fulfilled(unsent, unsent_order.order_id)).invoice_id
    async with unlocked_but_not_invoiced(play) as (paid, paid_order):
        await lose_temporal(play)
        await held_up(play, "invoicing", TAKES_A_NUMBER, by_now=False)
    open_ones = [
        names.trial_id(trying.account_id),
        names.order_id(unpaid_order.order_id),
        names.order_id(paid_order.order_id),
        names.e_invoice_id(invoice_id),
    ]
    assert not any([await runs(play, each) for each in open_ones])
    await play.world.start_process("sdi")
    await reconcile(play, "trial", "ordering", "invoicing")
    for each in open_ones[:2]:
        await until(partial(woken, play, each), f"a run of {each}")
    await play.pay_by_card(unpaid)
    for customer, order in ((unpaid, unpaid_order), (paid, paid_order), (unsent, unsent_order)):
        await prove_the_end(play, customer, order.order_id)
    await until(partial(scheduled, play), "the schedules")


async def test_signals_that_temporal_took_and_lost_with_its_database_are_made_up_for(play: Play) -> None:
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.proforma(customer)
    await pays_while_nobody_works(play, customer, order)
    await lose_temporal(play)
    await play.world.start_process("worker")
    assert not await runs(play, names.order_id(order.order_id))
    await reconcile(play, "ordering")
    await prove_the_end(play, customer, order.order_id)


async def test_a_signal_that_temporal_lost_beside_its_run_costs_a_day_at_most(play: Play, tmp_path: Path) -> None:
    """A machine that dies can take Temporal's last moments with it: the run is there, the signal is not."""
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.proforma(customer)
    await copy_temporal(play, tmp_path)
    await pays_while_nobody_works(play, customer, order)
    await lose_temporal(play, kept=tmp_path)
    await play.world.start_process("worker")
    assert await runs(play, names.order_id(order.order_id))
    await TimeSkipper(play.temporal).fast_forward(run_of(play, order), _A_DAY)
    await prove_the_end(play, customer, order.order_id)
