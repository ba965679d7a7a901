"""Everything comes twice: each wake, each call of the worker, each webhook; at once, in any order, after the end."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from tests.e2e.doubling import Doubler, workers_mutating_rpcs
from tests.e2e.echo import deliver_twice, echoing, note_wakes, wakes_written
from tests.e2e.ends import all_delivered, payment_of, prove_the_end
from tests.e2e.play import Play, started
from tests.e2e.snapshot import Snapshot, changes, everything
from tests.e2e.stories import Stories, stripe, stripe_events, stripe_resends
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("twice")]

POLLS = {"PollReceipts", "FetchMissedEvents"}
"""Their answers count what was new to them, so that of two at once one counts less."""
OUTSIDE_THE_STORIES = {
    "SettleTax", "DecideTax", "TakeBackPlaces", "BeginErasure",
    "AssignMoney", "CreditMoney", "SetMoneyAside", "BookPayout",
    "RequestRefund", "PushRefunds", "IssueCreditNote", "SendCreditNote",
    "SuspendAccount", "ResumeAccount", "MeasurePeriod", "RecordPeriodProforma", "RecordPeriodOutcome",
    "RecordPeriodInvoice", "SuspendSubscription", "ResumeSubscription", "CancelSubscription", "KeepSubscription",
    "PlanCharge", "ChargePaymentRequest", "SendChargeRefusedEmail", "SendMandateEmail", "SwitchOffAutomaticDebit",
    "ReleaseMandates", "FollowAutomaticDebit",
    "AdvanceWithdrawal", "SendWithdrawalReceipt", "RecordWithdrawalRefund", "RenewWithdrawalRefund",
    "RecordWithdrawalRefundFailure",
    "RecordWithdrawalCreditNote", "RecordWithdrawalMoney", "TerminateService",
    "AdvanceReseller", "RecordResellerTraining", "DecideReseller",
    "DecideAdvance", "IssueAdvanceInvoice", "RecordAdvanceCredited", "RecordInvoicePaid",
    "DecideDispute", "RecordDisputeCreditNote", "SendMoneyEmail", "SendRefundEmail", "ConfirmContract",
}  # fmt: skip
"""What comes when months have passed, where VIES is asked or an operator decides: twice in its room's own tests."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stories]:
    """All stories, played while each call of the worker and each wake comes again and again."""
    var = tmp_path_factory.mktemp("twice") / "var"
    async with Doubler.open() as post, started(var, {"worker": post.environment}) as play:
        post.lead_to(play.world.site)
        for schedule in (names.SCHEDULE_RECEIPTS, names.SCHEDULE_PAYMENT_EVENTS, names.SCHEDULE_REFUNDS):
            await play.temporal.get_schedule_handle(schedule).pause()
        await note_wakes(play)
        stories = Stories(play, post)
        async with echoing(play):
            await stories.play_all()
        await all_ended(play)
        yield stories


async def status(play: Play, workflow_id: str) -> WorkflowExecutionStatus | None:
    """How a workflow's newest run stands; None where Temporal knows none."""
    try:
        return (await play.temporal.get_workflow_handle(workflow_id).describe()).status
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def all_ended(play: Play) -> None:
    """Wait until nothing is on its way, and everything that was woken has come to its end.

    A second period is begun and waits for its measuring, which is months away.
    """

    async def look(workflow_id: str, wanted: WorkflowExecutionStatus) -> bool | None:
        return await status(play, workflow_id) is wanted or None

    for workflow, workflow_id in {(wake.workflow, wake.workflow_id) for wake in await wakes_written(play)}:
        completed, running = WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.RUNNING
        await until(
            partial(look, workflow_id, running if workflow == names.RENEWAL else completed), f"the end of {workflow_id}"
        )
    await until(partial(all_delivered, play), "empty outboxes")


async def newest_runs(play: Play) -> set[str]:
    """The run ids of everything that was ever woken and has come to its end."""
    woken = {wake.workflow_id for wake in await wakes_written(play) if wake.workflow != names.RENEWAL}
    handles = [play.temporal.get_workflow_handle(workflow_id) for workflow_id in woken]
    return {(await handle.describe()).run_id for handle in handles}


async def delete_histories(play: Play) -> None:
    """Delete every run of everything that was ever woken, as retention does."""

    async def gone(workflow_id: str) -> bool | None:
        async for run in play.temporal.list_workflows(f"WorkflowId = '{workflow_id}'"):
            execution = WorkflowExecution(workflow_id=run.id, run_id=run.run_id)
            request = DeleteWorkflowExecutionRequest(namespace=play.temporal.namespace, workflow_execution=execution)
            try:
                await play.temporal.workflow_service.delete_workflow_execution(request)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # visibility lags
                    raise
        return await status(play, workflow_id) is None or None

    woken = {wake.workflow_id for wake in await wakes_written(play)}
    await asyncio.gather(*(until(partial(gone, each), f"the deletion of {each}") for each in woken))


async def seen(stories: Stories) -> Snapshot:
    """The world as it stands."""
    return await everything(stories.play, stories.customers)


async def test_two_copies_of_a_call_at_once_get_one_answer(stories: Stories) -> None:
    for call in stories.post.mutating():
        if call.name not in POLLS:
            first, second = map(call.says, call.answers)
            assert first == second, call.name


async def test_every_rpc_by_which_the_worker_changes_something_came_twice(stories: Stories) -> None:
    assert {call.name for call in stories.post.mutating()} == workers_mutating_rpcs() - OUTSIDE_THE_STORIES


async def test_every_wake_again_after_the_end_changes_nothing(stories: Stories) -> None:
    before, wakes = await seen(stories), await wakes_written(stories.play)
    assert {wake.workflow for wake in wakes} == {
        names.SIGN_UP,
        names.TRIAL,
        names.ORDER,
        names.RENEWAL,
        names.E_INVOICE,
        names.PURGE,
    }
    closed = await newest_runs(stories.play)
    await deliver_twice(stories.play, wakes)
    await all_ended(stories.play)
    assert closed.isdisjoint(await newest_runs(stories.play))  # each wake has started a new run
    assert changes(before, await seen(stories)) == []


async def test_every_wake_again_after_its_history_was_deleted_changes_nothing(stories: Stories) -> None:
    before, wakes = await seen(stories), await wakes_written(stories.play)
    await delete_histories(stories.play)
    await deliver_twice(stories.play, wakes)
    await all_ended(stories.play)
    assert changes(before, await seen(stories)) == []


async def test_every_call_again_after_the_end_gets_one_answer_and_changes_nothing(stories: Stories) -> None:
    before = await seen(stories)
    for call in stories.post.mutating():
        copies = (stories.post.deliver(call.method, call.request, call.metadata) for _ in range(2))
        first, second = await asyncio.gather(*copies)
        assert call.says(first) == call.says(second), call.name
        assert first.code is call.answers[0].code, (call.name, first)
    await all_ended(stories.play)
    assert changes(before, await seen(stories)) == []


async def test_webhooks_that_come_twice_and_in_reverse_order_pay_once(stories: Stories) -> None:
    play = stories.play
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await stripe(play, {"hold": True})
    known = {each["id"] for each in await stripe_events(play)}
    await play.pay_by_card(customer)
    held = [each for each in await stripe_events(play) if each["id"] not in known]
    assert len(held) > 1
    assert not any(each["attempts"] for each in held)
    await stripe(play, {"reverse": True, "duplicate": True})
    await prove_the_end(play, customer, order.order_id)
    await stripe(play, {})
    taken = [each for each in await stripe_events(play) if each["id"] not in known]
    assert all(each["delivered"] for each in taken)


async def test_a_webhook_again_after_the_end_changes_nothing(stories: Stories) -> None:
    before, events = await seen(stories), await stripe_events(stories.play)
    assert len({each["type"] for each in events}) > 1
    await stripe(stories.play, {"duplicate": True})
    for event in events:
        await stripe_resends(stories.play, event["id"])
    await stripe(stories.play, {})
    await all_ended(stories.play)
    assert changes(before, await seen(stories)) == []


async def test_webhooks_that_never_arrived_are_fetched_and_pay_once(stories: Stories) -> None:
    play = stories.play
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await stripe(play, {"drop": True})
    await play.pay_by_card(customer)
    await stripe(play, {})
    assert (await payment_of(play, order.order_id)).state == payments_pb2.PAYMENT_REQUEST_STATE_OPEN
    fetch = payments_pb2.FetchMissedEventsRequest()
    answers = await asyncio.gather(*(play.operator.payments.FetchMissedEvents(fetch) for _ in range(2)))
    assert sum(answer.events for answer in answers) > 1
    await prove_the_end(play, customer, order.order_id)
    assert (await play.operator.payments.FetchMissedEvents(fetch)).events == 0
