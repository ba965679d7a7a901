"""Which runs stand still until a person comes: those that need an operator and since when, and those whose code fails.

The doctor tells of them, and the worker's metrics count them.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution as WorkflowExecutionKey
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecution

from workflows import names

_RUNNING = "ExecutionStatus = 'Running'"
NEEDING = f"{_RUNNING} AND {names.ATTRIBUTE_STATE} = '{names.NEEDS_OPERATOR}'"
FAILING = f"{_RUNNING} AND TemporalReportedProblems IS NOT NULL"
_PASSING = timedelta(minutes=1)
"""A run that looks again shows other states for a moment and needs an operator all the same."""
_MOST_LOOKED_AT, _AT_ONCE = 200, 10
_MOST_PAGES = 20
"""Of a history, when it is asked since when a run has needed an operator."""


async def needing(client: Client) -> Mapping[str, datetime]:
    """Since when runs have needed an operator, by workflow id; of very many only the first.

    Raises:
        temporalio.service.RPCError: Temporal cannot be asked.
    """
    now, bound = datetime.now(UTC), asyncio.Semaphore(_AT_ONCE)

    async def since(run: WorkflowExecution) -> datetime:
        async with bound:
            return needing_since(await changes(client, run), now)

    found = [run async for run in client.list_workflows(NEEDING, limit=_MOST_LOOKED_AT)]
    moments = await asyncio.gather(*map(since, found))
    return {run.id: moment for run, moment in zip(found, moments, strict=True)}


async def failing(client: Client) -> Sequence[str]:
    """The workflow ids of runs on which the worker's code fails; of very many only the first.

    Raises:
        temporalio.service.RPCError: Temporal cannot be asked.
    """
    return [run.id async for run in client.list_workflows(FAILING, limit=_MOST_LOOKED_AT)]


def needing_since(changes: Sequence[tuple[datetime, str]], now: datetime) -> datetime:
    """Since when a run has needed an operator, whatever it showed for a moment while it looked again.

    Args:
        changes: When it showed which state, the newest first.
        now: Real time.
    """
    since = later = now
    for at, state in changes:
        if state == names.NEEDS_OPERATOR:
            since = at
        elif later - at > _PASSING:
            break
        later = at
    return since


async def changes(client: Client, run: WorkflowExecution) -> list[tuple[datetime, str]]:
    """When a run showed which state, the newest first, back to before the run needed an operator.

    A run that looks again for weeks has pages of events in which its state does not change.
    """
    found: list[tuple[datetime, str]] = []
    page, pages = b"", 0
    while pages < _MOST_PAGES and not tells_since(found):
        answer = await client.workflow_service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=client.namespace,
                execution=WorkflowExecutionKey(workflow_id=run.id, run_id=run.run_id),
                next_page_token=page,
            )
        )
        for event in answer.history.events:
            changed = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
            if names.ATTRIBUTE_STATE in changed:
                found.append((event.event_time.ToDatetime(UTC), str(json.loads(changed[names.ATTRIBUTE_STATE].data))))
        page, pages = answer.next_page_token, pages + 1
        if not page:
            break
    return found


def tells_since(found: Sequence[tuple[datetime, str]]) -> bool:
    """Whether what came before the first of these changes cannot matter to since when the run needs an operator."""
    before = datetime.min.replace(tzinfo=UTC)
    return needing_since([*found, (before, names.NEEDS_OPERATOR)], datetime.now(UTC)) != before
