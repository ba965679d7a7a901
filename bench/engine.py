"""The engine: a workflow of an order's shape whose steps do nothing, in a worker process of its own like ours.

Start, two activities, the signal, three activities: on the same Temporal, with the same converter and worker
settings, once with normal activities and once with local ones. What it costs is what the engine costs; all above is
Casella. ``python -m bench.engine <address> <namespace>`` is the worker; it writes a line for each workflow that waits
for its signal, so that whoever drives it need not ask Temporal.
"""

import asyncio
import signal
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from services.kit import temporal_client
    from services.kit.exiting import exit_after

TASK_QUEUE = "bench-engine"
NORMAL, LOCAL = "EngineNormal", "EngineLocal"
_TIMEOUT = timedelta(seconds=8)


@activity.defn
async def step(subject: Subject) -> Subject:
    """Do nothing, with one id in and one out as most of our steps have."""
    return subject


@activity.defn
async def last_step_before_the_signal(subject: Subject) -> Subject:
    """Do nothing but tell who drives it that it was done."""
    sys.stdout.write(f"{subject.id}\n")
    sys.stdout.flush()
    return subject


class _Shape:
    """The shape of an order."""

    def __init__(self) -> None:
        self._paid = False

    async def follow(self, subject: Subject, *, local: bool) -> str:
        """Five steps around a signal."""
        execute = workflow.execute_local_activity if local else workflow.execute_activity
        await execute(step, subject, start_to_close_timeout=_TIMEOUT)
        await execute(last_step_before_the_signal, subject, start_to_close_timeout=_TIMEOUT)
        await workflow.wait_condition(lambda: self._paid, timeout=timedelta(days=3))
        for _ in range(3):
            await execute(step, subject, start_to_close_timeout=_TIMEOUT)
        return "fulfilled"

    @workflow.signal
    def paid(self) -> None:
        """The payment."""
        self._paid = True


@workflow.defn(name=NORMAL)
class EngineNormal(_Shape):
    """With normal activities."""

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the shape."""
        return await self.follow(subject, local=False)


@workflow.defn(name=LOCAL)
class EngineLocal(_Shape):
    """With local activities."""

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the shape."""
        return await self.follow(subject, local=True)


async def _work(address: str, namespace: str) -> None:
    client = await temporal_client.connect(address, namespace)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[EngineNormal, EngineLocal],
        workflow_runner=UnsandboxedWorkflowRunner(),
        activities=[step, last_step_before_the_signal],
    ):
        print("ready", flush=True)
        await stopping.wait()


if __name__ == "__main__":
    exit_after(lambda: asyncio.run(_work(*sys.argv[1:3])))
