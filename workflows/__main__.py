"""Starts the worker: settings, Temporal, the services' channels, schedules, and work until SIGTERM."""

import asyncio
import logging
import signal

from services.kit import temporal_client
from services.kit.metrics import Metrics
from services.kit.process import run
from services.kit.settings import ProcessSettings
from workflows.worker import Stubs, ensure_schedules, keep_schedules, make_worker

_log = logging.getLogger(__name__)


async def main() -> None:
    """Work until SIGTERM or SIGINT, then let running activities end."""
    settings = ProcessSettings()
    metrics = Metrics("worker")
    with metrics.shown(settings.metrics_listen):
        await _work(settings)


async def _work(settings: ProcessSettings) -> None:
    client = await temporal_client.connect(settings.temporal_address, settings.temporal_namespace)
    await ensure_schedules(client)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with make_worker(client, Stubs.connect(settings)):
        _log.info("worker started")
        keeping = asyncio.create_task(keep_schedules(client))
        await stopping.wait()
        keeping.cancel()
    _log.info("worker stopped")


if __name__ == "__main__":
    run(main)
