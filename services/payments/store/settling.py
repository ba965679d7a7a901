"""The SQL by which money leaves the operator's queue: one guarded statement, so that of two operators one wins."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events
from services.kit.database import require_transaction
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.money import Money
from services.payments.domain.receipts import Settlement
from services.payments.errors import MoneySettled
from services.payments.store import waking
from services.payments.tables import money_entries

_ENTRY = money_entries.c


@dataclass(frozen=True, slots=True)
class Settled:
    """Money that has left the operator's queue.

    Attributes:
        entry_id: Its entry.
        source_ref: Its identity in the ledger.
        amount: How much, above zero.
        booked_on: Its booking date; None where the bank tells none.
        named: The requests that it named while it waited.
    """

    entry_id: UUID
    source_ref: str
    amount: Money
    booked_on: date | None
    named: tuple[UUID, ...]


async def settle(
    conn: AsyncConnection, which: ColumnElement[bool], settlement: Settlement, to: UUID | None, now: datetime
) -> Settled | None:
    """Take an entry out of the queue, tell of it and wake its workflow.

    The caller posts the ledger's side and wakes whom the entry names, once it knows what has become of them.

    Args:
        conn: The transaction of the operator's call.
        which: The condition on the entry; at most one.
        settlement: What becomes of it.
        to: The payment request, the account or the refund to which it goes.
        now: By the service's clock.

    Returns:
        The money; None when no such entry waits.
    """
    require_transaction(conn)
    settled = await conn.execute(
        update(money_entries)
        .where(which, _ENTRY.settled_at.is_(None))
        .values(settled_at=now, settled_as=settlement, settled_to=to)
        .returning(_ENTRY.id, _ENTRY.source_ref, _ENTRY.minor, _ENTRY.currency, _ENTRY.available_on, _ENTRY.named)
    )
    row = settled.first()
    if row is None:
        return None
    amount = Money(row.minor, row.currency)
    ids = {"money_entry_id": row.id}
    await events.tell(conn, Event(EventType.PAYMENT_SETTLED, None, ids, state=settlement, amount=amount), now)
    await waking.wake_money(conn, row.id, now)
    return Settled(row.id, row.source_ref, amount, row.available_on, tuple(row.named))


async def settle_entry(
    conn: AsyncConnection, entry_id: UUID, settlement: Settlement, to: UUID | None, now: datetime
) -> Settled:
    """Take an entry out of the queue that an operator names; as `settle`.

    Raises:
        MoneySettled: It does not wait.
    """
    settled = await settle(conn, _ENTRY.id == entry_id, settlement, to, now)
    if settled is None:
        raise MoneySettled
    return settled


async def take_back(conn: AsyncConnection, entry_id: UUID, by: UUID, now: datetime) -> None:
    """Note by which entry the money of another was taken back, and wake for it; the caller holds that entry."""
    which = (_ENTRY.id == entry_id) & _ENTRY.taken_back_by.is_(None)
    noted = await conn.execute(update(money_entries).where(which).values(taken_back_by=by).returning(_ENTRY.named))
    await waking.wake_money(conn, entry_id, now)
    for row in noted:
        await waking.wake_named(conn, row.named, now)


async def settle_pair(conn: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """Settle money that waits together with what took it back, where that waits, too; the caller holds the money.

    Both lie in suspense, where they are nothing together, so that the ledger has nothing to move. About a part payment
    that was invoiced a person decides.
    """
    back = money_entries.alias()
    waits = exists().where(back.c.id == _ENTRY.taken_back_by, back.c.settled_at.is_(None))
    which = (_ENTRY.id == entry_id) & _ENTRY.advance_decided_at.is_(None) & waits
    settled = await settle(conn, which, Settlement.TAKEN_BACK, None, now)
    if settled is None:
        return
    took = await conn.scalar(select(_ENTRY.taken_back_by).where(_ENTRY.id == entry_id))
    if took is None:
        raise AssertionError("what was settled as taken back was taken back")
    reversal = await settle_entry(conn, took, Settlement.TAKEN_BACK, None, now)
    await waking.wake_named(conn, sorted({*settled.named, *reversal.named}), now)


async def reopen(conn: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """Put a settled entry back into the queue, because what was done with it was given up, and wake whom it names."""
    require_transaction(conn)
    reopened = await conn.execute(
        update(money_entries)
        .where(_ENTRY.id == entry_id)
        .values(settled_at=None, settled_as=None, settled_to=None)
        .returning(_ENTRY.named)
    )
    await waking.wake_named(conn, reopened.scalar_one(), now)
    await waking.wake_money(conn, entry_id, now)
