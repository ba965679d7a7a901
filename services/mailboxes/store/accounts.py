"""The SQL of accounts: their rows, places, unlocks, and what they hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.domain.accounts import Account, Allowance, Entitlement, Unlock
from services.mailboxes.domain.states import AccountState, Billing, Feature
from services.mailboxes.tables import accounts, option_places, ordered_mailboxes, places, unlocks

_READ = select(accounts).where(accounts.c.id == bindparam("account"))
_LOCK = _READ.with_for_update(key_share=True)

_ALLOWANCE = text("""
    SELECT a.*,
        (SELECT coalesce(json_object_agg(p.size_gb, p.mailboxes), '{}') FROM places p WHERE p.account_id = a.id)
            AS places,
        (SELECT coalesce(json_object_agg(m.size_gb, m.number), '{}') FROM (
            SELECT size_gb, count(*) AS number FROM mailboxes WHERE account_id = a.id GROUP BY size_gb
        ) m) AS sizes,
        (SELECT coalesce(json_object_agg(o.code, o.number), '{}') FROM (
            SELECT code, count(*) AS number FROM mailboxes, unnest(options) AS code
            WHERE account_id = a.id GROUP BY code
        ) o) AS options,
        (SELECT coalesce(json_object_agg(p.code, p.mailboxes), '{}') FROM option_places p WHERE p.account_id = a.id)
            AS option_places,
        (SELECT count(*) FROM domains d WHERE d.account_id = a.id) AS domains,
        (SELECT count(*) FROM domains d WHERE d.account_id = a.id
            AND NOT EXISTS (SELECT FROM mailboxes m WHERE m.domain_id = d.id)) AS empty_domains,
        (SELECT count(*) FROM mailboxes m WHERE m.account_id = a.id AND m.uncovered) AS uncovered_mailboxes,
        (SELECT count(*) FROM domains d WHERE d.account_id = a.id AND d.uncovered) AS uncovered_domains,
        (SELECT u.order_id FROM unlocks u WHERE u.account_id = a.id ORDER BY u.unlocked_at DESC LIMIT 1) AS order_id
    FROM accounts a WHERE a.id = :account
""")


async def lock(conn: AsyncConnection, account_id: UUID) -> Account | None:
    """Locks and reads an account's row.

    Everything that adds, removes or counts under a limit takes this lock first, before any other row's, so that
    counts made after it are true until the commit and no two transactions wait for each other. Foreign keys still
    pass (FOR NO KEY UPDATE).
    """
    row = (await conn.execute(_LOCK, {"account": account_id})).one_or_none()
    return None if row is None else _account(row)


async def read(conn: AsyncConnection, account_id: UUID) -> Account | None:
    """Reads an account's row."""
    row = (await conn.execute(_READ, {"account": account_id})).one_or_none()
    return None if row is None else _account(row)


async def insert_account(
    conn: AsyncConnection, account_id: UUID, state: AccountState, entitlement: Entitlement, now: datetime
) -> bool:
    """Makes an account's row, unless there is one, with its places.

    Returns:
        Whether it is new.
    """
    inserted = await conn.execute(
        insert(accounts)
        .values(id=account_id, state=state, features_off=[], opened_at=now, state_since=now, **_limits(entitlement))
        .on_conflict_do_nothing()
        .returning(accounts.c.id)
    )
    if inserted.first() is None:
        return False
    await _replace_places(conn, account_id, entitlement.places)
    return True


async def set_state(
    conn: AsyncConnection, account_id: UUID, allowed: frozenset[AccountState], state: AccountState, now: datetime
) -> bool:
    """Moves an account from one of the allowed states to another.

    Returns:
        Whether it was in one of them; otherwise nothing changed.
    """
    changed = await conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.state.in_(allowed))
        .values(state=state, state_since=now)
        .returning(accounts.c.id)
    )
    return changed.first() is not None


async def insert_unlock(
    conn: AsyncConnection, account_id: UUID, order_id: UUID, billing: Billing, now: datetime
) -> bool:
    """Notes that an order unlocks an account.

    Returns:
        Whether it does so for the first time.
    """
    inserted = await conn.execute(
        insert(unlocks)
        .values(order_id=order_id, account_id=account_id, billing=billing, unlocked_at=now)
        .on_conflict_do_nothing()
        .returning(unlocks.c.order_id)
    )
    return inserted.first() is not None


async def take_back(conn: AsyncConnection, account_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Notes that what an order brought to an account is taken back.

    Returns:
        Whether it is for the first time; False too where the order brought nothing to this account.
    """
    changed = await conn.execute(
        update(unlocks)
        .where(unlocks.c.order_id == order_id, unlocks.c.account_id == account_id, unlocks.c.taken_back_at.is_(None))
        .values(taken_back_at=now)
        .returning(unlocks.c.order_id)
    )
    return changed.first() is not None


async def read_unlock(conn: AsyncConnection, order_id: UUID) -> Unlock | None:
    """Reads which account an order unlocked, and when."""
    row = (await conn.execute(select(unlocks).where(unlocks.c.order_id == order_id))).one_or_none()
    return None if row is None else Unlock(row.order_id, row.account_id, row.unlocked_at)


async def give(
    conn: AsyncConnection,
    account_id: UUID,
    billing: Billing,
    entitlement: Entitlement,
    now: datetime,
) -> None:
    """Unlocks an account: the contract's limits take the place of those it had."""
    await conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(
            state=AccountState.UNLOCKED,
            billing=billing,
            state_since=now,
            new_contract=billing is Billing.MONTHLY,
            **_limits(entitlement),
        )
    )
    await _replace_places(conn, account_id, entitlement.places)


async def confirm(conn: AsyncConnection, account_id: UUID, numbers: Mapping[int, int]) -> None:
    """Gives a new monthly contract the places of any other; call it under the account's lock."""
    await conn.execute(update(accounts).where(accounts.c.id == account_id).values(new_contract=False))
    await _replace_places(conn, account_id, numbers)


async def widen(conn: AsyncConnection, account_id: UUID, entitlement: Entitlement) -> None:
    """Gives an account another contract's limits and leaves its state as it is."""
    await conn.execute(update(accounts).where(accounts.c.id == account_id).values(**_limits(entitlement)))
    await _replace_places(conn, account_id, entitlement.places)


async def switch_feature(conn: AsyncConnection, account_id: UUID, features_off: frozenset[Feature]) -> None:
    """Writes which features are off; call it under the account's lock."""
    await conn.execute(update(accounts).where(accounts.c.id == account_id).values(features_off=sorted(features_off)))


async def note_purge(conn: AsyncConnection, account_id: UUID, domains: int, mailboxes: int, now: datetime) -> None:
    """Ends an account for good and keeps how much was removed."""
    await conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(
            state=AccountState.PURGED,
            state_since=now,
            features_off=[],
            domains_removed=domains,
            mailboxes_removed=mailboxes,
        )
    )
    for table in (places, option_places, ordered_mailboxes):
        await conn.execute(delete(table).where(table.c.account_id == account_id))


async def read_allowance(conn: AsyncConnection, account_id: UUID) -> Allowance | None:
    """Reads an account with its places and what stands in them, in one statement."""
    row = (await conn.execute(_ALLOWANCE, {"account": account_id})).one_or_none()
    if row is None:
        return None
    return Allowance(
        account=_account(row),
        places=_per_size(row.places),
        sizes=_per_size(row.sizes),
        domains=row.domains,
        empty_domains=row.empty_domains,
        order_id=row.order_id,
        options=row.options,
        option_places=row.option_places,
        uncovered_mailboxes=row.uncovered_mailboxes,
        uncovered_domains=row.uncovered_domains,
    )


def _limits(entitlement: Entitlement) -> dict[str, int | None]:
    return {
        "max_domains": entitlement.max_domains,
        "messages_per_day": entitlement.messages_per_day,
        "recipients_per_day": entitlement.recipients_per_day,
        "account_messages_per_day": entitlement.account_messages_per_day,
        "account_recipients_per_day": entitlement.account_recipients_per_day,
        "ordered_mailboxes": entitlement.ordered_mailboxes,
    }


async def _replace_places(conn: AsyncConnection, account_id: UUID, numbers: Mapping[int, int]) -> None:
    await conn.execute(delete(places).where(places.c.account_id == account_id))
    if numbers:
        rows = [{"account_id": account_id, "size_gb": size, "mailboxes": n} for size, n in numbers.items()]
        await conn.execute(insert(places), rows)


def _per_size(numbers: Mapping[str, int]) -> dict[int, int]:
    """JSON's keys are text."""
    return {int(size): number for size, number in numbers.items()}


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        state=AccountState(row.state),
        billing=Billing(row.billing) if row.billing else None,
        max_domains=row.max_domains,
        messages_per_day=row.messages_per_day,
        recipients_per_day=row.recipients_per_day,
        account_messages_per_day=row.account_messages_per_day,
        account_recipients_per_day=row.account_recipients_per_day,
        ordered_mailboxes=row.ordered_mailboxes,
        new_contract=row.new_contract,
        features_off=frozenset(Feature(name) for name in row.features_off),
        state_since=row.state_since,
        domains_removed=row.domains_removed,
        mailboxes_removed=row.mailboxes_removed,
    )
