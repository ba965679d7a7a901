"""Wakes: on the real Temporal server, at least once, and each one harmless when it comes again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import workflow
from temporalio.client import (
    Client,
    DescribeWorkflowInput,
    Interceptor,
    ListWorkflowsInput,
    OutboundInterceptor,
    WorkflowExecutionAsyncIterator,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from casella.common.v1 import common_pb2
from services.kit import outbox
from services.kit.clock import OffsetClock
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder, Mailer, SmtpServer
from services.kit.outbox import Wake
from services.kit.reconciler import Job, Reconciler, WatchedRows
from services.kit.relay import Relay
from services.kit.temporal_client import connect
from tests.fixtures.temporal import TestNamespace
from tests.support.company import COMPANY

_QUEUE = "kit"


@workflow.defn(name="Look")
class Look:
    """Ends once it was told so; answers with its subject and how often it was signalled."""

    def __init__(self) -> None:
        self._looks = 0
        self._ended = False

    @workflow.run
    async def run(self, subject: common_pb2.Subject) -> str:
        await workflow.wait_condition(lambda: self._ended)
        return f"{subject.id} {self._looks}"

    @workflow.signal
    def look_again(self) -> None:
        self._looks += 1

    @workflow.signal
    def end(self) -> None:
        self._ended = True


@pytest.fixture
async def client(temporal: TestNamespace) -> Client:
    return await connect(temporal.address, temporal.namespace)


@pytest.fixture
async def relay(database: Database, clock: OffsetClock, client: Client, tmp_path: Path) -> Relay:
    templates = MailTemplates(tmp_path, "Casella", "https://casella.example", COMPANY)
    builder = MailBuilder(templates, "c@casella.example", "kit")
    return Relay(database, clock, client, _QUEUE, builder, Mailer(SmtpServer("127.0.0.1", 1)), poll_seconds=60)


@pytest.fixture
async def worker(client: Client) -> AsyncIterator[None]:
    async with Worker(client, task_queue=_QUEUE, workflows=[Look], workflow_runner=UnsandboxedWorkflowRunner()):
        yield


def _wake(signal: str = "look_again", wake: Wake | None = None) -> Wake:
    subject = wake.subject if wake else new_id()
    return Wake("Look", f"look:{subject}", signal, subject, f"Look at {subject}", priority=1)


async def _write(database: Database, clock: OffsetClock, *wakes: Wake) -> None:
    async with database.transaction() as conn:
        for wake in wakes:
            await outbox.wake(conn, wake, clock.now())


async def _lists(client: Client, wake: Wake) -> bool:
    """Whether visibility says by now that a workflow runs."""
    query = f"ExecutionStatus = 'Running' AND WorkflowId = '{wake.workflow_id}'"
    return [found.id async for found in client.list_workflows(query)] != []


async def _woken(database: Database) -> list[str]:
    """The workflows for which a wake waits in the outbox, in its order."""
    async with database.reading() as conn:
        rows = await conn.execute(text("SELECT payload ->> 'workflow_id' AS id FROM outbox ORDER BY created_at, id"))
        return [row.id for row in rows]


async def _left(database: Database) -> int:
    async with database.reading() as conn:
        return int((await conn.execute(text("SELECT count(*) FROM outbox"))).scalar_one())


async def test_a_commit_starts_and_signals_the_workflow_without_waiting_for_the_poll(
    relay: Relay, database: Database, clock: OffsetClock, client: Client, worker: None
) -> None:
    running = asyncio.create_task(relay.run())
    wake = _wake()
    async with asyncio.timeout(20):
        for signal in ("look_again", "end"):
            await _write(database, clock, _wake(signal, wake))
            while await _left(database):
                pass
        handle = client.get_workflow_handle(wake.workflow_id)
        assert await handle.result() == f"{wake.subject} 1"
    running.cancel()
    described = await handle.describe()
    assert described.raw_description.workflow_execution_info.priority.priority_key == 1
    assert await described.static_summary() == f"Look at {wake.subject}"


async def test_a_wake_that_comes_again_after_the_end_starts_a_second_run(
    relay: Relay, database: Database, clock: OffsetClock, client: Client, worker: None
) -> None:
    wake = _wake("end")
    for _ in range(2):
        await _write(database, clock, wake)
        await relay.deliver_wakes()
        assert await client.get_workflow_handle(wake.workflow_id).result() == f"{wake.subject} 0"
    assert await _left(database) == 0


async def test_wakes_of_one_workflow_in_one_batch_are_one_signal(
    relay: Relay, database: Database, clock: OffsetClock, client: Client, worker: None
) -> None:
    wake = _wake()
    await _write(database, clock, *[wake] * 30)
    await relay.deliver_wakes()
    await _write(database, clock, _wake("end", wake))
    await relay.deliver_wakes()
    assert await client.get_workflow_handle(wake.workflow_id).result() == f"{wake.subject} 1"
    assert await _left(database) == 0


async def test_news_reach_a_workflow_that_runs_and_start_none_that_does_not(
    relay: Relay, database: Database, clock: OffsetClock, client: Client, worker: None
) -> None:
    running, absent = _wake(), _wake()
    await _write(database, clock, running, replace(absent, starts=False))
    await relay.deliver_wakes()
    await _write(database, clock, replace(running, starts=False))
    await relay.deliver_wakes()
    await _write(database, clock, _wake("end", running))
    await relay.deliver_wakes()
    assert await client.get_workflow_handle(running.workflow_id).result() == f"{running.subject} 2"
    with pytest.raises(RPCError):
        await client.get_workflow_handle(absent.workflow_id).describe()
    assert await _left(database) == 0


async def test_a_rolled_back_wake_never_leaves(relay: Relay, database: Database, clock: OffsetClock) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  the transaction must end by it
        async with database.transaction() as conn:
            await outbox.wake(conn, _wake(), clock.now())
            raise ZeroDivisionError
    assert await _left(database) == 0


async def test_one_wake_that_fails_does_not_hold_the_others(
    relay: Relay, database: Database, clock: OffsetClock, client: Client
) -> None:
    bad, good = Wake("Look", "x" * 2000, "look_again", new_id(), "Too long an id"), _wake()
    await _write(database, clock, bad, good)
    await relay.deliver_wakes()
    assert (await client.get_workflow_handle(good.workflow_id).describe()).status is WorkflowExecutionStatus.RUNNING
    assert await _left(database) == 1


async def test_two_relays_share_the_rows(relay: Relay, database: Database, clock: OffsetClock, client: Client) -> None:
    wakes = [_wake() for _ in range(60)]
    await _write(database, clock, *wakes)

    async def drain() -> None:
        while await _left(database):
            await relay.deliver_wakes()

    await asyncio.gather(drain(), drain())
    found = await asyncio.gather(*(client.get_workflow_handle(w.workflow_id).describe() for w in wakes))
    assert {one.status for one in found} == {WorkflowExecutionStatus.RUNNING}


def _rows(clock: OffsetClock, late_by: dict[Wake, timedelta]) -> WatchedRows:
    """A room's rows that are not final, as its store would give them."""

    async def watched(conn: AsyncConnection, due_before: datetime | None) -> list[Wake]:
        return [wake for wake, late in late_by.items() if due_before is None or clock.now() - late < due_before]

    return watched


async def test_a_row_past_its_time_whose_workflow_does_not_run_is_woken(
    database: Database, clock: OffsetClock, client: Client, relay: Relay
) -> None:
    running, gone, early = _wake(), _wake(), _wake()
    await _write(database, clock, running)
    await relay.deliver_wakes()
    late = {running: timedelta(minutes=11), gone: timedelta(minutes=11), early: timedelta(minutes=9)}
    reconciler = Reconciler(database, clock, client, [_rows(clock, late)])
    await reconciler.wake_overdue()
    assert (reconciler.counts.overdue, reconciler.counts.missing) == (2, 1)
    await relay.deliver_wakes()
    assert (await client.get_workflow_handle(gone.workflow_id).describe()).status is WorkflowExecutionStatus.RUNNING


async def test_a_row_whose_workflow_was_terminated_is_woken_within_the_hour(
    database: Database, clock: OffsetClock, client: Client, relay: Relay
) -> None:
    wake = _wake()
    await _write(database, clock, wake)
    await relay.deliver_wakes()
    await client.get_workflow_handle(wake.workflow_id).terminate()
    reconciler = Reconciler(database, clock, client, [_rows(clock, {wake: timedelta()})])
    await reconciler.wake_missing()
    assert reconciler.counts.missing == 1
    await relay.deliver_wakes()
    assert (await client.get_workflow_handle(wake.workflow_id).describe()).status is WorkflowExecutionStatus.RUNNING


class _Asked(OutboundInterceptor):
    """Notes whom the reconciler describes, and has the listing lag behind: it does not name `unlisted`."""

    def __init__(self, following: OutboundInterceptor, unlisted: str) -> None:
        super().__init__(following)
        self.described: list[str] = []
        self.listings = 0
        self._unlisted = unlisted

    def list_workflows(self, input: ListWorkflowsInput) -> WorkflowExecutionAsyncIterator:  # noqa: A002  the SDK's name
        self.listings += 1
        lagging = f"{input.query} AND WorkflowId != '{self._unlisted}'"
        return super().list_workflows(replace(input, query=lagging))

    async def describe_workflow(self, input: DescribeWorkflowInput) -> WorkflowExecutionDescription:  # noqa: A002
        self.described.append(input.id)
        return await super().describe_workflow(input)


class _Asking(Interceptor):
    """Puts one in front of a client; `asked` is it."""

    def __init__(self, unlisted: str) -> None:
        self._unlisted = unlisted

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        self.asked = _Asked(next, self._unlisted)
        return self.asked


async def test_each_hour_the_rows_that_the_listing_does_not_name_are_described_and_those_that_do_not_run_woken(
    database: Database, clock: OffsetClock, client: Client, relay: Relay, temporal: TestNamespace
) -> None:
    listed, lagging, ended, lost = (_wake() for _ in range(4))
    await _write(database, clock, listed, lagging, ended)
    await relay.deliver_wakes()
    await client.get_workflow_handle(ended.workflow_id).terminate()
    async with asyncio.timeout(20):
        while not await _lists(client, listed) or await _lists(client, ended):
            pass
    asking = _Asking(lagging.workflow_id)
    config = client.config()
    config["interceptors"] = [asking]
    rows = dict.fromkeys((listed, lagging, ended, lost), timedelta())
    reconciler = Reconciler(database, clock, Client(**config), [_rows(clock, rows)])

    assert await reconciler.look()
    assert asking.asked.described == [lagging.workflow_id, ended.workflow_id, lost.workflow_id]
    assert (reconciler.counts.overdue, reconciler.counts.missing) == (0, 2)
    assert await _woken(database) == [ended.workflow_id, lost.workflow_id]

    clock.offset += timedelta(minutes=59)
    assert await reconciler.look()
    assert asking.asked.listings == 1
    clock.offset += timedelta(minutes=1)
    assert await reconciler.look()
    assert asking.asked.listings == 2
    assert reconciler.counts.missing == 4


async def test_only_one_process_reconciles_and_each_job_runs_once_a_day(
    database: Database, clock: OffsetClock, client: Client
) -> None:
    ran: list[str] = []
    inside, leave = asyncio.Event(), asyncio.Event()

    async def job(now: object) -> int:
        ran.append("job")
        inside.set()
        await leave.wait()
        return 1

    async def broken(now: object) -> int:
        raise ZeroDivisionError

    jobs = [Job("broken", broken), Job("job", job)]
    first, second = (Reconciler(database, clock, client, [], jobs) for _ in range(2))
    looking = asyncio.create_task(first.look())
    await inside.wait()
    assert not await second.look()
    leave.set()
    assert await looking
    assert await first.look()
    assert ran == ["job"]
    clock.offset += timedelta(days=1)
    assert await first.look()
    assert ran == ["job", "job"]
