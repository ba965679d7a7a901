"""All SQL about webhooks.

Lock order: an endpoint's row before its deliveries; otherwise a report and a removal could wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.support.tables import webhook_deliveries, webhook_endpoints, webhook_feeds
from services.support.webhooks.domain import Delivery, DeliveryState, Endpoint

_ENDPOINT = webhook_endpoints.c
_DELIVERY = webhook_deliveries.c
_PENDING = _DELIVERY.state == DeliveryState.PENDING


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that a gateway is to post."""

    delivery: Delivery
    url: str


async def lock_endpoints(conn: AsyncConnection) -> int:
    """Lets those who add endpoints pass one by one.

    Returns:
        How many there are.
    """
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('webhook endpoints', 0))"))
    return (await conn.execute(select(func.count()).select_from(webhook_endpoints))).scalar_one()


async def insert_endpoint(conn: AsyncConnection, endpoint: Endpoint) -> None:
    """Writes a new endpoint."""
    await conn.execute(
        insert(webhook_endpoints).values(
            id=endpoint.id,
            url=endpoint.url,
            types=list(endpoint.types),
            created_at=endpoint.created_at,
            enabled_at=endpoint.enabled_at,
        )
    )


async def read_endpoint(conn: AsyncConnection, endpoint_id: UUID, *, lock: bool = False) -> Endpoint | None:
    """Reads an endpoint, without counting what waits for it."""
    query = select(webhook_endpoints).where(_ENDPOINT.id == endpoint_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else _endpoint(row, 0)


async def list_endpoints(conn: AsyncConnection) -> list[Endpoint]:
    """Reads all endpoints with what waits for them, oldest first."""
    waiting = (
        select(func.count()).where(_DELIVERY.endpoint_id == _ENDPOINT.id, _PENDING).scalar_subquery().label("pending")
    )
    rows = await conn.execute(select(webhook_endpoints, waiting).order_by(_ENDPOINT.created_at, _ENDPOINT.id))
    return [_endpoint(row, row.pending) for row in rows]


async def enabled_endpoints(conn: AsyncConnection) -> list[Endpoint]:
    """Reads those that are told."""
    rows = await conn.execute(select(webhook_endpoints).where(_ENDPOINT.disabled_at.is_(None)))
    return [_endpoint(row, 0) for row in rows]


async def delete_endpoint(conn: AsyncConnection, endpoint_id: UUID) -> bool:
    """Deletes an endpoint with its deliveries; False where there is none."""
    return (await conn.execute(delete(webhook_endpoints).where(_ENDPOINT.id == endpoint_id))).rowcount == 1


async def mark_endpoint(
    conn: AsyncConnection, endpoint_id: UUID, failing_since: datetime | None, disabled_at: datetime | None
) -> None:
    """Writes how an endpoint fares."""
    values = {"failing_since": failing_since, "disabled_at": disabled_at}
    await conn.execute(update(webhook_endpoints).where(_ENDPOINT.id == endpoint_id).values(**values))


async def enable(conn: AsyncConnection, endpoint_id: UUID, now: datetime, give_up_at: datetime) -> None:
    """Lets a disabled endpoint be told again; what waits for it is due now."""
    values = {"failing_since": None, "disabled_at": None, "enabled_at": now}
    await conn.execute(update(webhook_endpoints).where(_ENDPOINT.id == endpoint_id).values(**values))
    waiting = update(webhook_deliveries).where(_DELIVERY.endpoint_id == endpoint_id, _PENDING)
    await conn.execute(waiting.values(next_at=now, leased=False, give_up_at=give_up_at))


async def feeds(conn: AsyncConnection) -> dict[str, str]:
    """Room → cursor, of the feeds of which something was taken."""
    return {row.room: row.cursor for row in await conn.execute(select(webhook_feeds))}


async def forget_feeds(conn: AsyncConnection) -> None:
    """Forgets how far the feeds were taken, unless an endpoint is enabled: the next one begins in its own time."""
    enabled = select(_ENDPOINT.id).where(_ENDPOINT.disabled_at.is_(None)).exists()
    await conn.execute(delete(webhook_feeds).where(~enabled))


async def advance_feed(conn: AsyncConnection, room: str, after: str, cursor: str) -> bool:
    """Moves a feed's cursor; False, and nothing changed, where it was not `after`."""
    if after:
        moved = await conn.execute(
            update(webhook_feeds)
            .where(webhook_feeds.c.room == room, webhook_feeds.c.cursor == after)
            .values(cursor=cursor)
        )
    else:
        moved = await conn.execute(insert(webhook_feeds).values(room=room, cursor=cursor).on_conflict_do_nothing())
    return moved.rowcount == 1


async def insert_deliveries(conn: AsyncConnection, made: Sequence[Delivery]) -> int:
    """Writes deliveries, but none of an event that its endpoint has had.

    Returns:
        How many were new.
    """
    if not made:
        return 0
    rows = [
        {
            "id": each.id,
            "endpoint_id": each.endpoint_id,
            "event_id": each.event_id,
            "type": each.type,
            "body": each.body,
            "state": each.state,
            "attempts": 0,
            "leased": False,
            "next_at": each.next_at,
            "last_status": 0,
            "last_error": "",
            "created_at": each.created_at,
            "give_up_at": each.give_up_at,
        }
        for each in made
    ]
    new = insert(webhook_deliveries).on_conflict_do_nothing().returning(_DELIVERY.id)
    return len((await conn.execute(new, rows)).all())  # in parts: one statement takes 32,767 values at the most


async def lease(conn: AsyncConnection, most: int, at_once: int, now: datetime, until: datetime) -> list[Leased]:
    """Hands out due deliveries, each to one caller until an instant; their attempt counts from now."""
    values = {"most": most, "at_once": at_once, "now": now, "until": until}
    rows = await conn.execute(_LEASE, values)
    return [Leased(_delivery(row), row.url) for row in rows]


async def endpoint_of(conn: AsyncConnection, delivery_id: UUID) -> UUID | None:
    """Whose a delivery is."""
    found: UUID | None = await conn.scalar(select(_DELIVERY.endpoint_id).where(_DELIVERY.id == delivery_id))
    return found


async def lock_leased(conn: AsyncConnection, delivery_id: UUID, attempt: int) -> Delivery | None:
    """Reads a delivery that is under way, at this attempt."""
    query = select(webhook_deliveries).where(_DELIVERY.id == delivery_id, _DELIVERY.attempts == attempt)
    row = (await conn.execute(query.where(_DELIVERY.leased).with_for_update())).one_or_none()
    return None if row is None else _delivery(row)


async def record(conn: AsyncConnection, delivery_id: UUID, status: int, error: str, next_at: datetime) -> None:
    """Writes a failed attempt, after which the delivery waits."""
    values = {"leased": False, "last_status": status, "last_error": error, "next_at": next_at}
    await conn.execute(update(webhook_deliveries).where(_DELIVERY.id == delivery_id).values(**values))


async def end(
    conn: AsyncConnection, delivery_id: UUID, state: DeliveryState, status: int, error: str, now: datetime
) -> None:
    """Writes a delivery's last attempt."""
    values = {
        "state": state,
        "leased": False,
        "last_status": status,
        "last_error": error,
        "next_at": null(),
        "ended_at": now,
    }
    await conn.execute(update(webhook_deliveries).where(_DELIVERY.id == delivery_id).values(**values))


async def read_delivery(conn: AsyncConnection, delivery_id: UUID) -> Delivery | None:
    """Reads a delivery."""
    row = (await conn.execute(select(webhook_deliveries).where(_DELIVERY.id == delivery_id))).one_or_none()
    return None if row is None else _delivery(row)


async def page(
    conn: AsyncConnection, endpoint_id: UUID | None, state: DeliveryState | None, before: UUID | None, size: int
) -> list[Delivery]:
    """Reads up to `size` deliveries, newest first, of one endpoint and in one state or of all."""
    query = select(webhook_deliveries).order_by(_DELIVERY.id.desc()).limit(size)
    if endpoint_id is not None:
        query = query.where(_DELIVERY.endpoint_id == endpoint_id)
    if state is not None:
        query = query.where(_DELIVERY.state == state)
    if before is not None:
        query = query.where(_DELIVERY.id < before)
    return [_delivery(row) for row in await conn.execute(query)]


async def prune(conn: AsyncConnection, ended_before: datetime) -> int:
    """Deletes deliveries that have ended long ago, and what waits for endpoints that were disabled long ago."""
    disabled = select(_ENDPOINT.id).where(_ENDPOINT.disabled_at < ended_before)
    over = (_DELIVERY.ended_at < ended_before) | (_PENDING & _DELIVERY.endpoint_id.in_(disabled))
    return (await conn.execute(delete(webhook_deliveries).where(over))).rowcount


def _endpoint(row: Row[Any], pending: int) -> Endpoint:
    return Endpoint(
        id=row.id,
        url=row.url,
        types=tuple(row.types),
        created_at=row.created_at,
        enabled_at=row.enabled_at,
        failing_since=row.failing_since,
        disabled_at=row.disabled_at,
        pending=pending,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        event_id=row.event_id,
        type=row.type,
        body=row.body,
        state=DeliveryState(row.state),
        created_at=row.created_at,
        give_up_at=row.give_up_at,
        next_at=row.next_at,
        attempts=row.attempts,
        last_status=row.last_status,
        last_error=row.last_error,
        ended_at=row.ended_at,
    )


def _leasing() -> Any:
    """Of each enabled endpoint what is due, up to its number at once less what is under way."""
    under_way = (
        select(func.count())
        .select_from(webhook_deliveries.alias("under_way"))
        .where(
            text("under_way.endpoint_id = webhook_endpoints.id AND under_way.leased AND under_way.next_at > :now"),
        )
        .scalar_subquery()
    )
    due = (
        select(_DELIVERY.id, _DELIVERY.next_at)
        .where(_DELIVERY.endpoint_id == _ENDPOINT.id, _PENDING, _DELIVERY.next_at <= bindparam("now"))
        .order_by(_DELIVERY.next_at, _DELIVERY.id)
        .limit(func.greatest(0, bindparam("at_once", type_=_DELIVERY.attempts.type) - under_way))
        .with_for_update(skip_locked=True)
        .correlate(webhook_endpoints)
        .lateral("due")
    )
    chosen = (
        select(due.c.id, _ENDPOINT.url)
        .select_from(webhook_endpoints)
        .join(due, text("true"))
        .where(_ENDPOINT.disabled_at.is_(None))
        .order_by(due.c.next_at, due.c.id)
        .limit(bindparam("most", type_=_DELIVERY.attempts.type))
        .cte("chosen")
    )
    return (
        update(webhook_deliveries)
        .where(_DELIVERY.id == chosen.c.id)
        .values(attempts=_DELIVERY.attempts + 1, leased=True, next_at=bindparam("until"))
        .returning(webhook_deliveries, chosen.c.url)
    )


_LEASE = _leasing()
