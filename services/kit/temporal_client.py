"""How every process reaches Temporal: protobuf as JSON that forgives unknown fields, and a hook for a payload codec."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    JSONProtoPayloadConverter,
    JSONTypeConverter,
    PayloadCodec,
)
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from casella.common.v1 import common_pb2
from services.kit.carrying import Carrying
from workflows import names

RPC_TIMEOUT = timedelta(seconds=5)
"""Less than the time a relay may hold its rows; an unreachable Temporal must not hold a whole batch."""


class _ReadsItself(JSONTypeConverter):
    """Leaves the reading of plain JSON to the types that have a ``from_json``.

    Temporal's own reading drops what a dataclass has no field for: an operator's misspelt field would be lost unseen.
    """

    def to_typed_value(self, hint: type, value: Any) -> Any:
        """The value as the type reads it."""
        read: Callable[[Any], Any] | None = getattr(hint, "from_json", None)
        return self.Unhandled if read is None else read(value)


class CasellaPayloadConverter(CompositePayloadConverter):
    """The default ones, but protobuf skips fields of newer processes, and types may read plain JSON themselves."""

    def __init__(self) -> None:
        """Replace two converters, in their places."""
        ours = {
            JSONProtoPayloadConverter: JSONProtoPayloadConverter(ignore_unknown_fields=True),
            JSONPlainPayloadConverter: JSONPlainPayloadConverter(custom_type_converters=[_ReadsItself()]),
        }
        super().__init__(
            *(
                ours.get(type(converter), converter)
                for converter in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


def data_converter(codec: PayloadCodec | None = None) -> DataConverter:
    """The converter of every client, worker and replayer.

    Args:
        codec: Encrypts payloads, for a Temporal that others run; none by default, as no payload holds personal data.
    """
    return DataConverter(payload_converter_class=CasellaPayloadConverter, payload_codec=codec)


async def connect(
    address: str, namespace: str, codec: PayloadCodec | None = None, *, lazy: bool = False, metrics: str | None = None
) -> Client:
    """Make a client.

    Args:
        address: ``host:port``.
        namespace: The namespace.
        codec: See ``data_converter``.
        lazy: Connect at the first call, for a service that must start while Temporal is away.
        metrics: ``host:port`` at which Temporal's library shows its own metrics, once a process; nowhere by default.

    Raises:
        RuntimeError: Temporal does not answer.
        ValueError: The port of the metrics is in use.
    """
    return await Client.connect(
        address, namespace=namespace, data_converter=data_converter(codec), interceptors=[Carrying()], lazy=lazy,
        runtime=_showing(metrics) if metrics else None,
    )  # fmt: skip


def _showing(listen: str) -> Runtime:
    """Names and units as Prometheus has them: ``temporal_…_seconds``, ``temporal_…_total``."""
    shown = PrometheusConfig(listen, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True)
    return Runtime(telemetry=TelemetryConfig(metrics=shown))


async def signal_with_start(
    client: Client, *, task_queue: str, workflow: str, workflow_id: str, signal: str, subject: str, summary: str,
    priority: int | None,
) -> None:  # fmt: skip
    """Start a workflow unless it runs, and signal it: harmless however often it is done.

    Raises:
        temporalio.service.RPCError: Temporal cannot be reached or refuses.
    """
    await client.start_workflow(
        workflow,
        common_pb2.Subject(id=subject),
        id=workflow_id,
        task_queue=task_queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=signal,
        static_summary=summary,
        static_details=names.ABOUT.get(workflow),
        priority=Priority(priority_key=priority),
        rpc_timeout=RPC_TIMEOUT,
    )


async def signal_running(client: Client, workflow_id: str, signal: str) -> None:
    """Signal a workflow if it runs.

    Raises:
        temporalio.service.RPCError: Temporal cannot be reached or refuses.
    """
    try:
        await client.get_workflow_handle(workflow_id).signal(signal, rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
