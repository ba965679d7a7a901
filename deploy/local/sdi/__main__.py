"""Starts the SdI stand-in: SMTP in, answers out to the PEC mailbox at the mail sink, a control page."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from deploy.local.page import start
from deploy.local.sdi.exchange import Exchange
from deploy.local.sdi.ledger import Ledger
from deploy.local.sdi.pages import SdiPages
from deploy.local.sdi.pec import PecProvider
from deploy.local.sdi.postman import Postman
from deploy.local.sdi.schema import Schema, find_schema
from deploy.local.sdi.smtp import smtp_session
from deploy.local.standin import StandInSettings, host_and_port, run
from deploy.local.standin_clock import StandInClock


class SdiSettings(StandInSettings):
    """Where the SdI stand-in listens, keeps its memory and sends its answers, environment prefix `CASELLA_`."""

    sdi_smtp_listen: str = "127.0.0.1:2526"
    sdi_page_listen: str = "127.0.0.1:8583"
    sdi_clock_listen: str = "127.0.0.1:25113"
    sdi_folder: Path = Path("var/sdi")
    sdi_mail_smtp: str = "127.0.0.1:2525"
    fatturapa_xsd: Path | None = None


async def serve(settings: SdiSettings, clock: StandInClock, stack: AsyncExitStack) -> str:
    """Open the doors and send the postman on his way."""
    schema = Schema(find_schema(settings.fatturapa_xsd))
    settings.sdi_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger(settings.sdi_folder / "sdi.sqlite")
    stack.callback(ledger.close)
    postman = Postman(ledger, clock, *host_and_port(settings.sdi_mail_smtp))
    stack.push_async_callback(_end, asyncio.ensure_future(postman.run()))
    exchange = Exchange(ledger, PecProvider(settings.sdi_folder / "pec_signing_key.pem"), schema, clock)
    page = await start(SdiPages(ledger).application(), *host_and_port(settings.sdi_page_listen))
    stack.push_async_callback(page.cleanup)
    host, port = host_and_port(settings.sdi_smtp_listen)
    door = await asyncio.get_running_loop().create_server(lambda: smtp_session(exchange, postman), host, port)
    stack.callback(door.close)
    return settings.sdi_clock_listen


async def _end(task: asyncio.Future[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    run("sdi", SdiSettings, serve)
