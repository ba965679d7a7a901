"""What the doctor asks the services and Temporal: work that is stuck or waits for a person, books that are off."""

from collections.abc import AsyncIterator
from datetime import timedelta

import grpc
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from cli.calling import Rooms
from cli.findings import Finding, Kind
from cli.place import ROOMS
from services.kit import temporal_client
from services.kit.wire import from_timestamp
from workflows import names

LONGEST_WAIT = timedelta(minutes=1)
MOST_NAMED = 5
RUNNING = "ExecutionStatus = 'Running'"
STUCK = {
    f"{names.ATTRIBUTE_STATE} = 'NeedsOperator'": (
        "need an operator",
        "open them in the Temporal UI: their details say which update moves them on",
    ),
    "TemporalReportedProblems IS NOT NULL": (
        "cannot go on because their code fails",
        "see the workflow's history, and the worker's log",
    ),
}


async def check_temporal(rooms: Rooms) -> AsyncIterator[Finding]:
    """Whether Temporal answers, a worker polls, and no workflow is stuck."""
    place = rooms.place
    try:
        client = await temporal_client.connect(place.temporal, place.namespace)
        pollers = await _pollers(client)
    except (RPCError, RuntimeError) as error:
        words = f"Temporal at {place.temporal} does not answer: {error}"
        yield Finding(Kind.PROBLEM, words, "see var/logs/temporal.log, or what CASELLA_TEMPORAL_ADDRESS names")
        return
    if pollers:
        yield Finding(Kind.GOOD, f"Temporal answers and {pollers} workflow poller(s) wait for work")
    else:
        yield Finding(Kind.PROBLEM, "no worker asks Temporal for work: nothing moves on", "see var/logs/worker.log")
    for query, (words, remedy) in STUCK.items():
        stuck = [found.id async for found in client.list_workflows(f"{RUNNING} AND {query}")]
        if stuck:
            named = ", ".join(stuck[:MOST_NAMED]) + (", …" if len(stuck) > MOST_NAMED else "")
            yield Finding(Kind.PROBLEM, f"{len(stuck)} workflow(s) {words}: {named}", remedy)


async def check_backlogs(rooms: Rooms) -> AsyncIterator[Finding]:
    """Whether what the services have to deliver leaves the house."""
    stuck = False
    for room in ROOMS:
        clock: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(rooms.channel(room))
        try:
            backlog = (await clock.GetBacklog(clock_pb2.GetBacklogRequest())).backlog
            now = from_timestamp((await clock.GetClock(clock_pb2.GetClockRequest())).now)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNIMPLEMENTED:
                continue  # production serves no clock; its metrics tell the backlog
            stuck = True
            continue  # that it does not answer is said already
        if backlog.outbox_rows and now - from_timestamp(backlog.oldest) > LONGEST_WAIT:
            stuck = True
            words = f"{room} cannot deliver {backlog.outbox_rows} email(s) or wake(s)"
            yield Finding(Kind.PROBLEM, words, f"see var/logs/{room}.log: the mail server or Temporal may be away")
    if not stuck:
        yield Finding(Kind.GOOD, "every email and wake has left the services")


async def check_waiting(rooms: Rooms) -> AsyncIterator[Finding]:
    """What waits for a person's decision."""
    reviews = await rooms.trial.ListSignUpsInReview(trial_pb2.ListSignUpsInReviewRequest())
    if reviews.sign_ups:
        yield Finding(Kind.NOTE, f"{_counted(reviews)} sign-up(s) wait for a decision", "`casella signups` lists them")
    money = await rooms.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    if money.entries:
        yield Finding(Kind.NOTE, f"{_counted(money)} payment(s) fit no order", "`casella show money` lists them")
    if not reviews.sign_ups and not money.entries:
        yield Finding(Kind.GOOD, "no sign-up and no money waits for a person")


async def check_books(rooms: Rooms) -> AsyncIterator[Finding]:
    """Whether numbers and ledger can be proved."""
    audit = await rooms.invoicing.AuditNumbering(invoicing_pb2.AuditNumberingRequest())
    ledger = await rooms.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    for sentence in (*audit.violations, *ledger.discrepancies):
        yield Finding(Kind.PROBLEM, sentence, "`casella audit` shows the whole proof")
    if not audit.violations and ledger.balanced:
        words = f"{audit.invoices} invoices and {ledger.transactions} ledger transactions are proved"
        yield Finding(Kind.GOOD, words)


async def _pollers(client: Client) -> int:
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=names.TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return len(answer.pollers)


def _counted(answer: trial_pb2.ListSignUpsInReviewResponse | payments_pb2.ListMoneyEntriesResponse) -> str:
    """How many there are; more than a page is told as such."""
    shown = answer.sign_ups if isinstance(answer, trial_pb2.ListSignUpsInReviewResponse) else answer.entries
    return f"more than {len(shown)}" if answer.next_page_token else str(len(shown))
