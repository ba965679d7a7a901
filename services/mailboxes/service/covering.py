"""Keeps written which mailboxes and domains an account's contract does not cover, and counts the places taken."""

from collections import Counter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.domain.accounts import Account
from services.mailboxes.domain.covering import places_taken, uncovered
from services.mailboxes.domain.states import Billing
from services.mailboxes.store import covering as store
from services.mailboxes.store import mailboxes as mailbox_store


async def cover(conn: AsyncConnection, account_id: UUID, billing: Billing | None) -> None:
    """Decides again what is covered, after the places or what stands in them changed.

    Args:
        conn: The transaction under the account's lock.
        account_id: The account.
        billing: As the account is billed now; only an annual contract leaves anything uncovered.
    """
    left_out = frozenset[UUID]()
    if billing is Billing.ANNUAL:
        takers = await store.takers(conn, account_id)
        left_out = uncovered(takers, await mailbox_store.read_places(conn, account_id))
    await store.note_uncovered(conn, account_id, left_out)


async def taken_by(conn: AsyncConnection, account: Account) -> Counter[int]:
    """How many places of each size in GB an account has taken; lasting only under its lock."""
    sizes = await mailbox_store.count_per_size(conn, account.id)
    return places_taken(sizes, await store.count_empty_domains(conn, account.id), account.billing)
