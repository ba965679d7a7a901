"""Decides when the numbering is right: no gap, no repeat, year of the number = year of the date, sent in time."""

from services.invoicing.domain.transmissions import RESENDING_DAYS, SENDING_DAYS
from services.invoicing.store.auditing import Audit, audit
from services.kit.clock import Clock
from services.kit.database import Database


class Auditing:
    """The auditor."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Takes where invoices are kept."""
        self._database = database
        self._clock = clock

    async def audit(self, year: int) -> Audit:
        """Looks at the invoices of a year, or of all for 0, in one moment of the database."""
        async with self._database.autocommit.connect() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ")
            async with conn.begin():
                return await audit(conn, year, self._clock.now(), SENDING_DAYS, RESENDING_DAYS)
