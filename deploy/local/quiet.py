"""Decides when Casella is quiet: nothing left to deliver, and no workflow with a task or an activity to do.

The clock moves on only then: work that a day brings would otherwise be done days late.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local.patience import Patience

RUNNING = "ExecutionStatus = 'Running'"

TEMPORAL_AWAY = frozenset(
    {
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
    }
)
"""How Temporal fails to answer on a machine that is busy or starts: asked again it may."""

Run = tuple[str, str]
"""Workflow id and run id."""

_POLL_SECONDS = 0.03
_AT_ONCE = 20


@dataclass(frozen=True)
class Sight:
    """What one look saw: why it is not quiet, or how far each running workflow has come.

    Attributes:
        hindrance: Why it is not quiet, if it is not.
        lengths: Events in the history of each running workflow.
        wakes: How often each process had written wakes of workflows.
    """

    hindrance: str | None
    lengths: Mapping[Run, int]
    wakes: Mapping[str, int]


NOTHING = Sight("nothing was seen yet", {}, {})


class Quiet:
    """Waits for quiet.

    Args:
        client: Temporal.
        clocks: Process → its clock service, which also tells what it has to deliver.
        patience: How long it is waited for.
        by_wakes: Does not look at workflows again that were quiet, where nothing is left to deliver and no process has
            written a wake since: who may ask so steers none meanwhile, and begins anew once timers were moved.
    """

    def __init__(
        self,
        client: Client,
        clocks: "Mapping[str, clock_pb2_grpc.ClockServiceAsyncStub]",
        patience: Patience,
        *,
        by_wakes: bool = False,
    ) -> None:
        self._client = client
        self._clocks = clocks
        self._patience = patience
        self._by_wakes = by_wakes
        self._bound = asyncio.Semaphore(_AT_ONCE)
        self._hinder: list[WorkflowHandle[object, object]] = []

    async def wait(self, before: Sight = NOTHING) -> Sight:
        """Waits until two looks in a row see the same quiet world; what begins between them is seen by the second.

        Args:
            before: What an earlier wait saw last; it counts as the first of two looks.

        Returns:
            What it saw last.

        Raises:
            Hindered: It was not quiet for longer than there is patience; the text names what hinders.
        """
        while True:
            sight = await self._look(before)
            if sight.hindrance is None and sight == before:
                self._patience.news()
                return sight
            before = sight
            if sight.hindrance is not None:
                self._patience.bear(sight.hindrance)
            await asyncio.sleep(_POLL_SECONDS)

    async def running(self) -> list[WorkflowHandle[object, object]]:
        """All workflows that run, the server's own left out."""
        return [
            self._client.get_workflow_handle(found.id, run_id=found.run_id)
            async for found in self._client.list_workflows(RUNNING)
        ]

    async def _look(self, before: Sight) -> Sight:
        try:
            return await self._see(before)
        except RPCError as error:
            if error.status not in TEMPORAL_AWAY:
                raise
            return Sight(f"Temporal does not answer ({error.status.name})", {}, {})

    async def _see(self, before: Sight) -> Sight:
        """Looks where it was not quiet before, and at all others once it is quiet there: a full look is dear."""
        for handle in self._hinder.copy():
            if hindrance := (await self._state(handle))[1]:
                return Sight(hindrance, {}, {})
            self._hinder.remove(handle)
        backlogs = dict(zip(self._clocks, await asyncio.gather(*map(self._backlog, self._clocks)), strict=True))
        for _, hindrance in backlogs.values():
            if hindrance:
                return Sight(hindrance, {}, {})
        wakes = {process: written for process, (written, _) in backlogs.items()}
        if self._by_wakes and before.hindrance is None and before.wakes == wakes:
            return before
        handles = await self.running()
        states = await asyncio.gather(*map(self._state, handles))
        self._hinder = [handle for handle, (_, hindrance) in zip(handles, states, strict=True) if hindrance]
        for _, hindrance in states:
            if hindrance:
                return Sight(hindrance, {}, {})
        lengths = {(handle.id, handle.run_id or ""): each[0] for handle, each in zip(handles, states, strict=True)}
        return Sight(None, lengths, wakes)

    async def _backlog(self, process: str) -> tuple[int, str | None]:
        """How often it has written wakes, and why it is not quiet, if it is not."""
        try:
            answer = await self._clocks[process].GetBacklog(clock_pb2.GetBacklogRequest(), timeout=5)
        except grpc.aio.AioRpcError as error:
            return 0, f"{process} does not answer ({error.code().name})"
        waiting = answer.backlog.outbox_rows
        return answer.wakes, f"{process} has {waiting} rows to deliver" if waiting else None

    async def _state(self, handle: WorkflowHandle[object, object]) -> tuple[int, str | None]:
        request = DescribeWorkflowExecutionRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.run_id or ""),
        )
        try:
            async with self._bound:
                found = await self._client.workflow_service.describe_workflow_execution(request)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return 0, None
            raise
        length = found.workflow_execution_info.history_length
        if found.pending_activities:
            activity = found.pending_activities[0]
            failure = activity.last_failure.message or "no failure yet"
            return length, f"{handle.id} is at {activity.activity_type.name}, attempt {activity.attempt} ({failure})"
        if found.HasField("pending_workflow_task"):
            return length, f"{handle.id} has a workflow task to do, attempt {found.pending_workflow_task.attempt}"
        return length, None
