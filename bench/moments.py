"""When a workflow did what: read from its history afterwards, so that measuring takes nothing from the measured.

Signal and end are events with Temporal's time. A local activity leaves a marker in which the SDK has noted when it was
done; a normal one its event.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Moments:
    """What one history tells, in seconds since 1970.

    Attributes:
        signals: When each signal came for the first time, by its name.
        steps: When each activity was done for the last time, by its type.
        ended: When the workflow ended.
        events: How many events it has.
    """

    signals: Mapping[str, float]
    steps: Mapping[str, float]
    ended: float
    events: int


async def of(client: Client, workflow_id: str) -> Moments:
    """Read the history of a workflow that has ended."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    return read(history.events)


def read(events: Iterable[HistoryEvent]) -> Moments:
    """What these events tell."""
    signals: dict[str, float] = {}
    steps: dict[str, float] = {}
    scheduled: dict[int, str] = {}
    at, count = 0.0, 0
    for event in events:
        at, count = event.event_time.ToNanoseconds() / _NANOSECONDS, count + 1
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                signals.setdefault(event.workflow_execution_signaled_event_attributes.signal_name, at)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                scheduled[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                steps[scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]] = at
            case EventType.EVENT_TYPE_MARKER_RECORDED:
                steps.update(_local(event))
            case _:
                pass
    return Moments(signals, steps, at, count)


def _local(event: HistoryEvent) -> dict[str, float]:
    """The local activity of a marker, if it is one's."""
    marker = event.marker_recorded_event_attributes
    if marker.marker_name != "core_local_activity" or "data" not in marker.details:
        return {}
    data = json.loads(marker.details["data"].payloads[0].data)
    return {data["activity_type"]: _instant(data["complete_time"])}


def _instant(told: str | Mapping[str, float]) -> float:
    """The SDK writes a protobuf's fields; JSON of protobuf would be a text."""
    if isinstance(told, str):
        return datetime.fromisoformat(told).timestamp()
    return told["seconds"] + told["nanos"] / _NANOSECONDS
