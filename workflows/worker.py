"""The worker: runs the workflows and their activities, and sees to it that the schedules exist."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grpc.aio import Channel
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from casella.common.v1.erasure_pb2_grpc import ErasureServiceStub
from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceStub
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceStub
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceStub
from casella.support.v1.erasures_pb2_grpc import ErasuresServiceStub
from casella.trial.v1.trial_pb2_grpc import TrialServiceStub
from services.kit import hooks
from services.kit.channels import channel_of
from services.kit.settings import ProcessSettings
from services.kit.tracing import Tracing
from workflows import names
from workflows.activities.erasing import ErasureSteps
from workflows.activities.invoicing import InvoicingSteps
from workflows.activities.mailboxes import MailboxesSteps
from workflows.activities.ordering import OrderingSteps
from workflows.activities.passing import Passing
from workflows.activities.payments import PaymentsSteps
from workflows.activities.spans import TracedWork
from workflows.activities.trial import Contacts, TrialSteps
from workflows.automatic_debit import AutomaticDebit
from workflows.einvoice import EInvoice
from workflows.erasure import Erasure
from workflows.money import Money
from workflows.order import Order
from workflows.purge import Purge
from workflows.renewal import Renewal
from workflows.reseller import ResellerStatus
from workflows.scheduled import FetchPaymentEvents, PollReceipts, PushRefunds, TellOfRefunds
from workflows.sign_up import SignUp
from workflows.trial import Trial
from workflows.withdrawal import Withdrawal

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.common.v1.erasure_pb2_grpc import ErasureServiceAsyncStub
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub
    from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceAsyncStub
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub
    from casella.support.v1.erasures_pb2_grpc import ErasuresServiceAsyncStub
    from casella.trial.v1.trial_pb2_grpc import TrialServiceAsyncStub

WORKFLOWS = [
    SignUp, Trial, Order, Renewal, AutomaticDebit, Withdrawal, ResellerStatus, EInvoice, Money, Purge, Erasure,
    PollReceipts, FetchPaymentEvents, PushRefunds, TellOfRefunds,
]  # fmt: skip

DRAIN = timedelta(seconds=5)
"""How long a stopping worker waits for running activities: longer than they usually take."""

_LOOK_FOR_SCHEDULES = timedelta(seconds=30)

_SCHEDULES = (
    (names.SCHEDULE_RECEIPTS, names.POLL_RECEIPTS, timedelta(minutes=1)),
    (names.SCHEDULE_PAYMENT_EVENTS, names.FETCH_PAYMENT_EVENTS, timedelta(minutes=10)),
    (names.SCHEDULE_REFUNDS, names.PUSH_REFUNDS, timedelta(minutes=10)),
    (names.SCHEDULE_REFUND_EMAILS, names.TELL_OF_REFUNDS, timedelta(minutes=10)),
)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stubs:
    """The services as the activities reach them."""

    trial: "TrialServiceAsyncStub"
    mailboxes: "MailboxesServiceAsyncStub"
    ordering: "OrderingServiceAsyncStub"
    payments: "PaymentsServiceAsyncStub"
    invoicing: "InvoicingServiceAsyncStub"
    erasures: "ErasuresServiceAsyncStub"
    rooms: "Mapping[str, ErasureServiceAsyncStub]"
    """What every service serves, by its name."""

    @classmethod
    def connect(cls, settings: ProcessSettings) -> "Stubs":
        """Open one channel a service; calls carry what proves that they are the worker's.

        Operators read the refusals in the Temporal UI, so these come in its language.
        """

        def reach(address: str) -> Channel:
            return channel_of(settings, address, language="en")

        return cls(
            TrialServiceStub(reach(settings.trial_address)),
            MailboxesServiceStub(reach(settings.mailboxes_address)),
            OrderingServiceStub(reach(settings.ordering_address)),
            PaymentsServiceStub(reach(settings.payments_address)),
            InvoicingServiceStub(reach(settings.invoicing_address)),
            ErasuresServiceStub(reach(settings.support_address)),
            {
                "trial": ErasureServiceStub(reach(settings.trial_address)),
                "mailboxes": ErasureServiceStub(reach(settings.mailboxes_address)),
                "ordering": ErasureServiceStub(reach(settings.ordering_address)),
                "payments": ErasureServiceStub(reach(settings.payments_address)),
                "invoicing": ErasureServiceStub(reach(settings.invoicing_address)),
                "support": ErasureServiceStub(reach(settings.support_address)),
            },
        )


def make_worker(
    client: Client, stubs: Stubs, task_queue: str = names.TASK_QUEUE, tracing: Tracing | None = None
) -> Worker:
    """A worker for all workflows and activities.

    ``workflow_failure_exception_types`` stays empty on purpose: an error in our code leaves the run waiting for a
    mended worker, visible as TemporalReportedProblems, instead of failing a process whose money has arrived.

    Without the SDK's sandbox, which imports the workflows' files anew for each run: a sixth of its Python time, and
    whatever stands in a file by then. Whether workflows are deterministic is shown by the replays, which are inside it.
    """
    contacts = Contacts(stubs.trial)
    rooms = (
        TrialSteps(stubs.trial, client),
        MailboxesSteps(stubs.mailboxes),
        OrderingSteps(stubs.ordering, stubs.payments, contacts, client),
        PaymentsSteps(stubs.payments, stubs.trial, stubs.ordering, contacts, client),
        InvoicingSteps(stubs.invoicing, stubs.ordering, stubs.payments, contacts, client),
        ErasureSteps(stubs.erasures, stubs.rooms, contacts, client),
    )
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        workflow_runner=UnsandboxedWorkflowRunner(),
        activities=[activity for room in rooms for activity in activities_of(room)],
        graceful_shutdown_timeout=DRAIN,
        build_id=_build_id(),
        interceptors=[
            *([TracedWork(tracing)] if tracing and tracing.on else []),
            *([Passing()] if hooks.are_set() else []),
        ],
    )


def _build_id() -> str:
    """What the histories name as the code that ran: a digest of the workflows' files.

    The SDK's own would compile every module that is loaded, which takes as long as all else at the start.
    """
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def activities_of(room: object) -> list[Callable[..., Any]]:
    """The methods of a room's steps, or of their class, that are activities."""
    methods = (getattr(room, name) for name in dir(room) if not name.startswith("_"))
    return [method for method in methods if hasattr(method, "__temporal_activity_definition")]


async def ensure_schedules(client: Client, task_queue: str = names.TASK_QUEUE) -> None:
    """Create the schedules that do not exist; an operator's change to an existing one stays."""
    for schedule_id, workflow, every in _SCHEDULES:
        schedule = Schedule(
            action=ScheduleActionStartWorkflow(workflow, id=schedule_id, task_queue=task_queue),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
        )
        try:
            await client.create_schedule(schedule_id, schedule)
        except ScheduleAlreadyRunningError:
            continue


async def keep_schedules(client: Client, task_queue: str = names.TASK_QUEUE) -> None:
    """Look for the schedules for as long as the worker works: a Temporal that lost its database has none."""
    while True:
        await asyncio.sleep(_LOOK_FOR_SCHEDULES.total_seconds())
        try:
            await ensure_schedules(client, task_queue)
        except RPCError as error:
            _LOG.warning("could not look for the schedules", extra={"ids": {"error": error.status.name}})
