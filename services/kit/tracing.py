"""Follows one cause through all processes, where an address for traces is set; elsewhere nothing is made or carried.

What travels is W3C's ``traceparent``: in gRPC metadata, in the outbox row of a wake, in the headers of what Temporal
starts, signals and runs. A span names a method, an address's pattern or an activity, and holds no payload.
The SDK is imported only where spans are sent.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from services.kit.settings import ProcessSettings

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

TRACEPARENT = "traceparent"
"""Its name in gRPC metadata, in a wake's payload and in Temporal's headers."""

_SEND_SECONDS = 3.0
"""A collector that is away must not hold up the end of a process, which its launcher waits for."""

_CURRENT: ContextVar[str] = ContextVar("casella_traceparent", default="")


def traceparent() -> str:
    """The span in hand as W3C writes it, or an empty text where none is."""
    return _CURRENT.get()


@contextmanager
def continued(parent: str) -> Iterator[None]:
    """Carry on what another process began, without a span of its own."""
    token = _CURRENT.set(parent)
    try:
        yield
    finally:
        _CURRENT.reset(token)


class Tracing:
    """One process's spans."""

    def __init__(self, tracer: "Tracer | None" = None, end: Callable[[], None] = lambda: None) -> None:
        """Take what makes spans; without it there are none. ``end`` sends what is left."""
        self._tracer = tracer
        self.end = end

    @property
    def on(self) -> bool:
        """Whether spans are made."""
        return self._tracer is not None

    @contextmanager
    def span(self, name: str, parent: str = "") -> Iterator[None]:
        """Make a span of what is done inside, as a part of what ``parent`` names or else of the span in hand.

        Args:
            name: ``/casella.trial.v1.TrialService/GetTrial``, ``POST /webhooks/stripe``, ``activity UnlockAccount``.
            parent: A ``traceparent``; a malformed one begins a new trace.
        """
        if self._tracer is None:
            yield
            return
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415  the cost

        carried: dict[str, str] = {}
        context = TraceContextTextMapPropagator().extract({TRACEPARENT: parent or traceparent()})
        with self._tracer.start_as_current_span(name, context=context, record_exception=False):
            TraceContextTextMapPropagator().inject(carried)
            with continued(carried[TRACEPARENT]):
                yield


def tracing_of(settings: ProcessSettings, process: str) -> Tracing:
    """What a process traces with: spans go to the collector at ``CASELLA_OTLP_ENDPOINT``, by OTLP over HTTP.

    Args:
        settings: Of the process.
        process: ``trial``, ``worker``, …; the service is called ``casella-trial``.
    """
    if not settings.otlp_endpoint:
        return Tracing()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  the cost
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource({"service.name": f"casella-{process}"}))
    address = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=_SEND_SECONDS)))
    return Tracing(provider.get_tracer("casella"), provider.shutdown)
