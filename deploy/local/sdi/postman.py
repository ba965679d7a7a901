"""Decides when an owed answer leaves for the sender's PEC mailbox: in order, when its hour has come by the clock."""

import asyncio
import logging

import aiosmtplib

from deploy.local.sdi.ledger import Ledger
from deploy.local.standin_clock import StandInClock

SENDER = "posta-certificata@pec.fatturapa.it"
RETRY_SECONDS = 1.0
LONGEST_SLEEP_SECONDS = 60.0
SMTP_TIMEOUT_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Postman:
    """Sends what is due, over one connection for as long as there is something to send."""

    def __init__(self, ledger: Ledger, clock: StandInClock, host: str, port: int) -> None:
        self._ledger = ledger
        self._clock = clock
        self._host, self._port = host, port
        self._woken = asyncio.Event()
        clock.on_move.append(self.wake)
        clock.backlog.append(lambda: len(ledger.due(clock.now())))

    def wake(self) -> None:
        """Something is owed, or the clock was moved."""
        self._woken.set()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            self._woken.clear()
            try:
                await self._send_due()
                pause = self._pause()
            except (aiosmtplib.SMTPException, OSError) as failure:
                # The mailbox is away: the answers wait, as a real provider's queue does.
                logger.warning("the PEC mailbox does not take an answer: %s", type(failure).__name__)
                pause = RETRY_SECONDS
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _send_due(self) -> None:
        due = self._ledger.due(self._clock.now())
        if not due:
            return
        client = aiosmtplib.SMTP(hostname=self._host, port=self._port, timeout=SMTP_TIMEOUT_SECONDS, start_tls=False)
        async with client:
            for answer in due:
                await client.sendmail(SENDER, answer.recipient, answer.content)
                self._ledger.sent(answer.answer_id, self._clock.now())
                logger.info("answer sent", extra={"ids": {"answer": answer.answer_id, "kind": answer.kind}})

    def _pause(self) -> float:
        next_due = self._ledger.next_due()
        if next_due is None:
            return LONGEST_SLEEP_SECONDS
        return min(max((next_due - self._clock.now()).total_seconds(), 0.0), LONGEST_SLEEP_SECONDS)
