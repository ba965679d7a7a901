"""Decides how a stand-in's time moves: by the operator's command only, never back; who waits for an hour is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import clock_pb2, clock_pb2_grpc, common_pb2
from services.kit.clock import OffsetClock

CALLER_HEADER = "casella-caller-secret"

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class StandInClock(OffsetClock):
    """A clock that tells when it was moved."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        super().__init__(offset)
        self.on_move: list[Callable[[], None]] = []
        self.backlog: list[Callable[[], int]] = []

    def move_to(self, offset: timedelta) -> None:
        """Take a new distance from real time and tell whoever waits for an hour."""
        self.offset = offset
        for listener in self.on_move:
            listener()


class ClockServicer(clock_pb2_grpc.ClockServiceServicer):
    """Tells and moves a stand-in's clock, for the operator's command only."""

    def __init__(self, clock: StandInClock, operator_secret: str | None) -> None:
        self._clock = clock
        self._operator_secret = operator_secret

    async def _check(self, context: Context) -> None:
        given = dict(context.invocation_metadata() or ()).get(CALLER_HEADER)
        if self._operator_secret is not None and given != self._operator_secret:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "only the operator's command moves the clock")

    async def GetClock(self, request: clock_pb2.GetClockRequest, context: Context) -> clock_pb2.GetClockResponse:
        """Tell the time."""
        await self._check(context)
        now, offset = Timestamp(), Duration()
        now.FromDatetime(self._clock.now())
        offset.FromTimedelta(self._clock.offset)
        return clock_pb2.GetClockResponse(now=now, offset=offset)

    async def SetClockOffset(
        self, request: clock_pb2.SetClockOffsetRequest, context: Context
    ) -> clock_pb2.SetClockOffsetResponse:
        """Take a new offset; never one that moves the clock back."""
        await self._check(context)
        offset = request.offset.ToTimedelta()
        if offset < self._clock.offset:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the clock never moves back")
        self._clock.move_to(offset)
        now = Timestamp()
        now.FromDatetime(self._clock.now())
        return clock_pb2.SetClockOffsetResponse(now=now)

    async def GetBacklog(self, request: clock_pb2.GetBacklogRequest, context: Context) -> clock_pb2.GetBacklogResponse:
        """Tell how many answers are due and not yet given."""
        await self._check(context)
        waiting = sum(count() for count in self._clock.backlog)
        return clock_pb2.GetBacklogResponse(backlog=common_pb2.Backlog(outbox_rows=waiting))
