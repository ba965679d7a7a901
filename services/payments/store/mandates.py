"""The SQL of mandates and of the pages that set them up: one active an account, each ended once.

They are locked after everything else that this room locks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.database import require_transaction
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import derive
from services.kit.outbox import Wake
from services.kit.wakes import automatic_debit_wake, unfinished
from services.payments.domain.mandates import Grant, Mandate, MandateEnd, Setup, SetupState
from services.payments.domain.payment_requests import AttemptKind, ChargeRefusal, Method
from services.payments.store.debits import unplan
from services.payments.tables import checkout_attempts, debits, mandate_setups, mandates

_MANDATE = mandates.c
_SETUP = mandate_setups.c
_LIVE = _SETUP.state.in_([SetupState.CREATING, SetupState.OPEN])
_NEWEST = (_MANDATE.set_up_at.desc(), _MANDATE.id.desc())
_LAST_REFUSED = (
    select(debits.c.refusal, debits.c.refused_at)
    .join(checkout_attempts, checkout_attempts.c.request_id == debits.c.request_id)
    .where(checkout_attempts.c.mandate_id == _MANDATE.id, checkout_attempts.c.kind == AttemptKind.CHARGE)
    .where(debits.c.refused_at >= _MANDATE.set_up_at)
    .order_by(debits.c.refused_at.desc())
    .limit(1)
    .lateral()
)


async def begin(conn: AsyncConnection, account_id: UUID, grant: Grant, now: datetime) -> None:
    """Write down that a customer has authorised us, once each grant; an older mandate of the account is replaced."""
    require_transaction(conn)
    # Two grants of one account one after the other: the second ends the first.
    await conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"mandate {account_id}", 0))))
    if await conn.scalar(select(_MANDATE.id).where(_MANDATE.method_ref == grant.method_ref)):
        return
    older = update(mandates).where(_MANDATE.account_id == account_id, _MANDATE.ended_at.is_(None))
    replaced = {"ended_at": now, "end_reason": MandateEnd.REPLACED, "method_instead": Method.ONLINE, "next_at": None}
    await conn.execute(older.values(**replaced))
    mandate_id = derive("mandate", grant.method_ref)
    await conn.execute(
        insert(mandates).values(
            id=mandate_id,
            account_id=account_id,
            customer_ref=grant.customer_ref,
            method_ref=grant.method_ref,
            mandate_ref=grant.mandate_ref,
            set_up_at=now,
            next_at=now,
        )
    )
    await events.tell(conn, Event(EventType.MANDATE_SET_UP, account_id, {"mandate_id": mandate_id}), now)
    await outbox.wake(conn, automatic_debit_wake(account_id), now)


async def end_of_account(
    conn: AsyncConnection, account_id: UUID, reason: MandateEnd, instead: Method, now: datetime
) -> bool:
    """End an account's active mandate; False where it has none."""
    return await _end(conn, _MANDATE.account_id == account_id, reason, instead, now)


async def end(conn: AsyncConnection, mandate_id: UUID, reason: MandateEnd, now: datetime) -> bool:
    """End a mandate; False where it has ended already."""
    return await _end(conn, _MANDATE.id == mandate_id, reason, Method.ONLINE, now)


async def end_revoked(conn: AsyncConnection, method_ref: str, now: datetime) -> bool:
    """End the mandate of a payment method that was revoked at the provider; False where none of ours is active."""
    return await _end(conn, _MANDATE.method_ref == method_ref, MandateEnd.PROVIDER, Method.ONLINE, now)


async def end_disputed(conn: AsyncConnection, account_id: UUID, set_up_before: datetime, now: datetime) -> bool:
    """End an account's mandate because a payment is disputed; one that was given after that stands."""
    older = (_MANDATE.account_id == account_id) & (_MANDATE.set_up_at < set_up_before)
    return await _end(conn, older, MandateEnd.DISPUTED, Method.ONLINE, now)


async def _end(conn: AsyncConnection, which: Any, reason: MandateEnd, instead: Method, now: datetime) -> bool:
    account: UUID | None = await conn.scalar(select(_MANDATE.account_id).where(which, _MANDATE.ended_at.is_(None)))
    if account is None:
        return False
    await unplan(conn, account, now)  # first: debits are locked before mandates everywhere
    change = (
        update(mandates)
        .where(which, _MANDATE.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason, method_instead=instead, next_at=now)
        .returning(_MANDATE.id, _MANDATE.account_id)
    )
    row = (await conn.execute(change)).first()
    if row is None:
        return False
    event = Event(EventType.MANDATE_ENDED, row.account_id, {"mandate_id": row.id}, state=reason)
    await events.tell(conn, event, now)
    await outbox.wake(conn, automatic_debit_wake(row.account_id), now)
    return True


async def by_id(conn: AsyncConnection, mandate_id: UUID) -> Mandate | None:
    """A mandate by its id."""
    row = (await conn.execute(select(mandates).where(_MANDATE.id == mandate_id))).one_or_none()
    return None if row is None else _mandate(row)


async def active(conn: AsyncConnection, account_id: UUID) -> Mandate | None:
    """The mandate by which an account's proformas are charged."""
    query = select(mandates).where(_MANDATE.account_id == account_id, _MANDATE.ended_at.is_(None))
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else _mandate(row)


async def newest(conn: AsyncConnection, account_id: UUID) -> Mandate | None:
    """An account's active mandate, or else the one that ended last."""
    last = (_MANDATE.ended_at.desc().nulls_first(), *_NEWEST)
    query = select(mandates).where(_MANDATE.account_id == account_id).order_by(*last).limit(1)
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else _mandate(row)


async def page(
    conn: AsyncConnection, account_id: UUID, after: tuple[datetime, UUID] | None, most: int
) -> Sequence[Mandate]:
    """An account's mandates after one, newest first, each with its last refusal."""
    query = (
        select(mandates, _LAST_REFUSED.c.refusal, _LAST_REFUSED.c.refused_at)
        .outerjoin(_LAST_REFUSED, _MANDATE.id.is_not(None))
        .where(_MANDATE.account_id == account_id)
        .order_by(*_NEWEST)
        .limit(most)
    )
    if after is not None:
        at, number = after
        query = query.where(or_(_MANDATE.set_up_at < at, and_(_MANDATE.set_up_at == at, _MANDATE.id < number)))
    return [_mandate(row, row.refusal, row.refused_at) for row in await conn.execute(query)]


async def told(conn: AsyncConnection, mandate_id: UUID, *, ended: bool) -> None:
    """Note that ordering and the customer know how a mandate stands, unless it has ended since."""
    since = _MANDATE.ended_at.is_not(None) if ended else _MANDATE.ended_at.is_(None)
    await conn.execute(update(mandates).where(_MANDATE.id == mandate_id, since).values(next_at=None))


async def unsettled(conn: AsyncConnection, due_before: datetime | None) -> list[Wake]:
    """The workflows of mandates of which somebody is still to be told, or that ended and could still be charged."""
    to_tell = unfinished(_MANDATE.next_at, due_before)
    releasable = _MANDATE.released_at.is_(None) & unfinished(_MANDATE.ended_at, due_before)
    rows = await conn.execute(select(_MANDATE.account_id).distinct().where(to_tell | releasable))
    return [automatic_debit_wake(row.account_id) for row in rows]


async def to_release(conn: AsyncConnection, account_id: UUID) -> Sequence[Mandate]:
    """An account's ended mandates that could still be charged at the provider."""
    ended = select(mandates).where(_MANDATE.account_id == account_id, _MANDATE.ended_at.is_not(None))
    return [_mandate(row) for row in await conn.execute(ended.where(_MANDATE.released_at.is_(None)))]


async def released(conn: AsyncConnection, mandate_id: UUID, now: datetime) -> None:
    """Note that nobody can charge a mandate at the provider any more."""
    await conn.execute(update(mandates).where(_MANDATE.id == mandate_id).values(released_at=now))


async def insert_setup(conn: AsyncConnection, setup: Setup, now: datetime) -> None:
    """Write down a page before it is asked for."""
    await conn.execute(
        insert(mandate_setups).values(
            id=setup.setup_id,
            account_id=setup.account_id,
            state=setup.state,
            success_url=setup.success_url,
            cancel_url=setup.cancel_url,
            expires_at=setup.expires_at,
            created_at=now,
        )
    )


async def setup(conn: AsyncConnection, setup_id: UUID) -> Setup | None:
    """A page by its id."""
    row = (await conn.execute(select(mandate_setups).where(_SETUP.id == setup_id))).one_or_none()
    return None if row is None else _setup(row)


async def live_setup(conn: AsyncConnection, account_id: UUID) -> Setup | None:
    """The page on which an account may set its mandate up; another one is made only after this transaction's end."""
    require_transaction(conn)
    await conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"mandate setup {account_id}", 0))))
    row = (await conn.execute(select(mandate_setups).where(_SETUP.account_id == account_id, _LIVE))).one_or_none()
    return None if row is None else _setup(row)


async def end_setup(conn: AsyncConnection, account_id: UUID) -> str | None:
    """End the page on which an account may set its mandate up.

    Returns:
        Its id at the provider, where it is to be ended too; None where there is none.
    """
    change = update(mandate_setups).where(_SETUP.account_id == account_id, _LIVE)
    ended = await conn.execute(change.values(url="", state=SetupState.EXPIRED).returning(_SETUP.page_id))
    page_id: str | None = ended.scalar_one_or_none()
    return page_id


async def move_setup(
    conn: AsyncConnection, setup_id: UUID, page_id: str | None, url: str, state: SetupState
) -> Setup | None:
    """Move a page to what the provider says of it; one that has ended stays as it ended.

    Returns:
        How it stands then; None where there is no such page.
    """
    move = update(mandate_setups).where(_SETUP.id == setup_id, _LIVE).values(page_id=page_id, url=url, state=state)
    await conn.execute(move)
    return await setup(conn, setup_id)


def _setup(row: Row[Any]) -> Setup:
    return Setup(
        row.id, row.account_id, SetupState(row.state), row.success_url, row.cancel_url, row.expires_at, row.url
    )


def _mandate(row: Row[Any], refusal: str | None = None, refused_at: datetime | None = None) -> Mandate:
    return Mandate(
        mandate_id=row.id,
        account_id=row.account_id,
        grant=Grant(row.customer_ref, row.method_ref, row.mandate_ref),
        set_up_at=row.set_up_at,
        ended_at=row.ended_at,
        end=MandateEnd(row.end_reason) if row.end_reason else None,
        method_instead=Method(row.method_instead) if row.method_instead else None,
        news=row.next_at is not None,
        last_refusal=ChargeRefusal(refusal) if refusal else None,
        last_refused_at=refused_at,
    )
