"""How a room opens its door: interceptors, health, events, locally reflection and the clock, and an orderly end.

The order of the layers is the order of the questions: which call is this, log it, translate its errors, is there
time, may this process, has it too many, which customer.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from casella.common.v1 import (
    clock_pb2_grpc,
    erasure_pb2_grpc,
    events_pb2_grpc,
    measures_pb2_grpc,
    recovery_pb2_grpc,
    trail_pb2_grpc,
)
from services.kit import limits, outbox, recovery_hold
from services.kit.bells import Kind
from services.kit.clock import OffsetClock
from services.kit.clock_service import ClockServicer
from services.kit.core import Core
from services.kit.erasing import NOTHING_OF_ACCOUNTS, Erasable, Erasing
from services.kit.erasure_service import ErasureServicer
from services.kit.event_feed import EventFeed
from services.kit.events_service import EventsServicer
from services.kit.health import HealthServicer
from services.kit.interceptors.access_log import AccessLog
from services.kit.interceptors.around import Layers
from services.kit.interceptors.callers import Callers, Customers, by_certificate, by_secret, callers_by_method
from services.kit.interceptors.correlation import Correlation
from services.kit.interceptors.crowds import Crowds
from services.kit.interceptors.deadlines import Deadlines
from services.kit.interceptors.recovery import Held, held_methods
from services.kit.interceptors.refusals import Refusals
from services.kit.interceptors.spans import Spans
from services.kit.interceptors.strangers import Strangers
from services.kit.limits import LARGEST_REQUEST
from services.kit.measures_service import MeasuresServicer
from services.kit.reconciler import Job, WatchedRows, wake_all
from services.kit.recovery import ReadBack, Recoveries
from services.kit.recovery_hold import Hold
from services.kit.recovery_service import RecoveryServicer
from services.kit.row_measures import Measure
from services.kit.settings import Tls
from services.kit.trail_service import TrailServicer

_DRAIN_SECONDS = 5.0

Register = Callable[[Any, Any], None]
"""A generated ``add_…Servicer_to_server``."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a room brings beside the common parts."""

    services: Sequence[tuple[Register, object]]
    """``(trial_pb2_grpc.add_TrialServiceServicer_to_server, servicer)``."""
    templates: Path
    """Its folder of mail templates; need not exist where it sends none."""
    task_queue: str
    """``workflows.names`` says which."""
    erasable: Erasable = NOTHING_OF_ACCOUNTS
    """What it has of an account, and how that is erased."""
    watched: Sequence[WatchedRows] = ()
    jobs: Sequence[Job] = ()
    measures: Sequence[Measure] = ()
    """What is measured of its rows, where its metrics are read."""
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    """What else runs as long as the process, such as a room's own loop."""
    read_back: ReadBack | None = None
    """After a restore: reads what had left the room, beside emails, and applies it."""
    largest_request: int = LARGEST_REQUEST
    """Bytes; more is refused before it is read, because reading it would hold up every other call."""


class _Names:
    """Stands in for a server to learn which services a generated ``add_…`` function would add."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """Nothing to learn here."""

    def add_registered_method_handlers(self, service: str, handlers: object) -> None:
        """Note the service's full name."""
        self.found.append(service)


class Server:
    """A room's gRPC server, not yet started."""

    def __init__(self, core: Core, room: Room) -> None:
        """Add all services behind all interceptors.

        Raises:
            CallersUnclear: An RPC names no caller, or the secrets file names a stranger.
        """
        self.feed = EventFeed(core.database, core.settings.relay_poll_seconds)
        events = (events_pb2_grpc.add_EventsServiceServicer_to_server, EventsServicer(core.room, self.feed))
        trail = (trail_pb2_grpc.add_TrailServiceServicer_to_server, TrailServicer(core.database))
        erasing = ErasureServicer(core.room, Erasing(core.database, core.clock, room.erasable))
        erasure = (erasure_pb2_grpc.add_ErasureServiceServicer_to_server, erasing)
        recovering = RecoveryServicer(
            core.room,
            Recoveries(core.database, core.clock, core.room, room.read_back),
            lambda: wake_all(core.database, core.clock, room.watched),
        )
        recovery = (recovery_pb2_grpc.add_RecoveryServiceServicer_to_server, recovering)
        measuring = MeasuresServicer(core.database, core.clock, measures_of(room))
        measures = (measures_pb2_grpc.add_MeasuresServiceServicer_to_server, measuring)
        services: list[tuple[Register, object]] = [
            *room.services, events, trail, erasure, recovery, measures, *_clock_service(core),
        ]  # fmt: skip
        names = _Names()
        for register, servicer in services:
            register(servicer, names)
        allowed = callers_by_method(names.found)
        self.services = names.found
        self._tls = core.settings.tls
        self.health = HealthServicer()
        self.grpc = grpc.aio.server(
            interceptors=[
                Layers(
                    Strangers(room.largest_request),
                    Correlation(),
                    *([Spans(core.tracing)] if core.tracing.on else []),
                    AccessLog(core.metrics),
                    Refusals(),
                    Deadlines(),
                    Callers(by_certificate if self._tls else by_secret(core.settings.caller_secrets), allowed),
                    Crowds(),
                    Customers(core.verifier, allowed),
                    Held(Hold(core.database), held_methods(names.found)),
                )
            ],
            options=(
                *limits.of_connections(room.largest_request),
                ("grpc.so_reuseport", 0),  # with it a second process would silently take half of the calls
            ),
        )
        for register, servicer in services:
            register(servicer, self.grpc)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.grpc)
        if core.settings.local:  # in production strangers on the network need not learn what may be called
            names_shown = (*self.services, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names_shown, self.grpc)

    async def start(self, listen: str) -> int:
        """Open the door, not yet serving by its health.

        Args:
            listen: ``host:port``; port 0 lets the system choose.

        Returns:
            The port.

        Raises:
            RuntimeError: The port is in use.
        """
        await self._say(health_pb2.HealthCheckResponse.NOT_SERVING)
        port = (
            self.grpc.add_secure_port(listen, _credentials(self._tls))
            if self._tls
            else self.grpc.add_insecure_port(listen)
        )
        await self.grpc.start()
        return port

    async def serving(self) -> None:
        """Tell the health service that all is well."""
        await self._say(health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Take no new call, end the streams, let the other running calls end for a few seconds."""
        await self.health.enter_graceful_shutdown()
        self.feed.close()
        await self.grpc.stop(_DRAIN_SECONDS)

    async def _say(self, status: int) -> None:
        for name in ("", *self.services):
            await self.health.set(name, status)


def measures_of(room: Room) -> Sequence[Measure]:
    """What is measured of the room's rows: what every room has, and its own."""
    return (outbox.MEASURE, recovery_hold.MEASURE, *room.measures)


def _clock_service(core: Core) -> list[tuple[Register, object]]:
    """The movable clock, where the clock is one: never in production."""
    clock = core.clock
    if not core.settings.local or not isinstance(clock, OffsetClock):
        return []

    wakes = core.database.bells[Kind.WAKE]

    async def backlog() -> outbox.Backlog:
        async with core.database.reading() as conn:
            return await outbox.backlog(conn)

    return [(clock_pb2_grpc.add_ClockServiceServicer_to_server, ClockServicer(clock, backlog, wakes))]


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    """Our certificate, and the demand that every client shows one of our authority."""
    pair = (tls.key.read_bytes(), tls.certificate.read_bytes())
    return grpc.ssl_server_credentials([pair], tls.authority.read_bytes(), require_client_auth=True)
