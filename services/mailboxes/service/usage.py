"""Reads what an account used on each day; the rule of counting is in `domain.usage`."""

from datetime import date
from uuid import UUID

from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.mailboxes.domain.usage import DayUsage, usage_per_day
from services.mailboxes.store import domains, mailboxes


class Usage:
    """The usage of all accounts, also of mailboxes and domains that are gone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def per_day(self, account_id: UUID, first: date, last: date) -> list[DayUsage]:
        """Computes every day from `first` to `last` (Europe/Rome), both included."""
        async with self._database.reading() as conn:
            mailbox_spans = await mailboxes.spans(conn, account_id, first, last)
            domain_spans = await domains.spans(conn, account_id, first, last)
        return usage_per_day(mailbox_spans, domain_spans, first, last, rome_date(self._clock.now()))
