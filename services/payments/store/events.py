"""The SQL of the provider's events: each is taken in once, in the transaction of its effect."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import require_transaction
from services.payments.provider.events import Event
from services.payments.tables import provider_events

_KNOWN = select(provider_events.c.event_id).where(provider_events.c.event_id == bindparam("id"))


async def known(conn: AsyncConnection, event_id: str) -> bool:
    """Whether this event was taken in."""
    found = await conn.execute(_KNOWN, {"id": event_id})
    return found.first() is not None


async def take_in(conn: AsyncConnection, source: str, event: Event, request_id: UUID | None, now: datetime) -> bool:
    """Write down an event, first thing in the transaction of its effect: a twin waits here and then finds it.

    Returns:
        Whether it is new.
    """
    require_transaction(conn)
    inserted = await conn.execute(
        insert(provider_events)
        .values(
            event_id=event.event_id,
            source=source,
            kind=event.kind,
            request_id=request_id,
            created_at=event.created_at,
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(provider_events.c.event_id)
    )
    return inserted.first() is not None
