"""Starts the payments service: settings, provider, room, server."""

from services.kit.core import Core
from services.kit.process import run
from services.kit.serving import serve
from services.payments.provider.stripe_gateway import StripeGateway
from services.payments.room import NAME, build
from services.payments.settings import PaymentsSettings


async def main() -> None:
    """Run the service until it is told to stop."""
    settings = PaymentsSettings()
    core = Core.of(NAME, settings)
    provider = StripeGateway(
        settings.stripe_key,
        settings.stripe_webhook_secret,
        settings.stripe_url or None,
        settings.stripe_timeout_seconds,
    )
    try:
        await serve(core, build(core, settings, provider))
    finally:
        await provider.close()


if __name__ == "__main__":
    run(main)
