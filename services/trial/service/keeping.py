"""Decides how long what is kept: the daily jobs of this room (docs/rules.md, "What is kept, and how long")."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit.database import Database
from services.kit.reconciler import Job
from services.trial.policy import TrialPolicy
from services.trial.store import keeping


@dataclass(frozen=True, slots=True)
class Keeping:
    """Deletes what may not be kept any longer."""

    database: Database
    policy: TrialPolicy

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The daily jobs."""
        return (
            Job("forget unconfirmed sign-ups", self.forget_unconfirmed),
            Job("forget traces of visitors", self.forget_traces),
            Job("forget ended sessions", self.forget_logins),
        )

    async def forget_unconfirmed(self, now: datetime) -> int:
        """Sign-ups that nobody confirmed within 72 hours."""
        async with self.database.transaction() as conn:
            return await keeping.forget_unconfirmed(conn, now)

    async def forget_traces(self, now: datetime) -> int:
        """Hashed traces after 180 days."""
        async with self.database.transaction() as conn:
            return await keeping.forget_traces(conn, now - timedelta(days=self.policy.abuse_hash_days))

    async def forget_logins(self, now: datetime) -> int:
        """Sessions and counts of attempts that have run out, and networks from which nobody logged in for 90 days."""
        networks_before = now - timedelta(days=self.policy.logins.known_network_days)
        async with self.database.transaction() as conn:
            return await keeping.forget_logins(conn, now, networks_before)
