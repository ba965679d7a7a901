"""Decides what all stand-ins share: they refuse to run beside anything real, follow the clock and end cleanly.

A stand-in plays an outside party (the SdI, Stripe, the DNS, a customer's inbox) by its real protocol. The services
cannot tell the difference, so it must never stand where the real one is meant: production mode and live keys are
refused before anything listens.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from pydantic_settings import BaseSettings, SettingsConfigDict

from casella.common.v1 import clock_pb2_grpc
from deploy.local.standin_clock import ClockServicer, StandInClock
from services.kit import logs
from services.kit.clock import read_offset

LIVE_KEYS = ("sk_live_", "rk_live_", "pk_live_")
MISUSED = 2
DRAIN_SECONDS = 2

logger = logging.getLogger(__name__)


class Refused(Exception):
    """This stand-in must not start here; the text says why and what to do."""


class StandInSettings(BaseSettings):
    """What every stand-in reads from the environment, prefix `CASELLA_`."""

    model_config = SettingsConfigDict(env_prefix="CASELLA_", extra="ignore")

    mode: str = "local"
    clock_file: Path | None = None
    caller_secrets_file: Path | None = None
    log_level: str = "INFO"

    @property
    def operator_secret(self) -> str | None:
        """The secret by which the operator's command moves the clock; None where no file was given."""
        if self.caller_secrets_file is None:
            return None
        return str(json.loads(self.caller_secrets_file.read_text())["operator"])


S = TypeVar("S", bound=StandInSettings)
Serve = Callable[[S, StandInClock, AsyncExitStack], Awaitable[str]]


def run(name: str, settings_type: type[S], serve: Serve[S]) -> None:
    """Run a stand-in until SIGTERM or SIGINT; exit code 2 where it must not run.

    Args:
        name: Its name in logs and messages, for example `mailsink`.
        settings_type: Its settings.
        serve: Starts everything, registers its ends on the stack and answers where its clock service listens.
    """
    logs.set_up(f"{name} (simulator)", os.environ.get("CASELLA_LOG_LEVEL", "INFO"))
    try:
        settings = settings_type()
        refuse_beside_live(name, settings.mode, os.environ)
        asyncio.run(_main(name, settings, serve))
    except (Refused, OSError) as problem:
        sys.stderr.write(f"{name}: {problem}\n")
        sys.exit(MISUSED)


def refuse_beside_live(name: str, mode: str, environment: Mapping[str, str]) -> None:
    """Refuse production and live keys, whether in a variable or in a file that a variable names.

    Raises:
        Refused: with the variable's name, never with its value.
    """
    if mode != "local":
        raise Refused(f"CASELLA_MODE is {mode}: the {name} stand-in is a simulator and runs in local mode only")
    for variable, value in environment.items():
        if any(live in content for content in _contents(variable, value) for live in LIVE_KEYS):
            raise Refused(f"{variable} holds a live key: the {name} stand-in is a simulator, start it without that key")


def _contents(variable: str, value: str) -> Iterable[str]:
    yield value
    if variable.startswith("CASELLA_") and variable.endswith("_FILE"):
        try:
            yield Path(value).read_text(errors="replace")[:10_000]
        except OSError:
            return


def host_and_port(listen: str) -> tuple[str, int]:
    """Split `127.0.0.1:2525`.

    Raises:
        Refused: it is not of this form.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise Refused(f"{listen} is not an address of the form 127.0.0.1:2525")
    return host.strip("[]"), int(port)


async def _main(name: str, settings: S, serve: Serve[S]) -> None:
    clock = StandInClock(read_offset(settings.clock_file) if settings.clock_file else timedelta())
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        clock_listen = await serve(settings, clock, stack)
        # The clock's door opens last: whoever finds it healthy finds everything listening.
        server = await _serve_clock(clock, clock_listen, settings.operator_secret)
        stack.push_async_callback(server.stop, DRAIN_SECONDS)
        logger.info("%s stand-in is ready: a simulator, never to be used beside real customers", name)
        await stop.wait()
        logger.info("%s stand-in stops", name)


async def _serve_clock(clock: StandInClock, listen: str, operator_secret: str | None) -> grpc.aio.Server:
    server = grpc.aio.server()
    clock_pb2_grpc.add_ClockServiceServicer_to_server(ClockServicer(clock, operator_secret), server)
    state = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(state, server)
    try:
        server.add_insecure_port(listen)
    except RuntimeError:
        raise Refused(f"{listen} is in use: give the clock service another port") from None
    await state.set("", health_pb2.HealthCheckResponse.SERVING)
    await server.start()
    return server
