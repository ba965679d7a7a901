"""A month's end on real parts: many subscriptions renew at once, and an order that comes among them goes first."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying
from services.kit.calendar import rome_date
from services.kit.wire import from_timestamp
from tests.e2e.ends import courtesy_invoices, emails, prove_the_end
from tests.e2e.levers import without_worker
from tests.e2e.subscribers import HOUR, Stage, Subscriber, a_stage, an_invoice_of
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("month_end")]

MANY = 8
"""More than a worker asks for at once, so that some have to wait."""
_AT_ONCE = 4
_SPREAD = 2 * HOUR
"""Over which the measurings of a night are spread (deploy/policy.yaml)."""
_SCHEDULED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
_STARTED = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
_TIMED_OUT = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    async with a_stage(tmp_path_factory.mktemp("month_end") / "var") as found:
        yield found


async def test_many_subscriptions_renew_at_one_months_end_and_orders_among_them_go_first(stage: Stage) -> None:
    play = stage.desk.play
    subscribers = await _subscribers(stage)
    measured = sorted([from_timestamp((await each.period(2)).measure_at) for each in subscribers])
    assert len(set(measured)) == MANY
    assert measured[-1] - measured[0] < _SPREAD

    await stage.go_to(measured[-1])
    for each in subscribers:
        await each.stands(2, "AwaitingPayment")
    buyer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    statement = await _statement(stage, subscribers)
    async with without_worker(play):
        answer = await play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=statement))
        assert answer.paid == MANY
        for each in subscribers:
            await _waiting_task(stage, each.renewal(2))
        await play.pay_by_card(buyer)
        last = await _waiting_task(stage, names.order_id(order.order_id))
    await play.fulfilled(buyer, order.order_id)
    ordered = await _begun(stage, names.order_id(order.order_id), last)
    behind = [each for each in subscribers if await _begun(stage, each.renewal(2), last) > ordered]
    assert len(behind) > MANY / 2

    for each in subscribers:
        await each.stands(2, "Invoiced")
        await an_invoice_of(stage, each, await each.period(2))
        assert len(await courtesy_invoices(play, each.customer)) == 2
        assert {len(copies) for copies in (await emails(play, each.customer)).values()} == {1}
    await prove_the_end(play, buyer, order.order_id)


async def _subscribers(stage: Stage) -> list[Subscriber]:
    """Companies that subscribed on the same day."""
    bound = asyncio.Semaphore(_AT_ONCE)

    async def subscribe() -> Subscriber:
        async with bound:
            return await stage.subscriber()

    return await asyncio.gather(*(subscribe() for _ in range(MANY)))


async def _statement(stage: Stage, subscribers: list[Subscriber]) -> bytes:
    """One day's statement of the bank, with what everybody was asked for."""
    transfers = []
    for each in subscribers:
        period = await each.period(2)
        proforma = await each.written(f"Proforma {period.proforma_number}")
        today = rome_date(stage.calendar.now())
        transfers.append(paying.Transfer(period.totals.gross, today, paying.creditor_reference(proforma)))
    return paying.statement(paying.statement_account(proforma), transfers)


async def _waiting_task(stage: Stage, workflow_id: str) -> int:
    """Come back once a workflow waits for any worker; the place of its task in what Temporal writes.

    Its last worker is waited for first, ten seconds. The places of all workflows are one sequence: a local Temporal has
    one shard. Their times are none: each workflow that was moved forward has its own.
    """

    async def look() -> int | None:
        events = (await stage.desk.play.temporal.get_workflow_handle(workflow_id).fetch_history()).events
        waits = [each.event_type for each in events[-2:]] == [_TIMED_OUT, _SCHEDULED]
        return events[-1].task_id if waits else None

    return await until(look, f"a task of {workflow_id}")


async def _begun(stage: Stage, workflow_id: str, after: int) -> int:
    """The place at which a worker took a workflow's task first after another place."""
    events = (await stage.desk.play.temporal.get_workflow_handle(workflow_id).fetch_history()).events
    return min(each.task_id for each in events if each.event_type == _STARTED and each.task_id > after)
