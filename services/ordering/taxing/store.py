"""How VIES's answers are kept: written once, never changed; the newest one that says something counts. And under which
name in the billing profile an operator has accepted a number of which VIES tells another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.tax_waiting import Finding
from services.ordering.tables import accepted_names, vat_checks


@dataclass(frozen=True, slots=True)
class VatCheck:
    """One question to VIES and its answer.

    Attributes:
        vat_id: the number with its country as VIES calls it, for example `EL094259216`.
        requester: our own number, for example `IT07123450483`.
        consultation_number: VIES's number of the question; empty without an answer.
        name: of the owner, where that state tells it.
        address: of the owner, where that state tells it.
        error: why there is no answer; empty with one.
    """

    check_id: UUID
    account_id: UUID
    vat_id: str
    requester: str
    asked_at: datetime
    finding: Finding
    consultation_number: str
    name: str
    address: str
    error: str


async def insert_check(conn: AsyncConnection, check: VatCheck) -> None:
    """Keep an answer."""
    await conn.execute(
        insert(vat_checks).values(
            id=check.check_id,
            account_id=check.account_id,
            vat_id=check.vat_id,
            requester=check.requester,
            asked_at=check.asked_at,
            finding=str(check.finding),
            consultation_number=check.consultation_number,
            name=check.name,
            address=check.address,
            error=check.error,
        )
    )


async def last_check(conn: AsyncConnection, account_id: UUID, vat_id: str) -> VatCheck | None:
    """What came of the newest question about an account's number."""
    row = (await conn.execute(_LAST, {"account": account_id, "vat_id": vat_id})).first()
    return _check(row) if row else None


async def last_verdict(conn: AsyncConnection, account_id: UUID, vat_id: str) -> VatCheck | None:
    """The newest question about an account's number to which VIES had an answer."""
    row = (await conn.execute(_LAST_VERDICT, {"account": account_id, "vat_id": vat_id})).first()
    return _check(row) if row else None


async def list_checks(conn: AsyncConnection, account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[VatCheck]:
    """All questions about an account's numbers, newest first; ids rise with time."""
    found = select(vat_checks).where(vat_checks.c.account_id == account_id).order_by(vat_checks.c.id.desc())
    if after is not None:
        found = found.where(vat_checks.c.id < after)
    return [_check(row) for row in await conn.execute(found.limit(limit))]


async def accept_name(conn: AsyncConnection, check: VatCheck, name: str, at: datetime) -> None:
    """Keep that an operator has accepted a name beside the one that VIES told; once accepted it stays so."""
    accepted = insert(accepted_names).values(
        account_id=check.account_id, vat_id=check.vat_id, name=name, vat_check_id=check.check_id, accepted_at=at
    )
    await conn.execute(accepted.on_conflict_do_nothing())


async def is_accepted(conn: AsyncConnection, account_id: UUID, vat_id: str, name: str) -> bool:
    """Whether an operator has accepted a name for an account's number."""
    return bool((await conn.execute(_ACCEPTED, {"account": account_id, "vat_id": vat_id, "name": name})).scalar())


def _check(row: Row[Any]) -> VatCheck:
    return VatCheck(
        check_id=row.id,
        account_id=row.account_id,
        vat_id=row.vat_id,
        requester=row.requester,
        asked_at=row.asked_at,
        finding=Finding(row.finding),
        consultation_number=row.consultation_number,
        name=row.name,
        address=row.address,
        error=row.error,
    )


_LAST = (
    select(vat_checks)
    .where(vat_checks.c.account_id == bindparam("account"), vat_checks.c.vat_id == bindparam("vat_id"))
    .order_by(vat_checks.c.asked_at.desc(), vat_checks.c.id.desc())
    .limit(1)
)
_LAST_VERDICT = _LAST.where(vat_checks.c.finding != str(Finding.NO_ANSWER))
_ACCEPTED = select(
    exists().where(
        accepted_names.c.account_id == bindparam("account"),
        accepted_names.c.vat_id == bindparam("vat_id"),
        accepted_names.c.name == bindparam("name"),
    )
)
