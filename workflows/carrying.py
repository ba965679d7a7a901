"""Hands what woke a run on to its activities, as headers: a start's, then each signal's that brings one.

Headers are no commands, so a history replays with them and without. Nothing here reads a clock or makes a span: that is
the activities' part (`workflows.activities.spans`).
"""

from typing import Any

from temporalio import workflow
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

TRACEPARENT = "traceparent"


class CarryingRun(WorkflowInboundInterceptor):
    """Of one run."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002  its name
        """Begin with nothing to hand on."""
        super().__init__(next)
        self.carried: dict[str, Any] = {}

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Wrap what the run asks for, too."""
        super().init(_Outbound(outbound, self))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002  its name
        """Note what started the run."""
        self._note(input.headers)
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002  its name
        """Note what woke the run."""
        self._note(input.headers)
        await super().handle_signal(input)

    def _note(self, headers: Any) -> None:
        if TRACEPARENT in headers:
            self.carried = {TRACEPARENT: headers[TRACEPARENT]}


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, run: CarryingRun) -> None:  # noqa: A002  its name
        super().__init__(next)
        self._run = run

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002  its name
        input.headers = {**input.headers, **self._run.carried}
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002  its name
        input.headers = {**input.headers, **self._run.carried}
        return super().start_local_activity(input)
