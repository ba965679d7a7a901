"""What the doctor asks Temporal: does it answer, does a worker ask for work, what is stuck, what is paused."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.doctor.findings import Finding, fine, wrong
from cli.installation import Installation
from services.kit import temporal_client
from workflows import names

_SECONDS = 5.0
SILENT = timedelta(seconds=90)
"""A worker's question for work lasts a minute at the most; one that is silent for longer has gone."""
_MOST_NAMED = 10
_MOST_E_INVOICES = 500
_RUNNING = "ExecutionStatus = 'Running'"
_STUCK = {
    f"{names.ATTRIBUTE_STATE} = 'NeedsOperator'": (
        "needs an operator",
        "open it in the Temporal UI: its details say what happened and which update moves it on",
    ),
    "TemporalReportedProblems IS NOT NULL": (
        "cannot go on because its code fails",
        "see its history in the Temporal UI, and the worker's log",
    ),
}
_SCHEDULES = {
    names.SCHEDULE_RECEIPTS: "no receipt of the SdI is read",
    names.SCHEDULE_PAYMENT_EVENTS: "payment events that got lost are not fetched",
}


@dataclass(frozen=True)
class Flow:
    """How the workflows stand.

    Attributes:
        findings: What was seen.
        e_invoices: Ids of the invoices whose e-invoice is on its way.
    """

    findings: Sequence[Finding]
    e_invoices: list[str] = field(default_factory=list)


async def examine(where: Installation) -> Flow:
    """Ask Temporal."""
    address, namespace = where.temporal_address, where.settings.temporal_namespace
    try:
        async with asyncio.timeout(_SECONDS):
            client = await temporal_client.connect(address, namespace)
            polled = await _last_polls(client)
        findings = [judge_pollers(polled, datetime.now(UTC))]
        for query, (what, remedy) in _STUCK.items():
            findings += await _stuck(where, client, query, what, remedy)
        for schedule, consequence in _SCHEDULES.items():
            findings += await _schedule(client, schedule, consequence)
        return Flow(findings, await _e_invoices(client))
    except (RPCError, RuntimeError, TimeoutError) as error:
        reason = f": {error}" if isinstance(error, RPCError) else ""
        return Flow([
            wrong(
                f"Temporal at {address} (namespace {namespace}) cannot be asked{reason}",
                "Nothing moves on until it answers: see that it runs and that the namespace exists"
                + (f"; its log is {where.var / 'logs' / 'temporal.log'}" if where.run else ""),
            )
        ])  # fmt: skip


def judge_pollers(polled: Sequence[datetime], now: datetime) -> Finding:
    """Whether a worker asks for work.

    Args:
        polled: When each worker that Temporal remembers asked last.
        now: Real time.
    """
    if any(now - last < SILENT for last in polled):
        return fine("Temporal answers, and a worker asks it for work")
    last = f" since {max(polled):%Y-%m-%d %H:%M} UTC" if polled else ""
    return wrong(
        f"no worker has asked Temporal for work{last}: orders, trials and invoices stand still",
        "Start the worker (`python -m workflows`; a local launcher does so by itself) and see its log",
    )


async def _last_polls(client: Client) -> list[datetime]:
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=names.TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return [poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers]


async def _stuck(where: Installation, client: Client, query: str, what: str, remedy: str) -> list[Finding]:
    found = [each.id async for each in client.list_workflows(f"{_RUNNING} AND {query}", limit=_MOST_NAMED + 1)]
    findings = [
        wrong(f"{workflow_id} {what}", f"{where.workflow_link(workflow_id)} : {remedy}")
        for workflow_id in found[:_MOST_NAMED]
    ]
    if len(found) > _MOST_NAMED:
        counted = (await client.count_workflows(f"{_RUNNING} AND {query}")).count
        findings.append(wrong(f"in all {counted} workflows like these", f"list them in the Temporal UI: {query}"))
    return findings


async def _schedule(client: Client, schedule: str, consequence: str) -> list[Finding]:
    try:
        described = await client.get_schedule_handle(schedule).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return [wrong(f"the schedule {schedule} is missing: {consequence}", "Restart the worker: it makes schedules")]
    if described.schedule.state.paused:
        return [wrong(f"the schedule {schedule} is paused: {consequence}", "Resume it in the Temporal UI, Schedules")]
    return []


async def _e_invoices(client: Client) -> list[str]:
    prefix = names.e_invoice_id("")
    query = f"{_RUNNING} AND WorkflowType = '{names.E_INVOICE}'"
    return [
        each.id.removeprefix(prefix) async for each in client.list_workflows(query, limit=_MOST_E_INVOICES)
    ]  # fmt: skip
