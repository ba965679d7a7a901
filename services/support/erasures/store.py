"""The SQL of erasures, and what support itself erases. Every change of state is one guarded statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.erasing import Erasable, Fact, run_each
from services.kit.outbox import Wake
from services.kit.tables import mails
from services.kit.wakes import erasure_wake, unfinished
from services.support.domain import TicketState
from services.support.erasures.domain import CARRYING_OUT, Cause, Dates, Erasure, Proof, State
from services.support.tables import erasure_proofs, erasure_requests, messages, tickets

_OPEN = (State.WAITING, State.APPROVED)
_ONE_OPEN: Final = text("state IN ('waiting', 'approved')")
"""In words, not as parameters: with those PostgreSQL finds the index no more once it plans the statement for all."""


async def add(conn: AsyncConnection, erasure: Erasure) -> bool:
    """Write a new erasure.

    Returns:
        False, and nothing written, where one of the account is open already.
    """
    waiting = erasure.state is State.WAITING
    values = insert(erasure_requests).values(
        id=erasure.id,
        account_id=erasure.account_id,
        cause=erasure.cause,
        state=erasure.state,
        ticket_id=erasure.ticket_id,
        notice_hash=erasure.notice_hash,
        requested_at=erasure.dates.requested_at,
        warn_at=erasure.dates.warn_at,
        answer_by=erasure.dates.answer_by,
        email_skipped=erasure.email_skipped,
        next_at=erasure.dates.answer_by if waiting else erasure.dates.requested_at + CARRYING_OUT,
    )
    added = values.on_conflict_do_nothing(index_elements=[erasure_requests.c.account_id], index_where=_ONE_OPEN)
    return (await conn.execute(added.returning(erasure_requests.c.id))).first() is not None


async def newest(conn: AsyncConnection, account_id: UUID) -> Erasure | None:
    """An account's newest erasure, with its proof."""
    query = select(erasure_requests).where(erasure_requests.c.account_id == account_id)
    row = (await conn.execute(query.order_by(erasure_requests.c.id.desc()).limit(1))).first()
    return None if row is None else await _with_proof(conn, row)


async def find(conn: AsyncConnection, erasure_id: UUID) -> Erasure | None:
    """An erasure, with its proof."""
    row = (await conn.execute(select(erasure_requests).where(erasure_requests.c.id == erasure_id))).first()
    return None if row is None else await _with_proof(conn, row)


async def of_ticket(conn: AsyncConnection, ticket_id: UUID) -> Erasure | None:
    """The erasure that a ticket asks for, locked until the transaction's end; None for any other ticket."""
    query = select(erasure_requests).where(erasure_requests.c.ticket_id == ticket_id).with_for_update()
    row = (await conn.execute(query)).first()
    return None if row is None else _erasure(row, ())


async def open_page(conn: AsyncConnection, after: UUID | None, limit: int) -> list[Erasure]:
    """Erasures that are not at their end, oldest first."""
    query = select(erasure_requests).where(erasure_requests.c.state.in_(_OPEN))
    if after is not None:
        query = query.where(erasure_requests.c.id > after)
    rows = await conn.execute(query.order_by(erasure_requests.c.id).limit(limit))
    return [_erasure(row, ()) for row in rows]


async def decide(conn: AsyncConnection, erasure_id: UUID, state: State, reason_code: str | None, at: datetime) -> bool:
    """Approve, refuse or withdraw an erasure that waits; False where it does not."""
    values = {"state": state, "decided_at": at, "reason_code": reason_code}
    values["next_at"] = at + CARRYING_OUT if state is State.APPROVED else None
    return await _change(conn, erasure_id, State.WAITING, values)


async def approve_without_email(conn: AsyncConnection, account_id: UUID, reason_code: str, at: datetime) -> None:
    """Let an account's open erasure go on as approved, without its email; what was decided before stays."""
    undecided = (erasure_requests.c.state == State.WAITING) | ~erasure_requests.c.email_skipped
    theirs = erasure_requests.c.account_id == account_id, erasure_requests.c.state.in_(_OPEN), undecided
    decided = {
        "decided_at": func.coalesce(erasure_requests.c.decided_at, at),
        "reason_code": func.coalesce(erasure_requests.c.reason_code, reason_code),
    }
    values = {"state": State.APPROVED, "email_skipped": True, "next_at": at + CARRYING_OUT, **decided}
    await conn.execute(update(erasure_requests).where(*theirs).values(**values))


async def skip_email(conn: AsyncConnection, erasure_id: UUID) -> bool:
    """Note that an approved erasure goes on without its email; False where it is not approved."""
    return await _change(conn, erasure_id, State.APPROVED, {"email_skipped": True})


async def note_told(conn: AsyncConnection, erasure_id: UUID, key: str) -> bool:
    """Note when the last email was sent, from its own record; False where it has not left yet."""
    sent = select(mails.c.sent_at, mails.c.message_id).where(mails.c.key == key, mails.c.sent_at.is_not(None))
    row = (await conn.execute(sent)).first()
    if row is None:
        return False
    return await _change(conn, erasure_id, State.APPROVED, {"told_at": row.sent_at, "told_message_id": row.message_id})


async def end(conn: AsyncConnection, erasure_id: UUID, proof: Sequence[Proof], at: datetime) -> bool:
    """Write the end of an approved erasure with its proof; False where it is not approved."""
    if not await _change(conn, erasure_id, State.APPROVED, {"state": State.ERASED, "erased_at": at, "next_at": None}):
        return False
    rows = [
        {"erasure_id": erasure_id, "room": each.room, "erased_at": each.erased_at, "rows": dict(each.rows)}
        for each in proof
    ]
    await conn.execute(insert(erasure_proofs), rows)
    return True


async def unfinished_ones(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """Erasures that are not at their end, for the reconciler."""
    query = select(erasure_requests.c.account_id).where(unfinished(erasure_requests.c.next_at, due_before))
    return [erasure_wake(account_id) for account_id in await conn.scalars(query)]


async def _change(conn: AsyncConnection, erasure_id: UUID, state: State, values: dict[str, Any]) -> bool:
    change = update(erasure_requests).where(erasure_requests.c.id == erasure_id, erasure_requests.c.state == state)
    return (await conn.execute(change.values(**values))).rowcount == 1


async def _with_proof(conn: AsyncConnection, row: Row[Any]) -> Erasure:
    query = select(erasure_proofs).where(erasure_proofs.c.erasure_id == row.id).order_by(erasure_proofs.c.room)
    return _erasure(row, [Proof(each.room, each.erased_at, each.rows) for each in await conn.execute(query)])


def _erasure(row: Row[Any], proof: Sequence[Proof]) -> Erasure:
    return Erasure(
        id=row.id,
        account_id=row.account_id,
        cause=Cause(row.cause),
        state=State(row.state),
        dates=Dates(row.requested_at, row.warn_at, row.answer_by),
        ticket_id=row.ticket_id,
        notice_hash=row.notice_hash,
        decided_at=row.decided_at,
        reason_code=row.reason_code,
        told_at=row.told_at,
        told_message_id=row.told_message_id,
        email_skipped=row.email_skipped,
        erased_at=row.erased_at,
        proof=proof,
    )


async def _facts(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:
    """How many tickets are open; they hold nothing."""
    query = select(func.count()).select_from(tickets)
    count = (
        await conn.execute(query.where(tickets.c.account_id == account_id, tickets.c.state != TicketState.CLOSED))
    ).scalar_one()
    return [Fact("tickets", count=count)] if count else []


async def _erase(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Delete an account's tickets. Deliveries of webhooks hold ids, states and amounts, and go by their own days."""
    theirs = select(tickets.c.id).where(tickets.c.account_id == account_id)
    return await run_each(conn, {
        "messages": delete(messages).where(messages.c.ticket_id.in_(theirs)),
        "tickets": delete(tickets).where(tickets.c.account_id == account_id),
    })  # fmt: skip


ERASABLE: Final = Erasable(_facts, _erase)
