"""The audit trail: who steered what, and why, written in the same transaction as the change, never altered."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit.tables import audit
from services.kit.validation import Violations

_LONGEST = 200
_REASON_CODE = re.compile(r"[a-z0-9_]{1,64}")
"""A code and no sentence: free text would bring persons into the trail, which is never erased."""


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


def steering_entry(
    violations: Violations, steering: common_pb2.Steering, action: str, subject_id: UUID, *, source: str | None = None
) -> AuditEntry:
    """The entry for a call that must say who steers and why.

    Args:
        violations: Where bad fields are noted, as those of a field ``steering``.
        steering: As it came in.
        action: What is done, by its name.
        subject_id: The row that is changed.
        source: What makes the entry unique where the call names no source. None if it must name one, because nothing
            else tells a second deed of the same kind from a repetition.
    """
    actor = violations.text("steering.actor", steering.actor, _LONGEST)
    named = violations.text("steering.source", steering.source, _LONGEST, required=source is None)
    if not steering.reason_code:
        violations.add("steering.reason_code", "required")
    elif not _REASON_CODE.fullmatch(steering.reason_code):
        violations.add("steering.reason_code", "not_a_reason_code")
    ticket = violations.uuid("steering.ticket_id", steering.ticket_id) if steering.ticket_id else None
    return AuditEntry(actor, action, subject_id, steering.reason_code, ticket, named or source or "")


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
