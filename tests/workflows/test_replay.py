"""The code as it is leads every recorded history to where it stands; whoever moves a step sees it here."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from services.kit import temporal_client
from tests.workflows.moved_step import ClockReadingOrder, MovedOrder, PatchedOrder
from tests.workflows.reading import personal, recorded
from tests.workflows.record import quick_steps, states, write
from tests.workflows.shapes import MARKS
from workflows.activities.erasing import ErasureSteps
from workflows.activities.invoicing import InvoicingSteps
from workflows.activities.mailboxes import MailboxesSteps
from workflows.activities.ordering import OrderingSteps
from workflows.activities.payments import PaymentsSteps
from workflows.activities.trial import TrialSteps
from workflows.worker import WORKFLOWS, activities_of

HISTORIES = recorded()
_UNRECORDED = {
    "BeginDueErasure", "BookPayout", "ConfirmContract", "RecordDisputeCreditNote", "RecordWithdrawalRefundFailure",
    "RenewWithdrawalRefund", "SendChargeRefusedEmail", "SkipErasureEmail", "SwitchOffAutomaticDebit", "TakeBackPlaces",
}  # fmt: skip
"""Steps of ways that no shape plays, or whose marker a task lost that a signal met; scripted tests lead them."""
_ORDERS = [
    name for name, history in HISTORIES.items() if "/order-" in name and "AwaitingPayment" in states(history["events"])
]
"""All but the orders that were cancelled before their proforma, or whose tax is open."""


def replayer(*workflows: type) -> Replayer:
    """In the SDK's sandbox, unlike the worker: here it shows what workflows may not do."""
    return Replayer(workflows=list(workflows), data_converter=temporal_client.data_converter())


def history_of(name: str) -> WorkflowHistory:
    return WorkflowHistory.from_json(name, json.dumps(HISTORIES[name]))


def type_of(history: Any) -> str:
    name = history["events"][0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]
    return str(name)


@pytest.mark.parametrize("name", HISTORIES)
async def test_the_recorded_history_is_replayed(name: str) -> None:
    await replayer(*WORKFLOWS).replay_workflow(history_of(name))


@pytest.mark.parametrize("name", _ORDERS)
async def test_a_moved_step_is_found(name: str) -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replayer(MovedOrder).replay_workflow(history_of(name))


@pytest.mark.parametrize("name", _ORDERS)
async def test_a_step_moved_behind_a_patch_leads_a_run_that_was_open_on(name: str) -> None:
    await replayer(PatchedOrder).replay_workflow(history_of(name))


async def test_a_workflow_that_asks_the_machine_for_the_time_is_found() -> None:
    with pytest.raises(RuntimeError, match="Cannot access datetime"):
        await replayer(ClockReadingOrder).replay_workflow(history_of(_ORDERS[0]))


def test_a_new_recording_keeps_those_of_runs_that_may_be_open(tmp_path: Path) -> None:
    """Only an older history proves the branch that a patch keeps for the runs that were open."""
    first, second, third = (datetime(2026, 11, day, 8, 45, tzinfo=UTC) for day in (1, 2, 3))
    history = {"events": [{"eventId": "1"}]}
    write({"order-expired": history, "trial-bought": history}, first, tmp_path, replace=False)
    write({"order-expired": history}, second, tmp_path, replace=False)
    assert list(recorded(tmp_path)) == [
        "2026-11-02-0845/order-expired", "2026-11-01-0845/trial-bought", "2026-11-01-0845/order-expired"
    ]  # fmt: skip
    assert recorded(tmp_path)["2026-11-01-0845/order-expired"] == history
    with pytest.raises(FileExistsError):
        write({}, second, tmp_path, replace=False)
    write({"order-expired": history}, third, tmp_path, replace=True)
    assert list(recorded(tmp_path)) == ["2026-11-03-0845/order-expired"]


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_holds_nothing_personal(name: str) -> None:
    assert personal(HISTORIES[name], MARKS) == []


def test_every_workflow_is_recorded() -> None:
    types = {workflow._Definition.must_from_class(each).name for each in WORKFLOWS}
    assert {type_of(history) for history in HISTORIES.values()} == types


def test_every_step_is_recorded_or_named_here() -> None:
    taken: set[str] = set()
    for history in HISTORIES.values():
        scheduled = [event.get("activityTaskScheduledEventAttributes") for event in history["events"]]
        taken |= quick_steps(history["events"]) | {each["activityType"]["name"] for each in scheduled if each}
    there_are = {
        str(activity._Definition.must_from_callable(step).name)
        for steps in (TrialSteps, MailboxesSteps, OrderingSteps, PaymentsSteps, InvoicingSteps, ErasureSteps)
        for step in activities_of(steps)
    }
    assert there_are - taken <= _UNRECORDED
    assert there_are >= taken | _UNRECORDED


def test_personal_data_would_be_found() -> None:
    waiting = next(name for name in HISTORIES if name.endswith("/order-awaiting-payment-open"))
    history = json.loads(json.dumps(HISTORIES[waiting]))
    inputs = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    inputs[0]["data"] = "eyJpZCI6IloucXVhdHRyb2NjaGlAdTEuZGVtby5leGFtcGxlIn0="  # {"id":"Z.quattrocchi@u1.demo.example"}
    assert personal(history)
    assert personal(history, MARKS)
