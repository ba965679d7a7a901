"""The account's row, on which PlaceOrder and CloseAccount meet, and what stands against closing it.

Lock order: the account's row first, then an order's. Whoever needs both and takes them the other way round would
deadlock with PlaceOrder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.outbox import Wake
from services.kit.wakes import purge_wake, unfinished
from services.ordering.domain.states import ClosureReason, OrderState, SubscriptionState
from services.ordering.tables import accounts, orders, subscriptions


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as ordering knows it; made by its first profile, quote, closing or hold."""

    account_id: UUID
    legal_hold: bool
    closure_reason: ClosureReason | None
    closed_at: datetime | None
    purged_at: datetime | None
    erasure_at: datetime | None

    @property
    def closed(self) -> bool:
        """Whether it is being closed or was."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account's orders and subscriptions say at one moment.

    Attributes:
        open_order_id: its order that waits for payment.
        open_order_expires_at: when that expires; None where none is open, or its proforma is still to come.
        paid_order_id: its first paid order, fulfilled or not.
        unfulfilled: a paid order is still being unlocked and invoiced.
        subscribed: a subscription runs.
        readable_until: it has ended, and until then what is there must stay readable.
    """

    open_order_id: UUID | None
    open_order_expires_at: datetime | None
    paid_order_id: UUID | None
    unfulfilled: bool
    subscribed: bool
    readable_until: datetime | None


async def lock_account(conn: AsyncConnection, account_id: UUID, at: datetime) -> AccountRow:
    """Make the account's row if there is none and lock it until the transaction's end."""
    await conn.execute(_MAKE, {"account": account_id, "at": at})
    return _row((await conn.execute(_LOCK, {"account": account_id})).one())


async def find_account(conn: AsyncConnection, account_id: UUID) -> AccountRow | None:
    """The account's row, if it has one yet."""
    row = (await conn.execute(_FIND, {"account": account_id})).first()
    return _row(row) if row else None


async def find_account_locked(conn: AsyncConnection, account_id: UUID) -> AccountRow | None:
    """The account's row, if it has one yet, locked until the transaction's end."""
    row = (await conn.execute(_LOCK, {"account": account_id})).first()
    return _row(row) if row else None


async def note_erasure(conn: AsyncConnection, account_id: UUID, at: datetime) -> None:
    """Note on a locked account that its erasure has begun; the first moment stays."""
    noted = update(accounts).where(accounts.c.id == account_id, accounts.c.erasure_at.is_(None))
    await conn.execute(noted.values(erasure_at=at))


async def standing(conn: AsyncConnection, account_id: UUID) -> Standing:
    """Orders and subscriptions in one statement: an order that becomes a subscription is never seen as neither."""
    row = (await conn.execute(_STANDING, {"account": account_id})).one()
    return Standing(
        row.open_order, row.open_order_expires_at, row.paid_order, row.unfulfilled, row.subscribed, row.readable_until
    )


async def close(conn: AsyncConnection, account_id: UUID, reason: ClosureReason, at: datetime) -> AccountRow:
    """Close a locked account."""
    values = {"closure_reason": str(reason), "closed_at": at, "next_at": at}
    return await _update(conn, account_id, values)


async def set_hold(conn: AsyncConnection, account: AccountRow, hold: bool, at: datetime) -> AccountRow:  # noqa: FBT001
    """Set or lift the hold on a locked account; a purge that waits for the lifting is due again."""
    waiting = account.closed and account.purged_at is None
    return await _update(
        conn, account.account_id, {"legal_hold": hold, "next_at": at if waiting and not hold else None}
    )


async def record_purged(
    conn: AsyncConnection, account_id: UUID, domains: int, mailboxes: int, at: datetime
) -> AccountRow | None:
    """Write the end of the purge of a closed account. None where it was written before or the account is not closed."""
    done = (
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.closed_at.is_not(None), accounts.c.purged_at.is_(None))
        .values(purged_at=at, domains_removed=domains, mailboxes_removed=mailboxes, next_at=None)
        .returning(*_COLUMNS)
    )
    row = (await conn.execute(done)).first()
    return _row(row) if row else None


async def unfinished_closures(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """Accounts whose purge is not complete and not held, for the reconciler."""
    query = select(accounts.c.id).where(unfinished(accounts.c.next_at, due_before))
    return [purge_wake(account_id) for account_id in await conn.scalars(query)]


async def _update(conn: AsyncConnection, account_id: UUID, values: dict[str, object]) -> AccountRow:
    change = update(accounts).where(accounts.c.id == account_id).values(**values).returning(*_COLUMNS)
    return _row((await conn.execute(change)).one())


def _row(row: Row[*tuple[Any, ...]]) -> AccountRow:
    reason = ClosureReason(row.closure_reason) if row.closure_reason else None
    return AccountRow(row.id, row.legal_hold, reason, row.closed_at, row.purged_at, row.erasure_at)


_COLUMNS = (
    accounts.c.id,
    accounts.c.legal_hold,
    accounts.c.closure_reason,
    accounts.c.closed_at,
    accounts.c.purged_at,
    accounts.c.erasure_at,
)
_MAKE = insert(accounts).values(id=bindparam("account"), created_at=bindparam("at")).on_conflict_do_nothing()
_FIND = select(*_COLUMNS).where(accounts.c.id == bindparam("account"))
_LOCK = _FIND.with_for_update()

_OF_ACCOUNT = orders.c.account_id == bindparam("account")
_BOUGHT = orders.c.state.in_([OrderState.PAID, OrderState.FULFILLED])
_STANDING = select(
    select(orders.c.id)
    .where(_OF_ACCOUNT, orders.c.state == OrderState.OPEN)
    .limit(1)
    .scalar_subquery()
    .label("open_order"),
    select(orders.c.expires_at)
    .where(_OF_ACCOUNT, orders.c.state == OrderState.OPEN)
    .limit(1)
    .scalar_subquery()
    .label("open_order_expires_at"),
    select(orders.c.id)
    .where(_OF_ACCOUNT, _BOUGHT)
    .order_by(orders.c.ended_at)
    .limit(1)
    .scalar_subquery()
    .label("paid_order"),
    exists().where(_OF_ACCOUNT, orders.c.state == OrderState.PAID).label("unfulfilled"),
    exists()
    .where(subscriptions.c.account_id == bindparam("account"), subscriptions.c.state == SubscriptionState.ACTIVE)
    .label("subscribed"),
    select(subscriptions.c.purge_at)
    .where(subscriptions.c.account_id == bindparam("account"), subscriptions.c.state == SubscriptionState.CLOSING)
    .scalar_subquery()
    .label("readable_until"),
)
