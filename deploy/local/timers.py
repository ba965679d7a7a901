"""Tells when the timer of each open workflow ends by the local calendar, so that only those are moved that have to be.

A workflow waits by one timer at a time (`workflows/process.py`). Which, stands in its history, and is read again only
where that has grown. A timer counts from the calendar's time at which it was first seen: at most the seconds late that
its workflow had to itself before.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from deploy.local.quiet import Run

_ENDED = (EventType.EVENT_TYPE_TIMER_FIRED, EventType.EVENT_TYPE_TIMER_CANCELED)
_EVENTS_AT_ONCE = 30
_AT_ONCE = 20


@dataclass(frozen=True)
class Timer:
    """What a run waits for.

    Attributes:
        length: Events in its history when this was read.
        begun: The event that began the timer; None where it waits for news alone.
        lasts: How long the timer lasts in all; None where it waits for news alone.
        ends: When, by the calendar.
    """

    length: int
    begun: int | None
    lasts: timedelta | None
    ends: datetime | None


class Timers:
    """The timers of all open workflows, as they were when all was quiet last."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._bound = asyncio.Semaphore(_AT_ONCE)
        self._known: dict[Run, Timer] = {}

    async def read(self, lengths: Mapping[Run, int], now: datetime) -> None:
        """Take in what has changed since, and forget whatever has ended.

        Args:
            lengths: Of the history of every run that is open.
            now: By the calendar.
        """
        grown = [run for run, length in lengths.items() if run not in self._known or self._known[run].length != length]
        running = await asyncio.gather(*map(self._running, grown))
        self._known = {run: timer for run, timer in self._known.items() if run in lengths}
        for run, event in zip(grown, running, strict=True):
            self._known[run] = _timer(lengths[run], event, self._known.get(run), now)

    def next_end(self) -> datetime | None:
        """When the first of them ends, by the calendar."""
        return min((timer.ends for timer in self._known.values() if timer.ends), default=None)

    def ended_by(self, instant: datetime) -> list[tuple[WorkflowHandle[object, object], timedelta]]:
        """Those that end until then, each with how long it lasts: a workflow's own clock has stood still."""
        return [
            (self._client.get_workflow_handle(workflow_id, run_id=run_id), timer.lasts)
            for (workflow_id, run_id), timer in self._known.items()
            if timer.lasts is not None and timer.ends is not None and timer.ends <= instant
        ]

    async def _running(self, run: Run) -> HistoryEvent | None:
        """The event that began the timer of a run."""
        ended: set[int] = set()
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=run[0], run_id=run[1]),
            maximum_page_size=_EVENTS_AT_ONCE,
        )
        while True:
            try:
                async with self._bound:
                    page = await self._client.workflow_service.get_workflow_execution_history_reverse(request)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
            for event in page.history.events:
                if event.event_type in _ENDED:
                    ended.add(_started_by(event))
                elif event.event_type == EventType.EVENT_TYPE_TIMER_STARTED and event.event_id not in ended:
                    return event
            if not page.next_page_token:
                return None
            request.next_page_token = page.next_page_token


def _timer(length: int, event: HistoryEvent | None, known: Timer | None, now: datetime) -> Timer:
    """What a run waits for; the same timer as before, beside which something else has happened, ends when it did."""
    if event is None:
        return Timer(length, None, None, None)
    if known is not None and known.begun == event.event_id:
        return replace(known, length=length)
    lasts = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
    return Timer(length, event.event_id, lasts, now + lasts)


def _started_by(end: HistoryEvent) -> int:
    if end.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
        return end.timer_fired_event_attributes.started_event_id
    return end.timer_canceled_event_attributes.started_event_id
