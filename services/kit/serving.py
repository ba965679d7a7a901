"""How a room runs: its server, relay, feed, reconciler and background work, until it is told to stop."""

import asyncio
import logging
import signal
from typing import Any

from services.kit import event_feed, requests
from services.kit.core import Core
from services.kit.event_feed import EventsPolicy
from services.kit.logs import class_name
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder, Mailer, SmtpServer
from services.kit.measuring import LoopLag, Measuring
from services.kit.operator_files import read_section
from services.kit.reconciler import Job, Reconciler
from services.kit.relay import Relay
from services.kit.row_measures import of_rows
from services.kit.server import Room, Server, measures_of
from services.kit.temporal_client import connect

_LOG = logging.getLogger(__name__)
_DATABASE_PAUSE = 0.5


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


def _mailer(core: Core) -> Mailer:
    s = core.settings
    return Mailer(SmtpServer(s.smtp_host, s.smtp_port, s.smtp_tls, s.smtp_username, s.smtp_password))


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
