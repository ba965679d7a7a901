"""Starts the invoicing service: settings, channel to the SdI, room, server."""

from services.invoicing.room import NAME, build
from services.invoicing.sdi.pec import PecChannel
from services.invoicing.settings import InvoicingSettings
from services.kit.core import Core
from services.kit.process import run
from services.kit.serving import serve


async def main() -> None:
    """Runs the service until it is told to stop."""
    settings = InvoicingSettings()
    core = Core.of(NAME, settings)
    await serve(core, build(core, settings, PecChannel(settings.pec_account)))


if __name__ == "__main__":
    run(main)
