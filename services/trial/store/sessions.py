"""All SQL about sessions and about from where somebody has logged in."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.ids import new_id
from services.kit.tables import recoveries
from services.trial.domain.sessions import RefreshHashes
from services.trial.tables import accounts, login_networks, sessions


async def is_known(conn: AsyncConnection, network: bytes, since: datetime) -> bool:
    """Tells whether this address has logged in from this network after a moment."""
    query = select(login_networks.c.hash).where(login_networks.c.hash == network, login_networks.c.logged_in_at > since)
    return (await conn.execute(query)).first() is not None


async def remember_network(conn: AsyncConnection, network: bytes, account_id: UUID, now: datetime) -> None:
    """Notes that an address has logged in from a network.

    After `open_session`, which locks the account: in the other order a login and CloseLogin could wait for each other.
    """
    fresh = upsert(login_networks).values(hash=network, account_id=account_id, logged_in_at=now)
    latest = {"account_id": fresh.excluded.account_id, "logged_in_at": fresh.excluded.logged_in_at}
    await conn.execute(fresh.on_conflict_do_update(index_elements=[login_networks.c.hash], set_=latest))


async def forget_networks(conn: AsyncConnection, account_id: UUID) -> None:
    """Deletes from where an account whose login is closed has logged in."""
    await conn.execute(delete(login_networks).where(login_networks.c.account_id == account_id))


async def open_session(
    conn: AsyncConnection, account_id: UUID, hashes: RefreshHashes, now: datetime, expires_at: datetime
) -> bool:
    """Stores a session, unless the login was closed a moment ago; then False."""
    still_open = select(
        bindparam("session_id", type_=sessions.c.id.type),
        accounts.c.id,
        bindparam("family", type_=sessions.c.family_hash.type),
        bindparam("secret", type_=sessions.c.secret_hash.type),
        bindparam("now", type_=sessions.c.opened_at.type),
        bindparam("expires_at", type_=sessions.c.expires_at.type),
    ).where(accounts.c.id == bindparam("account_id"), accounts.c.login_closed_at.is_(None))
    # Against CloseLogin: whoever comes second sees what the first has done.
    added = await conn.execute(
        insert(sessions)
        .from_select(
            ["id", "account_id", "family_hash", "secret_hash", "opened_at", "expires_at"],
            still_open.with_for_update(read=True),
        )
        .returning(sessions.c.id),
        {
            "session_id": new_id(),
            "account_id": account_id,
            "family": hashes.family,
            "secret": hashes.secret,
            "now": now,
            "expires_at": expires_at,
        },
    )
    return added.first() is not None


async def rotate(
    conn: AsyncConnection, present: RefreshHashes, new_secret: bytes, now: datetime, expires_at: datetime
) -> UUID | None:
    """Exchanges a session's secret, once for each secret.

    Returns:
        The account; None where the session is over or the secret is not its present one.
    """
    values = {
        "family": present.family,
        "secret": present.secret,
        "new_secret": new_secret,
        "now": now,
        "new_expiry": expires_at,
    }
    row = (await conn.execute(_ROTATE, values)).first()
    return None if row is None else row.account_id


async def end(conn: AsyncConnection, family: bytes, now: datetime) -> None:
    """Ends the session of a refresh token, whichever of its secrets the token holds."""
    await conn.execute(
        update(sessions).where(sessions.c.family_hash == family, sessions.c.ended_at.is_(None)).values(ended_at=now)
    )


async def end_all(conn: AsyncConnection, account_id: UUID, now: datetime) -> int:
    """Ends all sessions of an account whose login is closed; gives how many its closing has ended, whenever it is told.

    Args:
        conn: The transaction of the closing.
        account_id: Whose.
        now: When it is told; at the first time it is also the account's `login_closed_at`.
    """
    await conn.execute(
        update(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
        .values(ended_at=now)
    )
    return int((await conn.execute(_ENDED_BY_CLOSING, {"account_id": account_id})).scalar_one())


_ENDED_BY_CLOSING: Final = (
    select(func.count())
    .select_from(sessions.join(accounts, accounts.c.id == sessions.c.account_id))
    .where(sessions.c.account_id == bindparam("account_id"), sessions.c.ended_at == accounts.c.login_closed_at)
)

_ROTATE: Final = (
    update(sessions)
    .where(
        sessions.c.family_hash == bindparam("family"),
        sessions.c.secret_hash == bindparam("secret"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type),
        # Restored rows do not know who has logged out since, and have forgotten which secrets were used.
        ~exists().where(recoveries.c.begun_at >= sessions.c.opened_at),
    )
    .values(
        secret_hash=bindparam("new_secret", type_=sessions.c.secret_hash.type),
        expires_at=bindparam("new_expiry", type_=sessions.c.expires_at.type),
    )
    .returning(sessions.c.account_id)
)
