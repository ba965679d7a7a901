"""Puts what is being traced into the headers of what a client starts or signals at Temporal."""

import json
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowHandle,
)

from services.kit.tracing import TRACEPARENT, traceparent


class Carrying(Interceptor):
    """Of every client; where nothing is traced it adds nothing."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  its name
        """Wrap the client."""
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002  its name
        input.headers = _with_parent(input.headers)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002  its name
        input.headers = _with_parent(input.headers)
        await super().signal_workflow(input)


def _with_parent(headers: Any) -> Any:
    parent = traceparent()
    if not parent:
        return headers
    text = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(parent).encode())
    return {**headers, TRACEPARENT: text}
