"""Starts the worker: settings, Temporal, the services' channels, schedules, and work until SIGTERM."""

import asyncio
import logging
import signal

from services.kit import temporal_client
from services.kit.measuring import LoopLag
from services.kit.metrics import Metrics
from services.kit.process import run
from services.kit.tracing import tracing_of
from workflows.settings import WorkerSettings
from workflows.watching import EVERY_SECONDS, measuring_of
from workflows.worker import Stubs, ensure_schedules, keep_schedules, make_worker

_log = logging.getLogger(__name__)


async def main() -> None:
    """Work until SIGTERM or SIGINT, then let running activities end."""
    settings = WorkerSettings()
    metrics = Metrics("worker")
    with metrics.shown(settings.metrics_listen):
        await _work(settings, metrics)


async def _work(settings: WorkerSettings, metrics: Metrics) -> None:
    tracing = tracing_of(settings, "worker")
    client = await temporal_client.connect(
        settings.temporal_address, settings.temporal_namespace, metrics=settings.temporal_metrics_listen
    )
    await ensure_schedules(client)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with make_worker(client, Stubs.connect(settings), tracing=tracing):
        _log.info("worker started")
        beside = [asyncio.create_task(keep_schedules(client))]
        if settings.metrics_listen:
            beside.append(asyncio.create_task(measuring_of(metrics, client).run(EVERY_SECONDS)))
            beside.append(asyncio.create_task(LoopLag(metrics).run()))
        await stopping.wait()
        for task in beside:
            task.cancel()
    tracing.end()
    _log.info("worker stopped")


if __name__ == "__main__":
    run(main)
