"""The SQL of what is watched: when regular work last succeeded, and the money that waits for a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.measuring import AGE, Gauge, age, seconds
from services.kit.metrics import Values
from services.kit.row_measures import Measure
from services.payments.domain.disputes import DisputeDecision
from services.payments.domain.matching import QueueReason
from services.payments.tables import disputes, last_successes, money_entries, payment_requests

_WAITING = Gauge("casella_money_waiting", "Money that pays nothing by itself and waits for a person, by age.", ("age",))
_OLDEST = Gauge("casella_money_waiting_oldest_seconds", "Age of the oldest money that waits for a person.")
Regular = Literal["payment_events", "statement"]
_REGULAR: Sequence[Regular] = get_args(Regular)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


async def succeeded(conn: AsyncConnection, of: Regular, at: datetime) -> None:
    """Note that regular work was done to its end."""
    kept = insert(last_successes).values(of=of, at=at)
    await conn.execute(kept.on_conflict_do_update(index_elements=[last_successes.c.of], set_={"at": at}))


async def _ages(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:
    succeeded_at = {row.of: row.at for row in await conn.execute(select(last_successes))}
    if len(succeeded_at) < len(_REGULAR):  # then it counts from the first request that somebody may have paid
        first = await conn.scalar(select(func.min(payment_requests.c.created_at)))
        succeeded_at = dict.fromkeys(_REGULAR, first) | succeeded_at
    found: dict[tuple[str, ...], float] = {}
    for of, at in succeeded_at.items():
        found |= age(of, at, now)
    return {AGE.name: found}


async def _money(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:
    """By age; a dispute is none of it, which waits for the payer's bank for months, nor a claim after one."""
    at = money_entries.c.created_at
    claimed = exists().where(disputes.c.entry_id == money_entries.c.id, disputes.c.decision == DisputeDecision.CLAIM)
    query = select(
        func.count().filter(at > now - _DAY).label("day"),
        func.count().filter(at <= now - _DAY, at > now - _WEEK).label("week"),
        func.count().filter(at <= now - _WEEK).label("longer"),
        func.min(at).label("oldest"),
    ).where(money_entries.c.settled_at.is_(None), money_entries.c.reason != QueueReason.DISPUTED, ~claimed)
    found = (await conn.execute(query)).one()
    return {
        _WAITING.name: {("day",): found.day, ("week",): found.week, ("longer",): found.longer},
        _OLDEST.name: {(): seconds(now - found.oldest if found.oldest else None)},
    }


MEASURES = (Measure((AGE,), _ages), Measure((_WAITING, _OLDEST), _money))
"""What is measured here."""
