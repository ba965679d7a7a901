"""Reads the rows that are not final, as the rooms themselves watch them, and those that have no next date."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from deploy.local import provision
from deploy.local.site import Site
from services.invoicing.store import transmissions
from services.kit.database import Database
from services.kit.reconciler import WatchedRows
from services.ordering.accounts.store import unfinished_closures
from services.ordering.orders.store import unfinished_orders
from services.ordering.resellers.store import unfinished_resellers
from services.ordering.subscriptions.period_store import unfinished_periods
from services.ordering.withdrawals.store import unfinished_withdrawals
from services.payments.store import debits, mandates, queue
from services.support.erasures.store import unfinished_ones
from services.trial.store import keeping
from tests.e2e.play import Play, database
from tests.soak.proofs import Rows

WATCHED: Mapping[str, tuple[WatchedRows, ...]] = {
    "trial": (keeping.open_trials, keeping.sign_ups_in_review),
    "ordering": (
        unfinished_orders, unfinished_periods, unfinished_withdrawals, unfinished_resellers, unfinished_closures,
    ),
    "payments": (mandates.unsettled, debits.awaited, queue.unsettled),
    "invoicing": (transmissions.unfinished_ones,),
    "support": (unfinished_ones,),
}  # fmt: skip
"""What each room watches, as its `watched=` says."""
_OPEN = {
    "trial": {"trials": "state IN ('active', 'ended')", "sign_ups": "state = 'in_review'"},
    "ordering": {
        "orders": "state IN ('open', 'paid')",
        "subscription_periods": "state IN ('scheduled', 'due')",
        "withdrawals": "ended_at IS NULL",
        "reseller_requests": "state IN ('requested', 'approved')",
    },
    "invoicing": {"transmissions": "state IN ('pending', 'sent', 'rejected')"},
    "support": {"erasure_requests": "state IN ('waiting', 'approved')"},
}
"""Which rows are open by their state alone."""
_A_DAY = timedelta(days=1)


async def read(play: Play, now: datetime) -> Rows:
    """Ask every room's rows.

    Args:
        play: The running Casella.
        now: By its calendar.
    """
    unfinished, late = set[str](), set[str]()
    for room, watched in WATCHED.items():
        found = Database.connect(_url(play.world.site, room), room)
        try:
            for rows in watched:
                async with found.reading() as conn:
                    unfinished |= {wake.workflow_id for wake in await rows(conn, None)}
                    late |= {wake.workflow_id for wake in await rows(conn, now - _A_DAY)}
        finally:
            await found.autocommit.dispose()
    return Rows(frozenset(unfinished), await _undated(play), frozenset(late))


async def _undated(play: Play) -> dict[str, int]:
    counts = {}
    for room, tables in _OPEN.items():
        connection = await database(play, room)
        try:
            for table, is_open in tables.items():
                counts[table] = await connection.fetchval(
                    f"SELECT count(*) FROM {table} WHERE next_at IS NULL AND {is_open}"
                )
        finally:
            await connection.close()
    return {table: count for table, count in counts.items() if count}


def _url(site: Site, room: str) -> str:
    secret = site.secret(f"postgres-{room}")
    return f"postgresql://{provision.role_of(room)}:{secret}@127.0.0.1:{site.ports['postgres']}/{provision.DATABASE}"
