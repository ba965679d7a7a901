"""How a room opens its door: interceptors, health, events, locally reflection and the clock, and an orderly end.

The order of the layers is the order of the questions: which call is this, log it, translate its errors, is there
time, may this process, has it too many, which customer.
"""

import asyncio
import logging
import signal
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
from services.kit import event_feed, outbox, recovery_hold, requests
from services.kit.bells import Kind
from services.kit.clock import OffsetClock
from services.kit.clock_service import ClockServicer
from services.kit.core import Core
from services.kit.erasing import NOTHING_OF_ACCOUNTS, Erasable, Erasing
from services.kit.erasure_service import ErasureServicer
from services.kit.event_feed import EventFeed, EventsPolicy
from services.kit.events_service import EventsServicer
from services.kit.interceptors.access_log import AccessLog
from services.kit.interceptors.around import Layers
from services.kit.interceptors.callers import Callers, Customers, by_certificate, by_secret, callers_by_method
from services.kit.interceptors.correlation import Correlation
from services.kit.interceptors.crowds import Crowds
from services.kit.interceptors.deadlines import Deadlines
from services.kit.interceptors.recovery import Held, held_methods
from services.kit.interceptors.refusals import Refusals
from services.kit.interceptors.spans import Spans
from services.kit.logs import class_name
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder, Mailer, SmtpServer
from services.kit.measures_service import MeasuresServicer
from services.kit.measuring import LoopLag, Measuring
from services.kit.operator_files import read_section
from services.kit.reconciler import Job, Reconciler, WatchedRows, wake_all
from services.kit.recovery import ReadBack, Recoveries
from services.kit.recovery_hold import Hold
from services.kit.recovery_service import RecoveryServicer
from services.kit.relay import Relay
from services.kit.row_measures import Measure, of_rows
from services.kit.settings import Tls
from services.kit.temporal_client import connect
from services.kit.trail_service import TrailServicer

_LOG = logging.getLogger(__name__)
LARGEST_REQUEST = 256 * 1024
"""Bytes: a ticket's text of 10,000 characters with all their accents is the largest thing that a customer sends."""
LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes: a bank statement or a PDF with its XML; more is refused before it is read."""
_MOST_CALLS = 200
"""Calls at once on one connection, the rest wait: without it one client could pile up work without end."""
_MOST_CONNECTIONS = 2_000
"""At once; one more is closed, and those that are open go on: what each holds must not take the memory of all."""
_HANDSHAKE_SECONDS = 10.0
"""How long a connection may take to say what it is; the library's own bound is two minutes."""
_PING_SECONDS, _PONG_SECONDS = 60.0, 20.0
"""How often the other side is asked whether it still reads, and how long it may take to say so: then its calls end."""
_CONNECTION_SECONDS = 3600.0
"""How long a connection lives, a tenth more or less: a call that is never sent to its end has no other one. Its streams
end too, a minute later, and their readers begin again where they were."""
_LEAVE_SECONDS = 60.0
_DRAIN_SECONDS = 5.0
_DATABASE_PAUSE = 0.5

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
        self.health = health.aio.HealthServicer()
        self.grpc = grpc.aio.server(
            interceptors=[
                Layers(
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
                ("grpc.max_receive_message_length", room.largest_request),
                ("grpc.max_send_message_length", LARGEST_MESSAGE),
                ("grpc.max_concurrent_streams", _MOST_CALLS),
                ("grpc.max_allowed_incoming_connections", _MOST_CONNECTIONS),
                ("grpc.server_handshake_timeout_ms", int(_HANDSHAKE_SECONDS * 1000)),
                ("grpc.keepalive_time_ms", int(_PING_SECONDS * 1000)),
                ("grpc.keepalive_timeout_ms", int(_PONG_SECONDS * 1000)),
                ("grpc.http2.ping_timeout_ms", int(_PONG_SECONDS * 1000)),  # of pings that measure the way
                ("grpc.max_connection_age_ms", int(_CONNECTION_SECONDS * 1000)),
                ("grpc.max_connection_age_grace_ms", int(_LEAVE_SECONDS * 1000)),
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


async def serve(core: Core, room: Room) -> None:
    """Run a room until SIGTERM or SIGINT: its server, relay, feed, reconciler and background work.

    Raises:
        BadFile: The policy's section on events cannot be used.
    """
    policy = read_section(core.settings.policy_file, ("events",), EventsPolicy)
    with core.metrics.shown(core.settings.metrics_listen):
        await _serve(core, room, policy)


async def _serve(core: Core, room: Room, policy: EventsPolicy) -> None:
    stop = _stop_signal()
    server = Server(core, room)
    temporal = await connect(core.settings.temporal_address, core.settings.temporal_namespace, lazy=True)
    relay = Relay(
        core.database, core.clock, temporal, room.task_queue, mail_builder(core, room), _mailer(core),
        poll_seconds=core.settings.relay_poll_seconds,
    )  # fmt: skip
    jobs = (
        Job("forget old requests", lambda now: requests.prune(core.database, now)),
        Job("forget old events", lambda now: event_feed.prune(core.database, policy, now)),
        *room.jobs,
    )
    reconciler = Reconciler(core.database, core.clock, temporal, room.watched, jobs)
    measuring = measuring_of(core, room)
    core.metrics.gauge(
        "casella_database_pool_connections", "Connections of the pool, in use and in all.", ("state",),
        core.database.pool_use,
    )  # fmt: skip
    core.metrics.counter(
        "casella_reconciled_rows", "Rows that nobody had moved on, since the start.", ("found",),
        reconciler.counts.found,
    )  # fmt: skip
    lag = LoopLag(core.metrics)
    watching = (measuring.run, lag.run) if core.settings.metrics_listen else ()
    port = await server.start(core.settings.listen)
    _LOG.info("listening", extra={"ids": {"room": core.room, "port": port}})
    work = [asyncio.create_task(stop.wait()), asyncio.create_task(_open(core, server))]
    loops = (relay.run, server.feed.run, reconciler.run, *watching, *room.background)
    work += [asyncio.create_task(run()) for run in loops]
    try:
        await _until_stopped(stop, work)
    finally:
        await server.stop()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await core.database.close()
        core.tracing.end()


def measures_of(room: Room) -> Sequence[Measure]:
    """What is measured of the room's rows: what every room has, and its own."""
    return (outbox.MEASURE, recovery_hold.MEASURE, *room.measures)


def measuring_of(core: Core, room: Room) -> Measuring:
    """What measures the room's rows."""
    return of_rows(core.metrics, core.database, core.clock, measures_of(room))


def mail_builder(core: Core, room: Room) -> MailBuilder:
    """What makes the room's mails."""
    s = core.settings
    templates = MailTemplates(room.templates, s.provider_name, s.public_url, s.company)
    return MailBuilder(templates, s.mail_from, core.room)


async def _until_stopped(stop: asyncio.Event, work: list[asyncio.Task[Any]]) -> None:
    """Wait for the signal; a background task that ends by an error ends the process, and the launcher restarts it."""
    pending = set(work)
    while not stop.is_set():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _open(core: Core, server: Server) -> None:
    """Serve by health from the moment at which the database answers."""
    while True:
        try:
            await core.database.ping()
        except Exception as error:  # noqa: BLE001  whatever it is, the database is not there yet
            _LOG.warning("waiting for the database", extra={"ids": {"error": class_name(error)}})
            await asyncio.sleep(_DATABASE_PAUSE)
        else:
            await server.serving()
            return


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


def _mailer(core: Core) -> Mailer:
    s = core.settings
    return Mailer(SmtpServer(s.smtp_host, s.smtp_port, s.smtp_tls, s.smtp_username, s.smtp_password))


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
