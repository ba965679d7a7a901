"""Lets the demo and the tests move this process's clock and ask whether it is quiet; local mode only."""

from collections.abc import Awaitable, Callable
from typing import Any

from grpc.aio import ServicerContext

from casella.common.v1 import clock_pb2, clock_pb2_grpc, common_pb2
from services.kit.bells import Bell
from services.kit.clock import OffsetClock
from services.kit.outbox import Backlog
from services.kit.validation import Violations
from services.kit.wire import from_duration, to_duration, to_timestamp

Context = ServicerContext[Any, Any]


class ClockServicer(clock_pb2_grpc.ClockServiceServicer):
    """The movable clock and the backlog, over gRPC."""

    def __init__(self, clock: OffsetClock, backlog: Callable[[], Awaitable[Backlog]], wakes: Bell) -> None:
        """Take the process's clock, what counts its outbox, and the bell that rings where wakes are written to it."""
        self._clock = clock
        self._backlog = backlog
        self._wakes = wakes

    async def GetClock(self, request: clock_pb2.GetClockRequest, context: Context) -> clock_pb2.GetClockResponse:
        """Tell the time."""
        return clock_pb2.GetClockResponse(now=to_timestamp(self._clock.now()), offset=to_duration(self._clock.offset))

    async def SetClockOffset(
        self, request: clock_pb2.SetClockOffsetRequest, context: Context
    ) -> clock_pb2.SetClockOffsetResponse:
        """Move the clock forward; back is refused, because rows would lie in the future."""
        offset = from_duration(request.offset)
        violations = Violations()
        if offset < self._clock.offset:
            violations.add("offset", "clock_moves_back")
        violations.check()
        self._clock.offset = offset
        return clock_pb2.SetClockOffsetResponse(now=to_timestamp(self._clock.now()))

    async def GetBacklog(self, request: clock_pb2.GetBacklogRequest, context: Context) -> clock_pb2.GetBacklogResponse:
        """Count what is still to be delivered."""
        backlog = await self._backlog()
        oldest = to_timestamp(backlog.oldest) if backlog.oldest else None
        return clock_pb2.GetBacklogResponse(
            backlog=common_pb2.Backlog(outbox_rows=backlog.rows, oldest=oldest), wakes=self._wakes.rings
        )
