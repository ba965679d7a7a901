"""The audit trail: who steered what, and why, written in the same transaction as the change, never altered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit.tables import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed of an operator."""

    actor: str
    """Who: the identity of the update in Temporal, or of the command line."""
    action: str
    """What, by its name, for example ``extend_trial``."""
    subject_id: UUID
    """The changed row's id."""
    reason_code: str = ""
    """Why, as a code; never free text about a person."""
    ticket_id: UUID | None = None
    source: str = ""
    """Name and id of the update or command, so that a repeated step writes the entry once."""


def entry_of(steering: common_pb2.Steering, action: str, subject_id: UUID) -> AuditEntry:
    """The entry for a call that carries a ``Steering``.

    Raises:
        ValueError: The ticket's id is no UUID.
    """
    ticket = UUID(steering.ticket_id) if steering.ticket_id else None
    return AuditEntry(steering.actor, action, subject_id, steering.reason_code, ticket, steering.source)


async def record(conn: AsyncConnection, entry: AuditEntry, at: datetime) -> bool:
    """Append an entry in the transaction of the change that it explains.

    Returns:
        Whether it is new; False for a repetition (same subject, action and source).
    """
    appended = await conn.execute(
        insert(audit)
        .values(
            at=at,
            actor=entry.actor,
            action=entry.action,
            subject_id=entry.subject_id,
            reason_code=entry.reason_code,
            ticket_id=entry.ticket_id,
            source=entry.source,
        )
        .on_conflict_do_nothing()
        .returning(audit.c.id)
    )
    return appended.first() is not None
