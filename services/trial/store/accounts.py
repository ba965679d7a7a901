"""All SQL about accounts: who they belong to, their login, the evidence of their consents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.trial.domain.accounts import Account, Person
from services.trial.domain.sign_ups import Consent, ConsentKind, ConsentRecord
from services.trial.store.trials import trial_of
from services.trial.tables import accounts, consents, sign_ups, trials

_WITH_TRIAL: Final = (
    select(accounts, trials, sign_ups.c.id.label("sign_up_id"))
    .join(trials, trials.c.account_id == accounts.c.id)
    .outerjoin(sign_ups, sign_ups.c.account_id == accounts.c.id)
)
_BY_ID: Final = _WITH_TRIAL.where(accounts.c.id == bindparam("id"))
_NEWEST_BY_EMAIL: Final = (
    _WITH_TRIAL.where(accounts.c.email_key == bindparam("email_key"))
    # The open account first: closed ones of the same address are history.
    .order_by(accounts.c.login_closed_at.is_(None).desc(), accounts.c.confirmed_at.desc())
    .limit(1)
)
_LOGIN: Final = select(accounts.c.id, accounts.c.password_hash).where(
    accounts.c.email_key == bindparam("email_key"), accounts.c.login_closed_at.is_(None)
)
_CONSENTS: Final = (
    select(consents)
    .join(sign_ups, sign_ups.c.id == consents.c.sign_up_id)
    .where(sign_ups.c.account_id == bindparam("account_id"))
    .order_by(consents.c.at, consents.c.id)
)


@dataclass(frozen=True, slots=True)
class Login:
    """What a login is checked against."""

    account_id: UUID
    password_hash: str


async def find(conn: AsyncConnection, account_id: UUID) -> Account | None:
    """Reads an account with its trial."""
    row = (await conn.execute(_BY_ID, {"id": account_id})).first()
    return None if row is None else _account(row)


async def find_by_email(conn: AsyncConnection, email_key: str) -> Account | None:
    """Reads the account of an address; of several the open one, else the newest."""
    row = (await conn.execute(_NEWEST_BY_EMAIL, {"email_key": email_key})).first()
    return None if row is None else _account(row)


async def find_open(conn: AsyncConnection, email_key: str) -> Person | None:
    """Reads who can log in with an address."""
    query = select(accounts).where(accounts.c.email_key == email_key, accounts.c.login_closed_at.is_(None))
    row = (await conn.execute(query)).first()
    return None if row is None else _person(row)


async def find_login(conn: AsyncConnection, email_key: str) -> Login | None:
    """Reads what an address logs in with."""
    row = (await conn.execute(_LOGIN, {"email_key": email_key})).first()
    return None if row is None else Login(row.id, row.password_hash)


async def list_consents(conn: AsyncConnection, account_id: UUID) -> list[ConsentRecord]:
    """Reads an account's consents with their evidence, oldest first."""
    rows = await conn.execute(_CONSENTS, {"account_id": account_id})
    return [
        ConsentRecord(Consent(ConsentKind(row.kind), row.document_version, row.granted), row.at, row.ip, row.user_agent)
        for row in rows
    ]


async def close_login(conn: AsyncConnection, account_id: UUID, now: datetime) -> bool:
    """Takes the password away for good; False where it was gone before."""
    changed = await conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.login_closed_at.is_(None))
        .values(login_closed_at=now, password_hash=null())
    )
    return changed.rowcount == 1


def _account(row: Row[Any]) -> Account:
    return Account(_person(row), row.confirmed_at, trial_of(row), row.sign_up_id)


def _person(row: Row[Any]) -> Person:
    return Person(row.first_name, row.last_name, row.email, row.country, row.language, row.id)
