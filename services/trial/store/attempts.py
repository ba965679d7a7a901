"""All SQL about how often somebody has tried something in a window: to log in, to have a link sent again."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.trial.domain.sessions import Attempts
from services.trial.tables import login_attempts


async def look(conn: AsyncConnection, hashes: tuple[bytes, ...], now: datetime) -> dict[bytes, Attempts]:
    """Reads what was counted under several hashes in windows that still run, and counts nothing."""
    query = select(login_attempts).where(login_attempts.c.hash.in_(hashes), login_attempts.c.window_ends_at > now)
    return {bytes(row.hash): Attempts(row.attempts, row.window_ends_at) for row in await conn.execute(query)}


async def count(
    conn: AsyncConnection, hashes: tuple[bytes, ...], now: datetime, window: timedelta
) -> dict[bytes, Attempts]:
    """Counts an attempt under several hashes at once, before it is answered: forty at once cannot slip through.

    A window begins with its first attempt and does not move with later ones, so that waiting always helps.
    """
    # In one order, because the same two rows may be counted by two attempts at once.
    rows = [{"hash": hash_, "attempts": 1, "window_ends_at": now + window} for hash_ in sorted(hashes)]
    fresh = upsert(login_attempts).values(rows)
    over = login_attempts.c.window_ends_at <= now
    counted = await conn.execute(
        fresh.on_conflict_do_update(
            index_elements=[login_attempts.c.hash],
            set_={
                "attempts": case((over, 1), else_=login_attempts.c.attempts + 1),
                "window_ends_at": case((over, fresh.excluded.window_ends_at), else_=login_attempts.c.window_ends_at),
            },
        ).returning(login_attempts)
    )
    return {bytes(row.hash): Attempts(row.attempts, row.window_ends_at) for row in counted}


async def forgive(conn: AsyncConnection, cleared: bytes, others: tuple[bytes, ...]) -> None:
    """After a right password: one count begins anew, and from the others this attempt is taken away."""
    # In the order of `count`, or a login and an attempt could wait for each other.
    rows = select(login_attempts.c.hash).where(login_attempts.c.hash.in_((cleared, *others)))
    await conn.execute(rows.order_by(login_attempts.c.hash).with_for_update())
    await conn.execute(delete(login_attempts).where(login_attempts.c.hash == cleared))
    await conn.execute(
        update(login_attempts)
        .where(login_attempts.c.hash.in_(others), login_attempts.c.attempts > 0)
        .values(attempts=login_attempts.c.attempts - 1)
    )
