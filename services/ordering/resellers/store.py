"""How requests for the reseller status are kept: one row a request, the newest one is the account's status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, exists, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.outbox import Wake
from services.kit.wakes import reseller_wake, unfinished
from services.ordering.domain.reseller import Declaration, Measured, ResellerEnd, ResellerState
from services.ordering.tables import reseller_requests as requests


@dataclass(frozen=True, slots=True)
class ResellerRow:
    """A request and what became of it; `found` is what was measured last."""

    account_id: UUID
    number: int
    state: ResellerState
    requested_at: datetime
    declaration_version: str
    found: Measured
    training_at: datetime | None
    approved_at: datetime | None
    overridden: bool
    failing_since: datetime | None
    check_at: datetime | None
    ended_at: datetime | None
    end_reason: ResellerEnd | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be measured: each day while it waits for an operator, else as a month begins."""
        waits = self.state is ResellerState.REQUESTED or self.failing_since is not None
        return waits or (self.check_at is not None and now >= self.check_at)


async def insert_request(
    conn: AsyncConnection,
    account_id: UUID,
    before: ResellerRow | None,
    declaration: Declaration,
    found: Measured,
    at: datetime,
) -> ResellerRow:
    """Write a request; a training that was recorded for an earlier one stays done."""
    written = (
        insert(requests)
        .values(
            account_id=account_id,
            number=before.number + 1 if before else 1,
            state=str(ResellerState.REQUESTED),
            requested_at=at,
            declaration=declaration.as_evidence(at),
            training_at=before.training_at if before else None,
            overridden=False,
            next_at=at,
            **_counts(found, at),
        )
        .returning(requests)
    )
    return _row((await conn.execute(written)).one())


async def newest(conn: AsyncConnection, account_id: UUID) -> ResellerRow | None:
    """The account's newest request; None where it never asked."""
    row = (await conn.execute(_NEWEST, {"account": account_id})).first()
    return _row(row) if row else None


async def lock_newest(conn: AsyncConnection, account_id: UUID) -> ResellerRow | None:
    """The account's newest request, locked until the transaction's end."""
    row = (await conn.execute(_LOCK, {"account": account_id})).first()
    return _row(row) if row else None


async def is_reseller(conn: AsyncConnection, account_id: UUID) -> bool:
    """Whether the account has the status now."""
    return bool((await conn.execute(_APPROVED, {"account": account_id})).scalar())


async def write_measured(
    conn: AsyncConnection, row: ResellerRow, found: Measured, at: datetime, **values: Any
) -> ResellerRow:
    """Write what was measured, with what follows from it."""
    return await change(conn, row, **_counts(found, at), **values)


async def change(conn: AsyncConnection, row: ResellerRow, **values: Any) -> ResellerRow:
    """Change a locked request."""
    changed = update(requests).where(requests.c.account_id == row.account_id, requests.c.number == row.number)
    return _row((await conn.execute(changed.values(**values).returning(requests))).one())


async def end_with_account(conn: AsyncConnection, account_id: UUID, at: datetime) -> bool:
    """End what is open of an account that closes; whether there was anything."""
    ended = (
        update(requests)
        .where(requests.c.account_id == account_id, _OPEN)
        .values(state=str(ResellerState.ENDED), ended_at=at, check_at=None, failing_since=None, next_at=at)
    )
    return (await conn.execute(ended)).rowcount > 0


async def in_review(conn: AsyncConnection, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[ResellerRow]:
    """What waits for an operator, the oldest request first."""
    found = select(requests).where(
        or_(requests.c.state == ResellerState.REQUESTED, requests.c.failing_since.is_not(None))
    )
    if after is not None:
        at, account_id = literal(after[0], TIMESTAMP(timezone=True)), literal(after[1], Uuid)
        found = found.where(
            or_(requests.c.requested_at > at, (requests.c.requested_at == at) & (requests.c.account_id > account_id))
        )
    ordered = found.order_by(requests.c.requested_at, requests.c.account_id).limit(limit)
    return [_row(row) for row in await conn.execute(ordered)]


async def unfinished_resellers(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """Requests for which something is still to be done, for the reconciler."""
    query = select(requests.c.account_id).where(unfinished(requests.c.next_at, due_before))
    return [reseller_wake(account_id) for account_id in await conn.scalars(query)]


def _counts(found: Measured, at: datetime) -> dict[str, Any]:
    return {"mailboxes": found.mailboxes, "other_domains": found.other_domains, "measured_at": at}


def _row(row: Row[Any]) -> ResellerRow:
    return ResellerRow(
        account_id=row.account_id,
        number=row.number,
        state=ResellerState(row.state),
        requested_at=row.requested_at,
        declaration_version=row.declaration["version"],
        found=Measured(row.mailboxes, row.other_domains),
        training_at=row.training_at,
        approved_at=row.approved_at,
        overridden=row.overridden,
        failing_since=row.failing_since,
        check_at=row.check_at,
        ended_at=row.ended_at,
        end_reason=None if row.end_reason is None else ResellerEnd(row.end_reason),
    )


_OPEN = requests.c.state.in_([ResellerState.REQUESTED, ResellerState.APPROVED])
_OF_ACCOUNT = requests.c.account_id == bindparam("account")
_NEWEST = select(requests).where(_OF_ACCOUNT).order_by(requests.c.number.desc()).limit(1)
_LOCK = _NEWEST.with_for_update()
_APPROVED = select(exists().where(_OF_ACCOUNT, requests.c.state == ResellerState.APPROVED))
