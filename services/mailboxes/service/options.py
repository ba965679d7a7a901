"""Decides about the options of mailboxes: what an order brings, what a contract covers, what a new mailbox gets.

Everything here happens under the account's lock, save the first look before a password is hashed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.domain.accounts import Account
from services.mailboxes.domain.options import Ordered, codes, given, places_of, taken, together, without
from services.mailboxes.domain.states import Billing
from services.mailboxes.errors import OptionLimit
from services.mailboxes.store import mailboxes as mailbox_store
from services.mailboxes.store import options as store


async def bring(
    conn: AsyncConnection, account_id: UUID, billing: Billing, ordered: Sequence[Ordered], now: datetime
) -> None:
    """Gives what a first order brings to the mailboxes that there are; the rest waits for those that are made."""
    existing = await mailbox_store.of_account(conn, account_id)
    found = given(existing, ordered)
    for mailbox in existing:
        await mailbox_store.set_options(conn, mailbox, found.options[mailbox.id], now)
    await store.replace_waiting(conn, account_id, found.left)
    await store.replace_places(conn, account_id, places_of(ordered) if billing is Billing.ANNUAL else {})


async def bring_more(conn: AsyncConnection, account_id: UUID, ordered: Sequence[Ordered]) -> None:
    """Adds what an addition to an annual contract brings: for the mailboxes that are made."""
    waiting = await store.read_waiting(conn, account_id)
    await store.replace_waiting(conn, account_id, together(waiting, ordered))
    places = Counter(await store.read_places(conn, account_id)) + places_of(ordered)
    await store.replace_places(conn, account_id, places)


async def take_back(conn: AsyncConnection, account_id: UUID, ordered: Sequence[Ordered]) -> None:
    """Takes back what an addition brought; mailboxes keep options above the rest."""
    waiting = await store.read_waiting(conn, account_id)
    await store.replace_waiting(conn, account_id, without(waiting, ordered))
    places = Counter(await store.read_places(conn, account_id)) - places_of(ordered)
    await store.replace_places(conn, account_id, places)


async def check_covered(
    conn: AsyncConnection, account: Account, added: Iterable[str], mailbox_id: UUID | None = None
) -> None:
    """Refuses options that the contract does not cover on one more mailbox.

    Args:
        conn: A transaction under the account's lock, if the answer has to last.
        account: Whose mailbox it is.
        added: Codes that it does not have yet.
        mailbox_id: The mailbox; None for a new one.

    Raises:
        OptionLimit: The metadata names the option and how many mailboxes may have it.
    """
    if account.billing is Billing.MONTHLY:
        return
    places = await store.read_places(conn, account.id)
    for code in codes(added):
        if await store.count(conn, account.id, code, mailbox_id) >= places.get(code, 0):
            raise OptionLimit(metadata={"limit": "options", "option": code, "value": str(places.get(code, 0))})


async def of_new(
    conn: AsyncConnection, account: Account, size_gb: int, wanted: tuple[str, ...] | None
) -> tuple[str, ...]:
    """The options of a mailbox that is made now; it uses up one of the ordered that wait.

    Args:
        conn: The transaction under the account's lock.
        account: Whose mailbox it is.
        size_gb: Its size.
        wanted: The options that were named; None gives it those of the ordered one, as far as the contract covers them.
    """
    found, left = taken(await store.read_waiting(conn, account.id), size_gb, wanted)
    if found is not None:
        await store.replace_waiting(conn, account.id, left)
    if wanted is not None:
        return wanted
    if found is None or account.billing is Billing.MONTHLY:
        return found.options if found else ()
    places = await store.read_places(conn, account.id)
    return tuple(
        [code for code in found.options if await store.count(conn, account.id, code, None) < places.get(code, 0)]
    )
