"""How the local calendar moves: quiet first, a step at most a day, no due date passed by, and why it would not move."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from casella.common.v1 import clock_pb2_grpc
from deploy.local import clock, patience
from deploy.local.clock import COARSE_STEP, LONGEST_STEP, PAST_A_TIMER, SHORTEST_STEP, LocalCalendar
from deploy.local.failure import LaunchError
from deploy.local.patience import Hindered, Patience
from deploy.local.quiet import RUNNING, Quiet
from deploy.local.site import Site
from deploy.local.timers import Timers
from services.kit.bells import Bell
from services.kit.clock import OffsetClock, read_offset
from services.kit.clock_service import ClockServicer
from services.kit.outbox import Backlog
from services.kit.temporal_client import connect
from tests.fixtures.temporal import TestNamespace
from workflows import names

Clocks = dict[str, Any]
"""Process → stub of its clock service."""
_DUE_AT = SearchAttributeKey.for_datetime(names.ATTRIBUTE_DUE_AT)
_SECONDS = timedelta(seconds=10)
"""As long as a step of these tests may take on a busy machine."""


class Process:
    """A process with a movable clock and an outbox, as its clock service tells of it."""

    def __init__(self) -> None:
        self.clock = OffsetClock()
        self.outbox_rows = 0
        self.wakes = Bell()
        self.noted: list[timedelta] = []
        self.held = asyncio.Event()
        self.looks = 0

    async def backlog(self) -> Backlog:
        self.looks += 1
        return Backlog(self.outbox_rows, None)

    @activity.defn(name="Note")
    async def note(self) -> None:
        """Note how far the process's clock stands when a workflow asks it."""
        self.noted.append(self.clock.offset)

    @activity.defn(name="Hold")
    async def hold(self) -> None:
        await self.held.wait()


@workflow.defn(name="Waits")
class Waits:
    """Waits, and then asks its service."""

    @workflow.run
    async def run(self, hours: float) -> None:
        await workflow.sleep(timedelta(hours=hours))
        await workflow.execute_activity("Note", start_to_close_timeout=timedelta(seconds=10))


@workflow.defn(name="Listens")
class Listens:
    """Waits to be woken for so many hours at most, each time, and then without end."""

    def __init__(self) -> None:
        self._rings = 0

    @workflow.signal(name=names.LOOK_AGAIN)
    def look_again(self) -> None:
        self._rings += 1

    @workflow.run
    async def run(self, waits: list[float]) -> None:
        for rings, hours in enumerate(waits, start=1):
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._rings >= rings, timeout=timedelta(hours=hours))  # noqa: B023
        await workflow.wait_condition(lambda: self._rings > len(waits))


@workflow.defn(name="Asks")
class Asks:
    """Asks its service at once, for as long as that takes."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity("Hold", start_to_close_timeout=timedelta(seconds=60))


@workflow.defn(name=names.POLL_RECEIPTS)
class Polls:
    """Stands for the polls, which find nothing."""

    @workflow.run
    async def run(self) -> None:
        return


@workflow.defn(name=names.FETCH_PAYMENT_EVENTS)
class Fetches:
    """Likewise."""

    @workflow.run
    async def run(self) -> None:
        return


@pytest.fixture
async def client(temporal: TestNamespace) -> AsyncIterator[Client]:
    connected = await connect(temporal.address, temporal.namespace)
    yield connected
    async for found in connected.list_workflows(RUNNING):
        await connected.get_workflow_handle(found.id).terminate()
    await until_listed(connected, 0)


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
async def clocks(process: Process) -> AsyncIterator[Clocks]:
    server = grpc.aio.server()
    clock_pb2_grpc.add_ClockServiceServicer_to_server(
        ClockServicer(process.clock, process.backlog, process.wakes), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield {"ordering": clock_pb2_grpc.ClockServiceStub(channel)}
    await server.stop(None)


@asynccontextmanager
async def working(client: Client, process: Process) -> AsyncIterator[None]:
    """While the block runs, workflows take their steps."""
    async with Worker(
        client,
        task_queue=names.TASK_QUEUE,
        workflows=[Waits, Listens, Asks, Polls, Fetches],
        activities=[process.note, process.hold],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield


async def until_listed(client: Client, number: int) -> None:
    """Come back once the list of workflows shows how many run: it lags."""
    async with asyncio.timeout(20):
        while len([found async for found in client.list_workflows(RUNNING)]) != number:
            pass


async def waits(client: Client, hours: float, due: timedelta | None = None) -> WorkflowHandle[Any, Any]:
    """Start a workflow that waits, and shows as its due date what it waits for unless told otherwise."""
    due_at = datetime.now(UTC) + (timedelta(hours=hours) if due is None else due)
    shown = TypedSearchAttributes([SearchAttributePair(_DUE_AT, due_at)])
    return await client.start_workflow(
        "Waits", hours, id=f"waits-{uuid4()}", task_queue=names.TASK_QUEUE, search_attributes=shown
    )


@asynccontextmanager
async def overloaded(answers_after: int) -> AsyncIterator[tuple[Client, list[str]]]:
    """A Temporal that cancels what it is asked about workflows, as a busy one does, so many times."""
    asked: list[str] = []

    async def answer(_: bytes, call: "grpc.aio.ServicerContext[bytes, bytes]") -> bytes:
        asked.append("")
        if len(asked) <= answers_after:
            await call.abort(grpc.StatusCode.CANCELLED, "operation was canceled")
        return b""

    async def describe(_: bytes, __: "grpc.aio.ServicerContext[bytes, bytes]") -> bytes:
        return b""

    methods: Any = {
        "GetSystemInfo": grpc.unary_unary_rpc_method_handler(describe),
        "ListWorkflowExecutions": grpc.unary_unary_rpc_method_handler(answer),
    }
    server = grpc.aio.server()
    service = "temporal.api.workflowservice.v1.WorkflowService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield await connect(f"127.0.0.1:{port}", "default"), asked
    await server.stop(None)


@contextmanager
def hindered_by(words: str) -> Iterator[None]:
    """The clock does not move within a moment, and says why."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "_STILL_SECONDS", 1.0)
        with pytest.raises(Hindered, match=words):
            yield


async def test_it_is_quiet_when_nothing_is_to_be_delivered_and_every_workflow_waits(
    client: Client, process: Process, clocks: Clocks
) -> None:
    async with working(client, process):
        await waits(client, hours=1)
        await until_listed(client, 1)
        async with asyncio.timeout(20):
            await Quiet(client, clocks, Patience()).wait()


async def test_an_outbox_that_is_not_empty_is_not_quiet(client: Client, process: Process, clocks: Clocks) -> None:
    process.outbox_rows = 1
    with hindered_by("ordering has 1 rows to deliver"):
        await Quiet(client, clocks, Patience()).wait()


async def test_a_process_that_is_away_is_not_quiet(client: Client) -> None:
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with hindered_by("trial does not answer"):
            await Quiet(client, {"trial": clock_pb2_grpc.ClockServiceStub(channel)}, Patience()).wait()


async def test_it_is_not_quiet_while_temporal_does_not_answer(clocks: Clocks) -> None:
    async with overloaded(answers_after=2) as (connected, asked):
        async with asyncio.timeout(20):
            await Quiet(connected, clocks, Patience()).wait()
        assert len(asked) == 4  # refused twice, and then quiet twice
    async with overloaded(answers_after=1_000_000) as (connected, _):
        with hindered_by(r"Temporal does not answer \(CANCELLED\)"):
            await Quiet(connected, clocks, Patience()).wait()


async def test_a_clock_that_temporal_leaves_on_its_way_says_to_advance_it_by_what_is_left(
    clocks: Clocks, tmp_path: Path
) -> None:
    async with overloaded(answers_after=1_000_000) as (connected, _):
        with hindered_by(r"Temporal does not answer \(operation was canceled\).*by what is left"):
            await LocalCalendar(Site(tmp_path, {}), connected, clocks).advance(timedelta(days=1), print)


async def test_a_workflow_with_an_activity_or_a_task_to_do_is_not_quiet(
    client: Client, process: Process, clocks: Clocks
) -> None:
    await client.start_workflow("Asks", id=f"asks-{uuid4()}", task_queue=names.TASK_QUEUE)
    await until_listed(client, 1)
    with hindered_by("has a workflow task to do"):
        await Quiet(client, clocks, Patience()).wait()
    async with working(client, process):
        with hindered_by("is at Hold, attempt 1"):
            await Quiet(client, clocks, Patience()).wait()
        process.held.set()
        async with asyncio.timeout(20):
            await Quiet(client, clocks, Patience()).wait()


async def test_what_an_earlier_wait_saw_last_counts_as_a_look_unless_something_has_begun_since(
    client: Client, process: Process, clocks: Clocks
) -> None:
    async with working(client, process), asyncio.timeout(20):
        await waits(client, hours=1)
        await until_listed(client, 1)
        before = await Quiet(client, clocks, Patience()).wait()
        process.looks = 0
        assert await Quiet(client, clocks, Patience()).wait(before) == before
        assert process.looks == 1
        await waits(client, hours=2)
        await until_listed(client, 2)
        process.looks = 0
        after = await Quiet(client, clocks, Patience()).wait(before)
        assert process.looks > 1
    assert before.lengths.items() < after.lengths.items()


async def test_who_looks_by_wakes_looks_at_workflows_again_only_once_one_was_woken(
    client: Client, process: Process, clocks: Clocks
) -> None:
    by_wakes = Quiet(client, clocks, Patience(), by_wakes=True)
    async with working(client, process), asyncio.timeout(20):
        await waits(client, hours=1)
        await until_listed(client, 1)
        before = await by_wakes.wait()
        await waits(client, hours=2)
        await until_listed(client, 2)
        assert await by_wakes.wait(before) == before
        process.wakes.ring()
        after = await by_wakes.wait(before)
    assert before.lengths.items() < after.lengths.items()


@pytest.mark.parametrize(
    ("dues", "step"),
    [
        pytest.param([], LONGEST_STEP + PAST_A_TIMER, id="nothing due"),
        pytest.param([timedelta(hours=-1)], LONGEST_STEP + PAST_A_TIMER, id="past"),
        pytest.param([timedelta(hours=9), timedelta(hours=2)], timedelta(hours=2) + PAST_A_TIMER, id="the first"),
        pytest.param([timedelta(seconds=10)], SHORTEST_STEP, id="within a minute"),
    ],
)
async def test_a_step_ends_just_after_the_first_due_date_that_is_still_to_come(
    client: Client, tmp_path: Path, dues: list[timedelta], step: timedelta
) -> None:
    for due in dues:
        await waits(client, hours=1, due=due)
    await until_listed(client, len(dues))
    found = await LocalCalendar(Site(tmp_path, {}), client, {})._until_next_due()
    assert step - _SECONDS <= found <= step


async def test_the_clocks_stop_at_each_due_date_and_go_before_the_workflows(
    client: Client, process: Process, clocks: Clocks, tmp_path: Path
) -> None:
    told: list[str] = []
    calendar = LocalCalendar(Site(tmp_path, {}), client, clocks)
    async with working(client, process):
        for hours in (30, 5):
            await waits(client, hours)
        await until_listed(client, 2)
        async with asyncio.timeout(60):
            await calendar.advance(timedelta(days=2), told.append)
    for noted, hours in zip(process.noted, (5, 30), strict=True):
        assert timedelta(hours=hours) - _SECONDS <= noted <= timedelta(hours=hours) + _SECONDS
    assert timedelta(days=2) <= process.clock.offset <= timedelta(days=2) + PAST_A_TIMER
    assert read_offset(tmp_path / "clock.json") == timedelta(seconds=int(process.clock.offset.total_seconds()))
    assert len(told) == 4  # to 5 h, to 29 h, to 30 h, to the end


async def test_where_only_what_is_due_is_moved_a_workflow_is_left_alone_until_its_timer_ends(
    client: Client, process: Process, clocks: Clocks, tmp_path: Path
) -> None:
    told: list[str] = []
    timers = Timers(client)
    calendar = LocalCalendar(Site(tmp_path, {}), client, clocks, timers)
    async with working(client, process), asyncio.timeout(60):
        for hours in (30, 7, 5):
            await waits(client, hours)
        for listens in ([1, 48], [1]):
            listener = f"listens-{uuid4()}"
            woken = await client.start_workflow("Listens", listens, id=listener, task_queue=names.TASK_QUEUE)
            await woken.signal(names.LOOK_AGAIN)
        await until_listed(client, 5)
        await calendar.advance(timedelta(hours=12), told.append)
        assert len(process.noted) == 2
        assert [_ends_in(timers, left, process) for left in (18, 36)] == [1, 2]
        await calendar.advance(timedelta(days=2), told.append)
    for noted, due in zip(process.noted, (COARSE_STEP, COARSE_STEP, timedelta(hours=30)), strict=True):
        assert due - _SECONDS <= noted <= due + _SECONDS
    assert timers.next_end() is None


async def test_a_timer_ends_when_it_did_whatever_else_happens_to_its_workflow(
    client: Client, process: Process, clocks: Clocks, tmp_path: Path
) -> None:
    calendar = LocalCalendar(Site(tmp_path, {}), client, clocks, Timers(client))
    async with working(client, process), asyncio.timeout(60):
        waiting = await waits(client, hours=36)
        await until_listed(client, 1)
        for _ in range(2):
            await calendar.advance(timedelta(hours=12), list[str]().append)
            await waiting.signal("nothing-that-it-knows")
        await calendar.advance(timedelta(hours=15), list[str]().append)
    [noted] = process.noted
    assert timedelta(hours=36) - _SECONDS <= noted <= timedelta(hours=36) + _SECONDS


def _ends_in(timers: Timers, hours: int, process: Process) -> int:
    """How many timers end within so many hours, and a little."""
    return len(timers.ended_by(process.clock.now() + timedelta(hours=hours) + _SECONDS))


async def test_a_clock_that_does_not_confirm_is_named(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_CONFIRM_SECONDS", 0.5)
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        calendar = LocalCalendar(Site(tmp_path, {}), client, {"trial": clock_pb2_grpc.ClockServiceStub(channel)})
        with pytest.raises(LaunchError, match="trial did not confirm the new time"):
            await calendar.tell(timedelta(days=1))
