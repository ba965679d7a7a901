"""`casella replay`: leads every open run of an installation with this code, in memory, before a worker of it does.

A run goes on from its history: a worker whose code would have taken another step there cannot lead it on, and it stands
still until one comes whose code would not. That is seen here first, and nothing is changed by it.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from services.kit import temporal_client
from services.kit.exiting import exit_after
from workflows.settings import WorkerSettings
from workflows.worker import WORKFLOWS

Say = Callable[[str], None]

_OPEN = 'ExecutionStatus = "Running"'
_SAY_EVERY_SECONDS = 5.0
_SHOWN = 20
"""Runs that are named one by one; of more the number is told."""
_MISFITS, _UNREACHABLE = 1, 3
"""Exit codes, as of all commands: something is wrong, Casella cannot be reached."""


@dataclass(frozen=True)
class Found:
    """What came of the open runs.

    Attributes:
        led: How many of each kind this code leads on.
        misfits: Why it does not lead others, by workflow id.
    """

    led: Counter[str] = field(default_factory=Counter)
    misfits: dict[str, str] = field(default_factory=dict)


async def replay_open(client: Client, workflows: Sequence[type], most: int | None, say: Say) -> Found:
    """Replay the runs that are open.

    Args:
        client: Of the namespace in which they run.
        workflows: The code.
        most: Of each kind the runs that began last, so many; all without it.
        say: Hears how far it is, every few seconds.

    Raises:
        temporalio.service.RPCError: Temporal does not answer.
    """
    replayer = Replayer(
        workflows=workflows,
        workflow_runner=UnsandboxedWorkflowRunner(),  # as the worker's
        namespace=client.namespace,
        data_converter=client.data_converter,
    )
    found, told = Found(), time.monotonic()
    async with replayer.workflow_replay_iterator(_histories(client, most)) as results:
        async for result in results:
            if result.replay_failure is None:
                found.led[_kind(result.history)] += 1
            else:
                found.misfits[result.history.workflow_id] = str(result.replay_failure).partition("\n")[0]
            if time.monotonic() - told > _SAY_EVERY_SECONDS:
                say(f"{found.led.total() + len(found.misfits)} runs so far, {len(found.misfits)} that do not fit")
                told = time.monotonic()
    return found


async def _histories(client: Client, most: int | None) -> AsyncIterator[WorkflowHistory]:
    taken: Counter[str] = Counter()
    async for run in client.list_workflows(_OPEN):
        taken[run.workflow_type] += 1
        if most is not None and taken[run.workflow_type] > most:
            continue
        try:
            yield await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended meanwhile, and is not kept
                raise


def _kind(history: WorkflowHistory) -> str:
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def _report(found: Found) -> int:
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(found.led.items()))
    print(f"this version leads on {found.led.total()} open runs{f': {kinds}' if kinds else ''}")
    if not found.misfits:
        return 0
    for workflow_id, why in list(found.misfits.items())[:_SHOWN]:
        print(f"WRONG {workflow_id}: {why}")
    if (more := len(found.misfits) - _SHOWN) > 0:
        print(f"      and {more} more")
    print(
        f"it cannot lead on {len(found.misfits)}: do not start this version's worker, the one that runs goes on.\n"
        '  Where the code is yours: ARCHITECTURE.md, "Changing a workflow while a thousand are open".'
    )
    return _MISFITS


async def _replay(most: int | None) -> int:
    settings = WorkerSettings()
    try:
        client = await temporal_client.connect(settings.temporal_address, settings.temporal_namespace)
        return _report(await replay_open(client, WORKFLOWS, most, lambda line: print(line, flush=True)))
    except (RPCError, RuntimeError) as error:
        print(f"casella: Temporal at {settings.temporal_address} cannot be asked: {error}.", file=sys.stderr)
        print("  `casella doctor` says what is wrong.", file=sys.stderr)
        return _UNREACHABLE


def main() -> int:
    """Replay what is open; the exit code says whether this version leads all on."""
    parser = argparse.ArgumentParser(prog="casella replay")
    parser.add_argument("--most", type=int)
    return asyncio.run(_replay(parser.parse_args().most))


if __name__ == "__main__":
    exit_after(main)
