"""Ends the runs that Temporal kept from before the rows were restored, and tells whether one still runs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from cli.rooms import Rooms
from cli.temporal import open_temporal

_RUNNING = "ExecutionStatus = 'Running'"
_TEMPORALS_OWN = "temporal-sys-"


async def end_all(rooms: Rooms) -> int:
    """End every run; how many there were."""
    ended = 0
    async with open_temporal(rooms.where) as client:
        async for each in _running(client, _RUNNING):
            try:
                await client.get_workflow_handle(each.id, run_id=each.run_id).terminate("the rows were restored")
                ended += 1
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended by itself
                    raise
    return ended


async def one_from_before(rooms: Rooms, instant: datetime) -> str | None:
    """The id of a workflow whose run has begun before an instant of Temporal's clock and goes on; None without one."""
    query = f"{_RUNNING} AND StartTime < '{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}'"
    async with open_temporal(rooms.where) as client:
        async for each in _running(client, query):
            # What is listed may have ended a moment ago.
            told = await client.get_workflow_handle(each.id, run_id=each.run_id).describe()
            if told.status is WorkflowExecutionStatus.RUNNING:
                return each.id
    return None


async def _running(client: Client, query: str) -> AsyncIterator[WorkflowExecution]:
    async for each in client.list_workflows(query):
        if not each.id.startswith(_TEMPORALS_OWN):
            yield each
