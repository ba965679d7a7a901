"""What is open is led on by code that takes the same steps, and named where another version would not."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from services.kit.temporal_client import connect
from tests.e2e.waiting import until
from tests.fixtures.temporal import TestNamespace
from workflows import replay
from workflows.replay import Found, replay_open

pytestmark = pytest.mark.asyncio(loop_scope="module")


@workflow.defn(name="Sleeps")
class Sleeps:
    """As it runs."""

    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=1))


@workflow.defn(name="Sleeps")
class AsksFirst:
    """As somebody has changed it: the sleep comes after another step."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity("Ask", start_to_close_timeout=timedelta(seconds=1))
        await workflow.sleep(timedelta(days=1))


@workflow.defn(name="Listens")
class Listens:
    """Another kind."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


async def test_open_runs_are_led_on_or_named_with_the_step_that_differs(temporal: TestNamespace) -> None:
    client = await connect(temporal.address, temporal.namespace)
    queue, runner = f"queue-{uuid4()}", UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=queue, workflows=[Sleeps, Listens], workflow_runner=runner):
        sleeping = [
            await client.start_workflow("Sleeps", id=f"sleeps-{number}", task_queue=queue) for number in range(3)
        ]
        await client.start_workflow("Listens", id="listens", task_queue=queue)
        for each in sleeping:
            await until(lambda run=each: _waits(client, run.id), "its timer")  # type: ignore[misc]
        await until(lambda: _listed(client, 4), "what is open")

    said: list[str] = []
    assert await replay_open(client, [Sleeps, Listens], None, said.append) == Found(Counter(Sleeps=3, Listens=1))
    assert await replay_open(client, [Sleeps, Listens], 2, said.append) == Found(Counter(Sleeps=2, Listens=1))
    assert said == []  # it took no time

    changed = await replay_open(client, [AsksFirst, Listens], None, said.append)
    assert changed.led == Counter(Listens=1)
    assert set(changed.misfits) == {each.id for each in sleeping}
    assert all("Nondeterminism" in why for why in changed.misfits.values())

    gone = await replay_open(client, [Listens], None, said.append)
    assert (gone.led, set(gone.misfits)) == (Counter(Listens=1), {each.id for each in sleeping})

    await sleeping[0].terminate()
    await until(lambda: _listed(client, 3), "that one has ended")
    assert (await replay_open(client, [Sleeps, Listens], None, said.append)).led == Counter(Sleeps=2, Listens=1)


async def test_of_many_that_do_not_fit_some_are_named_and_all_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay._report(Found(Counter(Order=3), {f"order:{number}": "another step" for number in range(22)})) == 1
    told = capsys.readouterr().out
    assert "leads on 3 open runs: Order 3" in told
    assert told.count("WRONG order:") == 20
    assert "and 2 more" in told
    assert "cannot lead on 22" in told
    assert replay._report(Found(Counter(Order=3))) == 0


async def _waits(client: Client, workflow_id: str) -> bool | None:
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    return True if any(event.HasField("timer_started_event_attributes") for event in history.events) else None


async def _listed(client: Client, number: int) -> bool | None:
    return True if (await client.count_workflows('ExecutionStatus = "Running"')).count == number else None
