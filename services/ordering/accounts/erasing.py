"""Decides what an approved erasure ends at once: open orders, and the subscription, whatever of it is paid.

Payments still decides about what waits for its money: a charge that wins is served, and ended again by the next call.
The customer was told that what is paid and not used is not paid back (docs/rules.md, "Erasure").
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.wakes import erasure_wake, order_wake
from services.ordering.accounts import erasing_store, store
from services.ordering.domain.states import SubscriptionState
from services.ordering.orders.store import note_cancel_request
from services.ordering.subscriptions import ending
from services.ordering.subscriptions.store import find_subscription_of_account, lock_subscription


@dataclass(frozen=True, slots=True)
class Erasures:
    """What ordering does for erasures before the account is closed, and when one is due by itself."""

    database: Database
    clock: Clock
    unpaid_account_days: int

    async def begin(self, account_id: UUID) -> bool:
        """Note an erasure and end what stands against it, unless a legal hold stands.

        Returns:
            Whether a hold stands, so that nothing was ended.
        """
        now = self.clock.now()
        async with self.database.transaction() as conn:
            account = await store.lock_account(conn, account_id, now)
            await store.note_erasure(conn, account_id, now)
            if account.legal_hold or account.closed:
                return account.legal_hold
            for order_id in await erasing_store.uncancelled_orders(conn, account_id):
                await note_cancel_request(conn, order_id, now)
                await outbox.wake(conn, order_wake(order_id), now)
            await _end_subscription(conn, account_id, now)
        return False

    async def is_due(self, account_id: UUID) -> bool:
        """Whether what is left of an account that never paid is to be erased."""
        async with self.database.reading() as conn:
            return await erasing_store.is_due(conn, account_id, self.clock.now(), self.unpaid_account_days)

    async def wake_due(self, now: datetime) -> int:
        """The daily job: starts the erasure of what is left of accounts that never paid.

        Returns:
            How many.
        """
        async with self.database.transaction() as conn:
            due = await erasing_store.due_accounts(conn, now, self.unpaid_account_days)
            for account_id in due:
                await outbox.wake(conn, erasure_wake(account_id), now)
        return len(due)


async def _end_subscription(conn: AsyncConnection, account_id: UUID, now: datetime) -> None:
    """End the account's subscription, if one runs; of one that has ended, what is still owed."""
    found = await find_subscription_of_account(conn, account_id)
    subscription = await lock_subscription(conn, found.subscription_id) if found else None
    if subscription is not None and subscription.state is not SubscriptionState.ENDED:
        await ending.erase(conn, subscription, now)
