"""All SQL of the daily jobs that delete what may not be kept, and of what the reconciler watches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Delete, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningDelete

from services.kit.outbox import Wake
from services.kit.tables import mails
from services.kit.wakes import sign_up_wake, trial_wake, unfinished
from services.trial.domain.sign_ups import SignUpState
from services.trial.tables import abuse_signals, login_attempts, login_networks, sessions, sign_ups, trials


async def forget_unconfirmed(conn: AsyncConnection, now: datetime) -> int:
    """Deletes sign-ups that did not become accounts in time, with their consents, links and kept emails."""
    over = delete(sign_ups).where(sign_ups.c.state != SignUpState.CONFIRMED, sign_ups.c.lapses_at <= now)
    return await _delete_with_mails(conn, over.returning(sign_ups.c.id))


async def forget_traces(conn: AsyncConnection, seen_before: datetime) -> int:
    """Deletes hashed traces of visitors."""
    return await _delete(conn, delete(abuse_signals).where(abuse_signals.c.at <= seen_before))


async def forget_logins(conn: AsyncConnection, now: datetime, networks_before: datetime) -> int:
    """Deletes sessions that can no longer be refreshed, counts whose window has passed, and networks long not used."""
    done = await _delete(conn, delete(sessions).where(sessions.c.expires_at <= now))
    done += await _delete(conn, delete(login_networks).where(login_networks.c.logged_in_at <= networks_before))
    return done + await _delete(conn, delete(login_attempts).where(login_attempts.c.window_ends_at <= now))


async def open_trials(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """The trials that are neither bought nor closed, for the reconciler."""
    query = select(trials.c.account_id).where(unfinished(trials.c.next_at, due_before))
    return [trial_wake(account_id) for account_id in await conn.scalars(query)]


async def sign_ups_in_review(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """The sign-ups that wait for an operator, for the reconciler."""
    query = select(sign_ups.c.id).where(unfinished(sign_ups.c.next_at, due_before))
    return [sign_up_wake(sign_up_id) for sign_up_id in await conn.scalars(query)]


async def _delete_with_mails(conn: AsyncConnection, statement: ReturningDelete[Any]) -> int:
    """Runs a delete that returns ids, together with the kept copies of the emails about them."""
    gone = list((await conn.execute(statement)).scalars())
    await conn.execute(delete(mails).where(mails.c.subject_id.in_(gone)))
    return len(gone)


async def _delete(conn: AsyncConnection, statement: Delete) -> int:
    result: CursorResult[tuple[()]] = await conn.execute(statement)
    return result.rowcount
