"""Services that answer from a script, so that a test leads a workflow down one branch on the real Temporal server.

They prove the workflows' own decisions; the same workflows run against the real services in tests/e2e and in the demo.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, cast
from uuid import uuid4

import grpc
from temporalio.client import Client, WorkflowHandle

from casella.common.v1.common_pb2 import Subject
from services.kit import temporal_client
from services.kit.errors import Refusal, Refused
from tests.fixtures.temporal import TestNamespace
from workflows.erasure_steps import ROOMS
from workflows.worker import Stubs, make_worker

Answer = Callable[[Any], Any]
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05


@dataclass
class Script:
    """All services at once: answers by RPC name, and what was asked. An answer may be awaited for."""

    answers: Mapping[str, Answer]
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def __getattr__(self, rpc: str) -> Any:
        """The RPC of that name."""
        if not rpc[0].isupper():
            raise AttributeError(rpc)

        async def call(request: Any, timeout: float | None = None) -> Any:
            self.asked.append((rpc, request))
            answer = self.answers[rpc](request)
            return await answer if isawaitable(answer) else answer

        return call

    def requests(self, rpc: str) -> list[Any]:
        """What an RPC was asked, in order."""
        return [request for name, request in self.asked if name == rpc]

    def order_of(self, *rpcs: str) -> list[str]:
        """These RPCs in the order in which they were asked."""
        return [name for name, _ in self.asked if name in rpcs]


def refuse(reason: int, message: str = "not now", **facts: str) -> Any:
    """Refuse a call as a service does."""
    raise Refused(grpc.StatusCode.FAILED_PRECONDITION, Refusal(cast("Any", reason), message, facts))


@dataclass
class Run:
    """One workflow that runs against a script."""

    client: Client
    handle: WorkflowHandle[Any, Any]
    script: Script

    async def end(self) -> str:
        """How it ended."""
        return str(await asyncio.wait_for(self.handle.result(), _PATIENCE_SECONDS))

    async def details(self, containing: str) -> str:
        """The current details once they contain a text."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_SECONDS
        shown = ""
        while loop.time() < until:
            shown = str((await self.handle.query("__temporal_workflow_metadata")).current_details)
            if containing in shown:
                return shown
            await asyncio.sleep(_LOOK_SECONDS)
        raise AssertionError(f"{containing!r} is not in the details: {shown}")


@asynccontextmanager
async def running(
    temporal: TestNamespace, workflow: str, signal: str, script: Script, subject: str | None = None
) -> AsyncIterator[Run]:
    """Run a workflow with a worker of its own whose services are the script."""
    client = await temporal_client.connect(temporal.address, temporal.namespace)
    queue = f"script-{uuid4()}"
    subject = subject or str(uuid4())
    services = cast("Any", script)
    async with make_worker(
        client, Stubs(services, services, services, services, services, services, dict.fromkeys(ROOMS, services)), queue
    ):
        handle = await client.start_workflow(
            workflow, Subject(id=subject), id=f"{workflow}:{subject}", task_queue=queue, start_signal=signal
        )
        yield Run(client, handle, script)
        if (await handle.describe()).close_time is None:
            await handle.terminate()
