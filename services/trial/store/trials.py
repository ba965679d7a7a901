"""All SQL about trials and their reminders. Every change of state is one guarded statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, null, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.trial.domain.accounts import Trial
from services.trial.domain.terms import Reminder, ReminderKind, Terms, TrialState
from services.trial.tables import reminders, trials

_OPEN: Final = (TrialState.ACTIVE, TrialState.ENDED)
_BY_ACCOUNT: Final = select(trials).where(trials.c.account_id == bindparam("account_id"))


async def find(conn: AsyncConnection, account_id: UUID) -> Trial | None:
    """Reads an account's trial."""
    row = (await conn.execute(_BY_ACCOUNT, {"account_id": account_id})).first()
    return None if row is None else trial_of(row)


async def lock(conn: AsyncConnection, account_id: UUID) -> Trial | None:
    """Reads a trial whose new dates follow from its present ones, and keeps it from changing until the commit.

    The trial's row is the only one that this room ever locks so, and it is locked before its reminders are touched.
    """
    row = (await conn.execute(_BY_ACCOUNT.with_for_update(), {"account_id": account_id})).first()
    return None if row is None else trial_of(row)


async def lock_open(conn: AsyncConnection, account_id: UUID) -> Trial | None:
    """As ``lock``, for a trial that is neither bought nor closed."""
    trial = await lock(conn, account_id)
    return trial if trial is not None and trial.state in _OPEN else None


async def end_if_over(conn: AsyncConnection, account_id: UUID, now: datetime) -> Trial | None:
    """Ends an active trial whose time is over; None where it is not active or its time is not over."""
    return await _changed(conn, account_id, (TrialState.ACTIVE,), trials.c.ends_at <= now, state=TrialState.ENDED)


async def end_early(conn: AsyncConnection, account_id: UUID, terms: Terms) -> Trial | None:
    """Ends a running trial at once; None where it is not running (any more)."""
    guard = trials.c.ends_at > terms.ends_at
    return await _changed(conn, account_id, (TrialState.ACTIVE,), guard, state=TrialState.ENDED, **_dates(terms))


async def extend(conn: AsyncConnection, trial: Trial, terms: Terms) -> Trial | None:
    """Gives a trial later dates, and life if it had ended; None where it has changed since it was read."""
    guard = trials.c.ends_at == trial.terms.ends_at
    return await _changed(conn, trial.account_id, (trial.state,), guard, state=TrialState.ACTIVE, **_dates(terms))


async def buy(conn: AsyncConnection, account_id: UUID, order_id: UUID) -> Trial | None:
    """Records that an open trial was bought; None where it is not open."""
    return await _changed(conn, account_id, _OPEN, state=TrialState.BOUGHT, order_id=order_id, next_at=null())


async def close(conn: AsyncConnection, account_id: UUID, now: datetime) -> Trial | None:
    """Closes a trial for good, from whatever state; None where it was closed before."""
    open_or_bought = (*_OPEN, TrialState.BOUGHT)
    return await _changed(conn, account_id, open_or_bought, state=TrialState.CLOSED, closed_at=now, next_at=null())


async def look_again_at(conn: AsyncConnection, account_id: UUID, next_at: datetime | None) -> None:
    """Sets when the reconciler may worry about an open trial."""
    await _changed(conn, account_id, _OPEN, next_at=next_at)


async def pending_reminders(conn: AsyncConnection, account_id: UUID) -> list[Reminder]:
    """Reads the reminders that were neither sent nor skipped."""
    rows = await conn.execute(_PENDING, {"account_id": account_id})
    return [Reminder(ReminderKind(row.kind), row.due_at) for row in rows]


async def remake_reminders(conn: AsyncConnection, account_id: UUID, ahead: Iterable[Reminder]) -> None:
    """Replaces what has not been sent by what now lies ahead; what was sent stays as a record."""
    await drop_reminders(conn, account_id)
    rows = [{"account_id": account_id, "kind": r.kind, "due_at": r.due_at} for r in ahead]
    if rows:
        await conn.execute(insert(reminders), rows)


async def drop_reminders(conn: AsyncConnection, account_id: UUID) -> None:
    """Forgets the reminders that will not be sent any more."""
    await conn.execute(delete(reminders).where(reminders.c.account_id == account_id, *_UNSENT))


async def settle_reminders(
    conn: AsyncConnection, account_id: UUID, sent: Reminder | None, skipped: Sequence[Reminder], now: datetime
) -> None:
    """Notes which reminders were sent or skipped at this moment."""
    for settled, column in (([sent] if sent else [], reminders.c.sent_at), (skipped, reminders.c.skipped_at)):
        if settled:
            await conn.execute(
                update(reminders)
                .where(
                    reminders.c.account_id == account_id,
                    tuple_(reminders.c.kind, reminders.c.due_at).in_([(r.kind, r.due_at) for r in settled]),
                    *_UNSENT,
                )
                .values({column: now})
            )


def trial_of(row: Row[Any]) -> Trial:
    """A trial from a row with the columns of its table."""
    terms = Terms(row.ends_at, row.purge_at)
    return Trial(row.account_id, TrialState(row.state), row.started_at, terms, row.order_id)


async def _changed(
    conn: AsyncConnection, account_id: UUID, states: Sequence[TrialState], *guards: Any, **values: Any
) -> Trial | None:
    changed = await conn.execute(
        update(trials)
        .where(trials.c.account_id == account_id, trials.c.state.in_(states), *guards)
        .values(**values)
        .returning(trials)
    )
    row = changed.first()
    return None if row is None else trial_of(row)


def _dates(terms: Terms) -> dict[str, datetime]:
    return {
        "ends_at": terms.ends_at,
        "purge_at": terms.purge_at,
        "next_at": terms.ends_at,
    }


_UNSENT: Final = (reminders.c.sent_at.is_(None), reminders.c.skipped_at.is_(None))
_PENDING: Final = (
    select(reminders.c.kind, reminders.c.due_at)
    .where(reminders.c.account_id == bindparam("account_id"), *_UNSENT)
    .order_by(reminders.c.due_at)
)
