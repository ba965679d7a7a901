"""Takes the spans of all processes, as an OpenTelemetry collector does over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.local.ports import free_port
from deploy.local.programs import PROGRAMS

Spans = set[tuple[str, str]]
"""The process and the name of each span of a trace."""


@dataclass
class Collector:
    """What was sent.

    Attributes:
        address: Where it listens, until its block ends.
        traces: The spans of each trace.
        said: Every export as it came, decompressed: names, attributes, events.
    """

    address: str
    traces: dict[bytes, Spans] = field(default_factory=dict)
    said: list[bytes] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, dict[str, str]]:
        """What lets all programs of a local Casella send their spans here."""
        return {program.name: {"CASELLA_OTLP_ENDPOINT": self.address} for program in PROGRAMS}

    async def take(self, request: web.Request) -> web.Response:
        """Keep the spans of one export."""
        content = await request.read()
        self.said.append(content)
        for process in ExportTraceServiceRequest.FromString(content).resource_spans:
            [name] = [each.value.string_value for each in process.resource.attributes if each.key == "service.name"]
            for scope in process.scope_spans:
                for span in scope.spans:
                    self.traces.setdefault(span.trace_id, set()).add((name, span.name))
        return web.Response()


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector that listens on loopback."""
    port = free_port()
    collector = Collector(f"http://127.0.0.1:{port}")
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield collector
    await runner.cleanup()
