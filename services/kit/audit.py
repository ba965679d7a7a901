"""The audit trail: who steered what, and why, written in the same transaction as the change, never altered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit.context import owner_filter
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


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as it stands in the trail."""

    number: int
    """Its place: later entries of one room have higher ones."""
    at: datetime
    entry: AuditEntry


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


def operators_entry(
    violations: Violations, steering: common_pb2.Steering, action: str, subject_id: UUID, *, source: str
) -> AuditEntry | None:
    """The same for a call that customers may make too: None for them, who steer their own without saying so."""
    if owner_filter() is not None:
        return None
    return steering_entry(violations, steering, action, subject_id, source=source)


async def record(conn: AsyncConnection, entry: AuditEntry, at: datetime, *, account_id: UUID | None) -> bool:
    """Append an entry in the transaction of the change that it explains.

    Args:
        conn: The transaction.
        entry: The deed.
        at: When.
        account_id: The account that it concerns, under which operators look for it; None where the row is nobody's,
            such as money of an unknown payer, or has no account yet, such as a sign-up.

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
            account_id=account_id,
        )
        .on_conflict_do_nothing()
        .returning(audit.c.id)
    )
    return appended.first() is not None


async def page(
    conn: AsyncConnection, account_id: UUID | None, subject_ids: Sequence[UUID], after: int | None, limit: int
) -> list[KeptEntry]:
    """Read what was done to an account, with all that is its own, and to some rows; oldest first.

    Args:
        conn: A connection.
        account_id: The account; None where only rows are asked for.
        subject_ids: The rows.
        after: Number of the last entry seen; None at the beginning.
        limit: How many at the most.
    """
    rows = audit.c.subject_id.in_(subject_ids)
    asked = rows if account_id is None else or_(audit.c.account_id == account_id, rows)
    query = select(audit).where(asked).order_by(audit.c.id).limit(limit)
    found = await conn.execute(query if after is None else query.where(audit.c.id > after))
    return [_kept(row) for row in found]


async def newest(conn: AsyncConnection, subject_id: UUID, action: str) -> KeptEntry | None:
    """Read the last deed of a kind that was done to a row."""
    query = select(audit).where(audit.c.subject_id == subject_id, audit.c.action == action)
    row = (await conn.execute(query.order_by(audit.c.id.desc()).limit(1))).first()
    return None if row is None else _kept(row)


async def written(conn: AsyncConnection, entry: AuditEntry) -> bool:
    """Whether the trail has this deed: same subject, action and source."""
    same = (
        audit.c.subject_id == entry.subject_id,
        audit.c.action == entry.action,
        audit.c.source == entry.source,
    )
    return bool((await conn.execute(select(exists().where(*same)))).scalar_one())


def _kept(row: Row[Any]) -> KeptEntry:
    entry = AuditEntry(row.actor, row.action, row.subject_id, row.reason_code, row.ticket_id, row.source)
    return KeptEntry(row.id, row.at, entry)
