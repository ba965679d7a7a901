"""What the doctor asks Temporal: does it answer, does a worker ask for work, what is stuck, what is paused."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.doctor.findings import Finding, fine, named, note, wrong
from cli.installation import Installation
from services.kit import stuck, temporal_client, trouble
from services.kit.calendar import ROME
from workflows import names

_SECONDS = 5.0
SILENT = timedelta(seconds=90)
"""A worker's question for work lasts a minute at the most; one that is silent for longer has gone."""
_MOST_E_INVOICES = 500
_RUNNING = "ExecutionStatus = 'Running'"
_SCHEDULES = {
    names.SCHEDULE_RECEIPTS: "no receipt of the SdI is read",
    names.SCHEDULE_PAYMENT_EVENTS: "payment events that got lost are not fetched",
    names.SCHEDULE_REFUNDS: "refunds that could not be sent at once stay here",
    names.SCHEDULE_REFUND_EMAILS: "nobody is told by email that money was sent back by transfer",
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
        findings += await _needing(where, client)
        findings += await _failing(where, client)
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


def judge_needing(where: Installation, found: Mapping[str, datetime], now: datetime) -> list[Finding]:
    """Whether runs need an operator, and for too long.

    Args:
        where: Where they run.
        found: Since when, by the run's workflow id.
        now: Real time.
    """
    if not found:
        return []
    oldest_first = sorted(found, key=lambda workflow_id: found[workflow_id])
    since = f"{found[oldest_first[0]].astimezone(ROME):%Y-%m-%d %H:%M} by Temporal's clock"
    text = f"runs that need an operator: {len(found)}, the oldest since {since}: {named(oldest_first)}"
    remedy = f"Open each in the Temporal UI, {where.list_link(stuck.NEEDING)} : its page says which update moves it on"
    late = any(now - since > trouble.NEEDS_OPERATOR for since in found.values())
    return [wrong(text, remedy, "CasellaRunsNeedOperator") if late else note(text, remedy)]


def judge_failing(where: Installation, found: Sequence[str]) -> list[Finding]:
    """What to do about runs on which the worker's code fails: none of them goes on by itself."""
    if not found:
        return []
    log = f" ({where.var / 'logs' / 'worker.log'})" if where.run else ""
    return [
        wrong(
            f"runs that cannot go on because the worker's code fails on them: {len(found)}: {named(found)}",
            f"See the error in the Temporal UI, {where.list_link(stuck.FAILING)} , and in the worker's log{log}. Start "
            "a mended worker, and they go on by themselves; or Terminate such a run: it is woken within the hour and "
            "begins again from its row",
            "CasellaRunsFailing",
        )
    ]


async def _needing(where: Installation, client: Client) -> list[Finding]:
    return judge_needing(where, await stuck.needing(client), datetime.now(UTC))


async def _failing(where: Installation, client: Client) -> list[Finding]:
    return judge_failing(where, await stuck.failing(client))


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
