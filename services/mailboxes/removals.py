"""Carries out what a deletion leaves to the mail system: open sessions end, messages go; noted until it is done.

A deletion notes its mailboxes in the table `removals`, in its own transaction. This loop hands them to the mail
platform and forgets them; a crash in between only repeats the removal, which is harmless.
"""

import asyncio
import logging
from uuid import UUID

from services.kit.bells import rung
from services.kit.context import background
from services.kit.database import Database
from services.mailboxes.mail_platform import MailPlatform
from services.mailboxes.store import purges as store

_BATCH = 100
_POLL_SECONDS = 30.0
"""How soon a removal is tried again that failed, or whose process died before it was carried out."""

_log = logging.getLogger(__name__)


class Removals:
    """The loop that empties the table `removals`; several processes may run it at once."""

    def __init__(self, database: Database, platform: MailPlatform) -> None:
        self._database = database
        self._platform = platform
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Says that a deletion was committed."""
        self._bell.set()

    async def run(self) -> None:
        """Carries out removals as they are noted, until cancelled."""
        while True:
            self._bell.clear()
            try:
                with background("removals"):
                    await self.carry_out()
            except Exception:  # noqa: BLE001  whatever failed stays noted; the loop must outlive it
                _log.exception("removals from the mail system failed and will be tried again")
            await rung(self._bell, _POLL_SECONDS)

    async def carry_out(self, account_id: UUID | None = None) -> None:
        """Removes every noted mailbox, of one account or of all.

        Raises:
            Exception: The mail platform or the database failed; what was not done stays noted.
        """
        last = UUID(int=0)
        while True:
            async with self._database.reading() as conn:
                batch = await store.next_removals(conn, account_id, last, _BATCH)
            if not batch:
                return
            await self._platform.remove(batch)
            async with self._database.single() as conn:
                await store.forget_removals(conn, batch)
            last = batch[-1]
