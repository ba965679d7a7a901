"""Starts the mail sink: SMTP in, IMAP out, a web page, one folder of files behind all three."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from deploy.local.mailsink.imap.server import ImapServer
from deploy.local.mailsink.pages import MailPages
from deploy.local.mailsink.smtp import smtp_session
from deploy.local.mailsink.store import MailStore
from deploy.local.page import start
from deploy.local.standin import Refused, StandInSettings, host_and_port, run
from deploy.local.standin_clock import StandInClock


class MailSinkSettings(StandInSettings):
    """Where the mail sink listens and keeps its files, environment prefix `CASELLA_`."""

    mailsink_smtp_listen: str = "127.0.0.1:2525"
    mailsink_imap_listen: str = "127.0.0.1:2143"
    mailsink_page_listen: str = "127.0.0.1:8581"
    mailsink_clock_listen: str = "127.0.0.1:25111"
    mailsink_folder: Path = Path("var/mail")
    mailsink_password_file: Path = Path("var/secrets/mailsink_password")


async def serve(settings: MailSinkSettings, clock: StandInClock, stack: AsyncExitStack) -> str:
    """Open the three doors."""
    if not settings.mailsink_password_file.exists():
        raise Refused("CASELLA_MAILSINK_PASSWORD_FILE names no file: write the IMAP password into one")
    store = MailStore(settings.mailsink_folder)
    imap = ImapServer(store, settings.mailsink_password_file.read_text().strip())
    await imap.start(*host_and_port(settings.mailsink_imap_listen))
    stack.push_async_callback(imap.stop)
    page = await start(MailPages(store).application(), *host_and_port(settings.mailsink_page_listen))
    stack.push_async_callback(page.cleanup)
    host, port = host_and_port(settings.mailsink_smtp_listen)
    smtp = await asyncio.get_running_loop().create_server(lambda: smtp_session(store, clock), host, port)
    stack.callback(smtp.close)
    return settings.mailsink_clock_listen


if __name__ == "__main__":
    run("mailsink", MailSinkSettings, serve)
