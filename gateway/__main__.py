"""Starts the gateway: settings, channel to payments, HTTP server."""

import asyncio
import logging
import signal

from aiohttp import web

from casella.payments.v1 import payments_pb2_grpc
from gateway.server import make_runner
from gateway.settings import GatewaySettings
from gateway.web import make_app
from services.kit.channels import channel_of
from services.kit.process import run

logger = logging.getLogger(__name__)


async def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = GatewaySettings()
    channel = channel_of(settings, settings.payments_address)
    app = make_app(
        payments_pb2_grpc.PaymentsServiceStub(channel), settings.provider_name, settings.webhook_body_seconds
    )
    runner = make_runner(app)
    await runner.setup()
    host, _, port = settings.listen.rpartition(":")
    await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    logger.info("listening", extra={"ids": {"port": int(port)}})
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        await runner.cleanup()
        await channel.close()


if __name__ == "__main__":
    run(main)
