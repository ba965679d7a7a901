"""Starts the gateway: settings, channels to the services, HTTP server, webhooks."""

import asyncio
import logging
import signal

from aiohttp import web

from casella.common.v1 import events_pb2_grpc
from casella.payments.v1 import payments_pb2_grpc
from casella.support.v1 import webhooks_pb2_grpc
from gateway.feeds import Feeds
from gateway.posting import Posting
from gateway.server import make_runner
from gateway.settings import GatewaySettings
from gateway.web import make_app
from services.kit.channels import channel_of
from services.kit.measuring import LoopLag
from services.kit.metrics import Metrics
from services.kit.process import run
from services.kit.tracing import tracing_of

logger = logging.getLogger(__name__)


async def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = GatewaySettings()
    metrics = Metrics("gateway")
    with metrics.shown(settings.metrics_listen):
        await _serve(settings, metrics)


async def _serve(settings: GatewaySettings, metrics: Metrics) -> None:
    tracing = tracing_of(settings, "gateway")
    addresses = {
        "trial": settings.trial_address,
        "mailboxes": settings.mailboxes_address,
        "ordering": settings.ordering_address,
        "payments": settings.payments_address,
        "invoicing": settings.invoicing_address,
        "support": settings.support_address,
    }
    channels = {room: channel_of(settings, address) for room, address in addresses.items()}
    payments = payments_pb2_grpc.PaymentsServiceStub(channels["payments"])
    runner = make_runner(
        make_app(payments, settings.provider_name, settings.webhook_body_seconds, metrics.request, tracing)
    )
    await runner.setup()
    host, _, port = settings.listen.rpartition(":")
    await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    logger.info("listening", extra={"ids": {"port": int(port)}})
    webhooks = webhooks_pb2_grpc.WebhooksServiceStub(channels["support"])
    rooms = {room: events_pb2_grpc.EventsServiceStub(channel) for room, channel in channels.items()}
    feeds = Feeds(webhooks, rooms, settings.webhook_poll_seconds)
    posting = Posting(
        webhooks,
        feeds,
        local=settings.local,
        poll_seconds=settings.webhook_poll_seconds,
        post_seconds=settings.webhook_post_seconds,
        count=metrics.webhook,
    )
    work = [asyncio.create_task(each) for each in (_stop_signal(), feeds.run(), posting.run())]
    if settings.metrics_listen:
        work.append(asyncio.create_task(LoopLag(metrics).run()))
    try:
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await runner.cleanup()
        for channel in channels.values():
            await channel.close()
        tracing.end()


async def _stop_signal() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


if __name__ == "__main__":
    run(main)
