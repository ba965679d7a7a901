"""All SQL of the moment at which a sign-up becomes an account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.tables import mails
from services.trial.domain.accounts import Person, Trial
from services.trial.domain.sign_ups import WAITING, Applicant, SignUpState
from services.trial.tables import accounts, confirmation_links, sign_ups, trials

_VALID_LINK: Final = (
    select(sign_ups)
    .join(confirmation_links, confirmation_links.c.sign_up_id == sign_ups.c.id)
    .where(
        confirmation_links.c.token_hash == bindparam("token_hash"),
        confirmation_links.c.expires_at > bindparam("now", type_=confirmation_links.c.expires_at.type),
        sign_ups.c.state == SignUpState.AWAITING_CONFIRMATION,
    )
)

_COPIED: Final = ("first_name", "last_name", "email", "email_key", "person_hash", "country", "language")
_MADE: Final = (
    insert_or_skip(accounts)
    .from_select(
        ["id", "password_hash", "confirmed_at", *_COPIED],
        _VALID_LINK.with_only_columns(
            bindparam("account_id", type_=accounts.c.id.type),
            bindparam("password_hash", type_=accounts.c.password_hash.type),
            bindparam("now", type_=accounts.c.confirmed_at.type),
            *(sign_ups.c[name] for name in _COPIED),
        ),
    )
    .on_conflict_do_nothing(index_elements=[accounts.c.email_key], index_where=accounts.c.login_closed_at.is_(None))
    .returning(accounts)
)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A new account, with what only the store knows of it."""

    person: Person
    person_hash: bytes
    email_key: str


async def find_applicant(conn: AsyncConnection, token_hash: bytes, now: datetime) -> Applicant | None:
    """Reads whose link this is; None where it is not valid (any more)."""
    row = (await conn.execute(_VALID_LINK, {"token_hash": token_hash, "now": now})).first()
    if row is None:
        return None
    return Applicant(row.first_name, row.last_name, row.email, row.country, row.language)


async def confirm(
    conn: AsyncConnection, account_id: UUID, token_hash: bytes, password_hash: str, now: datetime
) -> Confirmed | None:
    """Makes an account of a link's sign-up: at the first of any number of attempts, and never a second account.

    The account is inserted straight from the waiting sign-up. A rival, with the same link or another one of the same
    address, waits at the unique login and then has nothing to insert.

    Returns:
        The account; None where the link is not valid (any more): then the caller rolls back.
    """
    values = {"account_id": account_id, "token_hash": token_hash, "password_hash": password_hash, "now": now}
    row = (await conn.execute(_MADE, values)).first()
    if row is None:
        return None
    link = select(confirmation_links.c.sign_up_id).where(confirmation_links.c.token_hash == token_hash)
    moved = dict.fromkeys(("first_name", "last_name", "email", "email_key", "country"), null())
    used = await conn.execute(
        update(sign_ups)
        .where(sign_ups.c.id == link.scalar_subquery(), sign_ups.c.state == SignUpState.AWAITING_CONFIRMATION)
        .values(state=SignUpState.CONFIRMED, account_id=account_id, **moved)
        .returning(sign_ups.c.id)
    )
    sign_up_id = used.scalar_one_or_none()
    if sign_up_id is None:
        return None
    await conn.execute(delete(confirmation_links).where(confirmation_links.c.sign_up_id == sign_up_id))
    # So that an erasure of the account finds the email that confirmed it.
    await conn.execute(update(mails).where(mails.c.subject_id == sign_up_id).values(subject_id=account_id))
    person = Person(row.first_name, row.last_name, row.email, row.country, row.language, account_id)
    return Confirmed(person, row.person_hash, row.email_key)


async def end_rivals(conn: AsyncConnection, email_key: str) -> list[UUID]:
    """Ends the other sign-ups of an address that has become an account; their links die with it.

    Returns:
        Those that were in review: their workflows must look again.
    """
    waiting = select(sign_ups.c.id, sign_ups.c.state).where(
        sign_ups.c.email_key == email_key, sign_ups.c.state.in_(WAITING)
    )
    rivals = (await conn.execute(waiting.with_for_update())).all()
    ids = [row.id for row in rivals]
    await conn.execute(
        update(sign_ups)
        .where(sign_ups.c.id.in_(ids), sign_ups.c.state.in_(WAITING))
        .values(state=SignUpState.LAPSED, next_at=None)
    )
    await conn.execute(delete(confirmation_links).where(confirmation_links.c.sign_up_id.in_(ids)))
    return [row.id for row in rivals if row.state == SignUpState.IN_REVIEW]


async def add_trial(conn: AsyncConnection, trial: Trial, next_at: datetime) -> None:
    """Stores a new trial."""
    await conn.execute(
        insert(trials).values(
            account_id=trial.account_id,
            state=literal(trial.state.value),
            started_at=trial.started_at,
            ends_at=trial.terms.ends_at,
            purge_at=trial.terms.purge_at,
            next_at=next_at,
        )
    )
