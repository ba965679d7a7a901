"""The SQL by which short money is found that waits for one request alone, and perhaps is the whole together."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.matching import Part, QueueReason
from services.payments.domain.payment_requests import RequestState
from services.payments.store.entry_rows import ARRIVED, HERE, REVERSAL_WAITS
from services.payments.tables import money_entries, payment_requests

_ENTRY = money_entries.c


def short_alone(only: Sequence[UUID] | ColumnElement[Any]) -> ColumnElement[bool]:
    """Which money waits, not taken back, as it was too little for the one request that it names, given in a list."""
    return (_ENTRY.named == only) & (_ENTRY.reason == QueueReason.SHORT) & HERE


async def short_for(conn: AsyncConnection, request_id: UUID, but: UUID) -> list[UUID]:
    """Other money that waits because it was too little for this request alone, oldest first."""
    query = select(_ENTRY.id).where(short_alone([request_id]), _ENTRY.id != but).order_by(_ENTRY.created_at, _ENTRY.id)
    return [row.id for row in await conn.execute(query)]


async def perhaps_whole(conn: AsyncConnection, only: UUID | None) -> list[tuple[UUID, Money, list[Part]]]:
    """The open requests for which short money that is here waits which is together what they ask for, or more.

    Args:
        conn: For reading.
        only: The request about which alone is asked; None for all.

    Returns:
        Each with what it asks for and that money, oldest first.
    """
    request, each = payment_requests.c, func.array_agg(aggregate_order_by(_ENTRY.id, _ENTRY.created_at, _ENTRY.id))
    query = (
        select(request.id, request.minor, request.currency, each.label("entries"))
        .join(money_entries, short_alone(array([request.id])))
        .where(request.state == RequestState.OPEN, _ENTRY.currency == request.currency, ~REVERSAL_WAITS)
        .where(ARRIVED, _ENTRY.available_on.is_not(None))
        .group_by(request.id)
        .having(func.sum(_ENTRY.minor) >= request.minor)
    )
    if only is not None:
        query = query.where(request.id == only)
    found = (await conn.execute(query)).all()
    ids = [entry_id for row in found for entry_id in row.entries]
    parts = {
        row.id: Part(row.id, Money(row.minor, row.currency), row.payer_iban)
        for row in await conn.execute(select(money_entries).where(_ENTRY.id.in_(ids)))
    }
    return [(row.id, Money(row.minor, row.currency), [parts[entry_id] for entry_id in row.entries]) for row in found]
