"""An SMTP server in process: it keeps what it accepts, and refuses whom the test names."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.kit.mailer import SmtpServer


class Sink:
    """A handler and its server.

    Attributes:
        messages: What was accepted, in order.
        connections: How many clients said hello.
        refused: Recipient → the answer that refuses it.
        server: Where it listens.
        meanwhile: What happens once while the next mail was received and is not answered yet.
    """

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.connections = 0
        self.refused: dict[str, str] = {}
        self.server = SmtpServer("127.0.0.1", 0)
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), "127.0.0.1", 0)
        self.server = SmtpServer("127.0.0.1", self._listening.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._listening.close()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(envelope.content)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return "250 OK"
