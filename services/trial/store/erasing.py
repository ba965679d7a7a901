"""All SQL that erases an account: the person, the login, the trial, and the sign-up with its consents.

A consent proves that the data could be used, so it goes with them: what proves a paid contract is ordering's consent to
pay. The keyed hash of the person and of visitors stay for their own days, against a second trial and abuse.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.erasing import Erasable, ErasureTooEarly, Fact, run_each
from services.kit.tables import mails, requests
from services.trial.tables import (
    accounts,
    confirmation_links,
    consents,
    login_networks,
    reminders,
    sessions,
    sign_ups,
    trials,
)


async def _facts(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:  # noqa: ARG001
    """A trial holds nothing: closing the account ends it."""
    return ()


async def _erase(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Erase an account whose login is closed, with every sign-up that named its address.

    Raises:
        ErasureTooEarly: Its login is open.
    """
    account = (await conn.execute(select(accounts).where(accounts.c.id == account_id).with_for_update())).one_or_none()
    if account is None:
        return {}
    if account.login_closed_at is None:
        raise ErasureTooEarly
    named = (sign_ups.c.account_id == account_id) | (sign_ups.c.email_key == account.email_key)
    theirs = select(sign_ups.c.id).where(named)
    return await run_each(conn, {
        "reminders": delete(reminders).where(reminders.c.account_id == account_id),
        "trials": delete(trials).where(trials.c.account_id == account_id),
        "sessions": delete(sessions).where(sessions.c.account_id == account_id),
        "login_networks": delete(login_networks).where(login_networks.c.account_id == account_id),
        "consents": delete(consents).where(consents.c.sign_up_id.in_(theirs)),
        "confirmation_links": delete(confirmation_links).where(confirmation_links.c.sign_up_id.in_(theirs)),
        "mails": delete(mails).where(mails.c.subject_id.in_(theirs)),
        "requests": delete(requests).where(requests.c.resource_id.in_(theirs)),
        "sign_ups": delete(sign_ups).where(named),
        "accounts": delete(accounts).where(accounts.c.id == account_id),
    })  # fmt: skip


ERASABLE: Final = Erasable(_facts, _erase)
