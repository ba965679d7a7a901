"""Decides a sign-up that waits only because no name server had answered: asked again, and then judged as at first.

Without it an hour without DNS would leave every visitor of that hour to an operator. Whatever else a check has found
waits for a person, answer or not.
"""

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.kit import outbox
from services.kit.clock import Clock
from services.kit.context import background
from services.kit.database import Database
from services.kit.logs import class_name
from services.kit.wakes import sign_up_wake
from services.trial.domain.addresses import EmailAddress
from services.trial.domain.checks import Verdict, certain_findings, judge
from services.trial.resolver import MailRouteResolver
from services.trial.service.reviews import Reviews
from services.trial.store import sign_ups

_LOG = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 60.0
_MOST: Final = 500
"""Sign-ups in one look, the oldest first; without a bound strangers with broken domains could hold it up for ever."""
_AT_ONCE: Final = 20
"""Domains asked at once; each may take all of the resolver's patience."""


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """The loop that asks again; several processes may run it at once."""

    database: Database
    clock: Clock
    resolver: MailRouteResolver
    reviews: Reviews

    async def run(self) -> None:
        """Look every minute of real time, until cancelled."""
        while True:
            try:
                with background("second_looks"):
                    await self.look()
            except Exception as error:  # noqa: BLE001  the next minute looks again
                _LOG.warning("second look at sign-ups stopped early", extra={"ids": {"error": class_name(error)}})
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> None:
        """Ask once about every domain on which nothing but the name servers' silence holds sign-ups."""
        async with self.database.reading() as conn:
            waiting = await sign_ups.list_unrouted(conn, self.clock.now(), _MOST)
        held: defaultdict[str, list[UUID]] = defaultdict(list)
        for sign_up in waiting:
            held[EmailAddress.parse(sign_up.applicant.email).domain].append(sign_up.status.id)
        domains = list(held)
        for first in range(0, len(domains), _AT_ONCE):
            await asyncio.gather(*(self._ask(each, held[each]) for each in domains[first : first + _AT_ONCE]))

    async def _ask(self, domain: str, sign_up_ids: list[UUID]) -> None:
        verdict = judge(certain_findings(await self.resolver.route_of(domain), disposable=False)).verdict
        if verdict is Verdict.REVIEW:
            return
        for sign_up_id in sign_up_ids:
            await self._end(sign_up_id, allow=verdict is Verdict.ALLOW)

    async def _end(self, sign_up_id: UUID, *, allow: bool) -> None:
        """End the review, unless an operator has done so meanwhile, and have its workflow look."""
        now = self.clock.now()
        async with self.database.transaction() as conn:
            if await self.reviews.end(conn, sign_up_id, now, allow=allow) is None:
                return
            await outbox.wake(conn, sign_up_wake(sign_up_id), now)
        _LOG.info("second look decided a sign-up", extra={"ids": {"sign_up": str(sign_up_id), "allowed": allow}})
