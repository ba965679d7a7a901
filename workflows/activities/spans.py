"""Makes a span of each activity, as a part of what woke its run; its calls then carry it on."""

import json
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from services.kit.tracing import TRACEPARENT, Tracing
from workflows.carrying import CarryingRun


class TracedWork(Interceptor):
    """Of a worker that traces; any other has none of it."""

    def __init__(self, tracing: Tracing) -> None:
        """Take what makes spans."""
        self._tracing = tracing

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  its name
        """Wrap the activities."""
        return _Traced(next, self._tracing)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002  its name
    ) -> type[WorkflowInboundInterceptor]:
        """Let the runs hand on what woke them."""
        return CarryingRun


class _Traced(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, tracing: Tracing) -> None:  # noqa: A002  its name
        super().__init__(next)
        self._tracing = tracing

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  its name
        carried = input.headers.get(TRACEPARENT)
        parent = json.loads(carried.data) if carried else ""
        with self._tracing.span(f"activity {activity.info().activity_type}", parent):
            return await super().execute_activity(input)
