"""How billing profiles are kept: one row an account, whose revision rises with every change."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.kinds import CustomerKind
from services.ordering.domain.profile import BillingProfile
from services.ordering.tables import billing_profiles, profile_trials


@dataclass(frozen=True, slots=True)
class SavedProfile:
    """A billing profile with its revision, from 1."""

    profile: BillingProfile
    revision: int

    def as_json(self) -> dict[str, Any]:
        """The profile as it is stored, also on an order."""
        return {**asdict(self.profile), "kind": str(self.profile.kind), "revision": self.revision}


def profile_from(content: dict[str, Any]) -> SavedProfile:
    """The profile whose `as_json` this is."""
    fields = {name: value for name, value in content.items() if name not in ("kind", "revision")}
    return SavedProfile(BillingProfile(kind=CustomerKind(content["kind"]), **fields), content["revision"])


async def upsert(conn: AsyncConnection, account_id: UUID, profile: BillingProfile, at: datetime) -> SavedProfile:
    """Save a profile; its revision is one more than that of the profile before."""
    content = SavedProfile(profile, 0).as_json()
    row = (await conn.execute(_UPSERT, {"account": account_id, "content": content, "at": at})).one()
    return SavedProfile(profile, row.revision)


async def find_profile(conn: AsyncConnection, account_id: UUID) -> SavedProfile | None:
    """The account's profile, if it has one."""
    row = (await conn.execute(_FIND, {"account": account_id})).first()
    return profile_from({**row.content, "revision": row.revision}) if row else None


async def note_trial(conn: AsyncConnection, account_id: UUID, at: datetime) -> None:
    """Count that a customer is about to save a profile, and forget what counts no more; under the account's lock."""
    gone = delete(profile_trials).where(
        profile_trials.c.account_id == account_id, profile_trials.c.tried_at <= at - timedelta(hours=24)
    )
    await conn.execute(gone)
    await conn.execute(insert(profile_trials).values(account_id=account_id, tried_at=at))


_INSERT = insert(billing_profiles).values(
    account_id=bindparam("account"),
    revision=1,
    content=bindparam("content", type_=billing_profiles.c.content.type),
    saved_at=bindparam("at"),
)
_UPSERT = _INSERT.on_conflict_do_update(
    index_elements=[billing_profiles.c.account_id],
    set_={
        "revision": billing_profiles.c.revision + 1,
        "content": _INSERT.excluded.content,
        "saved_at": _INSERT.excluded.saved_at,
    },
).returning(billing_profiles.c.revision)
_FIND = select(billing_profiles.c.content, billing_profiles.c.revision).where(
    billing_profiles.c.account_id == bindparam("account")
)
