"""Decides how the local calendar moves: services, stand-ins and open workflows together, a day or a due date at a time.

The services' clocks go first: a workflow whose timer has fired asks its service, which must not find that it was asked
too early. A step is a day, or shorter where something falls due before; the first is a second longer, because a
workflow's timer lies a moment past the instant that its service named. After each step all is let become quiet.
Production refuses: its services have no clock to move.
"""

import argparse
import asyncio
import fcntl
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from math import ceil

import grpc
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local import banner, temporal
from deploy.local.failure import LaunchError
from deploy.local.patience import Patience
from deploy.local.programs import PROGRAMS
from deploy.local.quiet import NOTHING, RUNNING, TEMPORAL_AWAY, Quiet, Sight
from deploy.local.site import Site, running_site, var_folder
from deploy.local.timers import Timers
from services.kit import temporal_client
from services.kit.channels import open_channel
from services.kit.clock import read_offset, write_offset
from services.kit.exiting import exit_after
from services.kit.wire import to_duration
from workflows import names

LONGEST_STEP = timedelta(days=1)
SHORTEST_STEP = timedelta(minutes=1)
"""Things that fall due within a minute are done in one step."""
COARSE_STEP = timedelta(hours=12)
"""The same where only what is due is moved: half a day late, as after an outage, it must be right as well."""
PAST_A_TIMER = timedelta(seconds=1)

_SKIP_SECONDS = 180.0
_CONFIRM_SECONDS = 30.0
_PAUSE_SECONDS = 0.1
_AT_ONCE = 50
_DURATION = re.compile(r"(?:(\d{1,20})d)?(?:(\d{1,20})h)?(?:(\d{1,20})m)?(?:(\d{1,20})s)?", re.ASCII)
_EXAMPLES = "write 30d, 12h, 1d12h, 90m or 45s"
_LONGEST_DAYS = 99_999
"""More than a calendar needs, and within the years that a date can have."""
_DUE_AT = SearchAttributeKey.for_datetime(names.ATTRIBUTE_DUE_AT)
_POLLS = (names.POLL_RECEIPTS, names.FETCH_PAYMENT_EVENTS)

_LATER = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})

Say = Callable[[str], None]


class Late(LaunchError):
    """A part of a step was not done in time; on a busy machine it may be the next time."""


class LocalCalendar:
    """The calendar of one running local Casella; made by `open_calendar`."""

    def __init__(
        self,
        site: Site,
        client: Client,
        clocks: "Mapping[str, clock_pb2_grpc.ClockServiceAsyncStub]",
        timers: Timers | None = None,
    ) -> None:
        self._site = site
        self._client = client
        self._clocks = clocks
        self._timers = timers
        self._patience = Patience()
        self._quiet = Quiet(client, clocks, self._patience, by_wakes=timers is not None)
        self._seen = NOTHING
        self._skipper = TimeSkipper(client)
        self._bound = asyncio.Semaphore(_AT_ONCE)

    def now(self) -> datetime:
        """The calendar's time, UTC."""
        return datetime.now(UTC) + read_offset(self._site.clock_file)

    async def advance(self, by: timedelta, say: Say) -> None:
        """Moves everything forward and does all the work that falls due on the way.

        Args:
            by: How far.
            say: Told the time after each step, and what is waited for where one takes long.

        Raises:
            Hindered: A process does not confirm, something does not become quiet, or Temporal does not answer, for
                longer than there is patience.
        """
        end = self.now() + by
        self._patience.say = say
        self._patience.news()
        while True:
            try:
                return await self._advance(max(end - self.now(), timedelta()), say)
            except RPCError as error:
                if error.status not in TEMPORAL_AWAY:
                    raise
                self._patience.bear(f"Temporal does not answer ({error.message})")
            except Late as late:
                self._patience.bear(late.problem)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _advance(self, by: timedelta, say: Say) -> None:
        await self._align()
        # Where only what is due is moved, what the schedules would have read meanwhile is read after the first step.
        await (self._settle() if self._timers is None else self._rest(NOTHING))
        left = by + PAST_A_TIMER
        longest = LONGEST_STEP + PAST_A_TIMER
        while left > timedelta():
            step = min(left, longest, await self._until_next_due())
            longest = LONGEST_STEP
            await self.tell(step)
            await self.fire(step)
            if step < LONGEST_STEP:
                await self._align()
            await self._settle()
            left -= step
            self._patience.news()
            say(banner.clock_line(read_offset(self._site.clock_file)))

    async def tell(self, step: timedelta) -> None:
        """Moves the services' and the stand-ins' clocks, and no workflow yet."""
        self._seen = NOTHING  # what stood still before does so no longer
        offset = read_offset(self._site.clock_file) + step
        write_offset(self._site.clock_file, offset)  # a process that starts meanwhile reads it here
        await asyncio.gather(*(self._set(name, offset) for name in self._clocks))

    async def fire(self, step: timedelta) -> None:
        """Moves the workflows after the services' clocks, and waits for nothing that this brings but their timers."""
        if self._timers is None:
            moved = [(handle, step) for handle in await self._quiet.running()]
        else:
            moved = [(handle, lasts + PAST_A_TIMER) for handle, lasts in self._timers.ended_by(self.now())]
        await asyncio.gather(*(self._skip(handle, by) for handle, by in moved))

    async def _set(self, process: str, offset: timedelta) -> None:
        request = clock_pb2.SetClockOffsetRequest(offset=to_duration(offset))
        try:
            await self._clocks[process].SetClockOffset(request, timeout=_CONFIRM_SECONDS, wait_for_ready=True)
        except grpc.aio.AioRpcError as error:
            kind = Late if error.code() in _LATER else LaunchError
            raise kind(
                f"{process} did not confirm the new time ({error.code().name}: {error.details()})",
                "see that it runs, then advance the clock again",
            ) from error

    async def _skip(self, handle: WorkflowHandle[object, object], step: timedelta) -> None:
        try:
            async with self._bound, asyncio.timeout(_SKIP_SECONDS):
                await self._skipper.fast_forward(handle, step)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended meanwhile
                raise
        except TimeoutError:
            raise Late(
                f"{handle.id} has not moved on within {_SKIP_SECONDS:.0f} seconds",
                "its page in the Temporal UI says under Pending Activities whether a step of it keeps failing",
            ) from None

    async def _align(self) -> None:
        """Has every workflow look again, so that what each waits at most begins with the next step.

        A timer that ended within the next step would ask a service whose clock is already at the step's end, again and
        again for the rest of the step. Where only what is due is moved, it is moved to its timer's end and no further.
        """
        if self._timers is not None:
            return
        await asyncio.gather(*(self._ring(handle) for handle in await self._quiet.running()))

    async def _ring(self, handle: WorkflowHandle[object, object]) -> None:
        try:
            async with self._bound:
                await handle.signal(names.LOOK_AGAIN)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended meanwhile
                raise

    async def _settle(self) -> None:
        """Waits for quiet, polls by hand what the schedules poll on real time, and waits for what that brought."""
        before = await self._quiet.wait(self._seen)
        polls = (
            self._client.execute_workflow(
                workflow, id=f"{workflow}-{self.now():%Y-%m-%dT%H:%M:%S}", task_queue=names.TASK_QUEUE
            )
            for workflow in _POLLS
        )
        await asyncio.gather(*polls)
        await self._rest(before)

    async def _rest(self, before: Sight) -> None:
        self._seen = await self._quiet.wait(before)
        if self._timers is not None:
            await self._timers.read(self._seen.lengths, self.now())

    async def _until_next_due(self) -> timedelta:
        """How far the next due date is that a workflow shows: whole seconds, as the offset is kept, rounded up."""
        now = self.now()
        if self._timers is not None:
            return _just_after(self._timers.next_end(), now, COARSE_STEP)
        query = f"{RUNNING} AND {names.ATTRIBUTE_DUE_AT} > '{now:%Y-%m-%dT%H:%M:%SZ}'"
        dues = [
            due
            async for found in self._client.list_workflows(query)
            if isinstance(due := found.typed_search_attributes.get(_DUE_AT), datetime)
        ]
        return _just_after(min(dues, default=None), now, SHORTEST_STEP)


def _just_after(due: datetime | None, now: datetime, shortest: timedelta) -> timedelta:
    if due is None:
        return LONGEST_STEP + PAST_A_TIMER
    return max(timedelta(seconds=ceil((due - now + PAST_A_TIMER).total_seconds())), shortest)


@asynccontextmanager
async def open_calendar(site: Site, *, only_due: bool = False) -> AsyncIterator[LocalCalendar]:
    """Connects to everything that has a clock, and keeps others from moving it meanwhile.

    Args:
        site: The running Casella.
        only_due: Moves a workflow only once its timer ends, so that a day costs what is due on it, however many wait.
            The dates that workflows show of what happened then stay behind the calendar.

    Raises:
        LaunchError: Somebody else moves it now.
    """
    _refuse_production()
    held = site.var / "clock.lock"
    held.touch(mode=0o600)
    with held.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError("somebody else is moving the clock", "wait until that has ended") from None
        secret = site.secret("caller-operator")
        channels = {
            program.name: open_channel(site.listen(program.health_port), secret)
            for program in PROGRAMS
            if program.health_port
        }
        try:
            address = os.environ.get("CASELLA_TEMPORAL_ADDRESS") or site.listen("temporal")
            client = await temporal_client.connect(address, temporal.NAMESPACE)
            stubs: Mapping[str, clock_pb2_grpc.ClockServiceAsyncStub] = {
                name: clock_pb2_grpc.ClockServiceStub(channel) for name, channel in channels.items()
            }
            yield LocalCalendar(site, client, stubs, Timers(client) if only_due else None)
        finally:
            await asyncio.gather(*(channel.close() for channel in channels.values()))


def _refuse_production() -> None:
    if os.environ.get("CASELLA_MODE", "local") != "local":
        raise LaunchError("the clock moves in local mode only and CASELLA_MODE says production", "unset it")


def duration(text: str) -> timedelta:
    """Reads `30d`, `1d12h`, `90m`, `45s`.

    Raises:
        argparse.ArgumentTypeError: It is none of these, nothing, or longer than 99,999 days.
    """
    match = _DURATION.fullmatch(text) if text else None
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: {_EXAMPLES}")
    days, hours, minutes, seconds = map(int, match.groups("0"))
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if not whole:
        raise argparse.ArgumentTypeError(f"{text!r} is nothing to advance: {_EXAMPLES}")
    if whole > _LONGEST_DAYS * 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than {_LONGEST_DAYS} days: {_EXAMPLES}")
    return timedelta(seconds=whole)


async def _advance(by: timedelta) -> None:
    _refuse_production()
    async with open_calendar(running_site(var_folder())) as calendar:
        await calendar.advance(by, lambda line: print(f"  {line}", flush=True))


def main() -> int:
    """Shows or moves the clock; an exit code as `casella --help` tells them, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="casella clock", description="The local calendar.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("show", help="tell the time")
    commands.add_parser("advance", help="move everything forward").add_argument(
        "by", metavar="DURATION", type=duration, help="30d, 12h, 1d12h, 90m or 45s"
    )
    chosen = parser.parse_args()
    try:
        if chosen.command == "show":
            print(f"  {banner.clock_line(read_offset(var_folder() / 'clock.json'))}")
        else:
            asyncio.run(_advance(chosen.by))
    except LaunchError as error:
        print(f"casella: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    exit_after(main)
