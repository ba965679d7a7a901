"""How proofs of business are kept: written once, never changed; the newest of a tax id in its country counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.business_proof import BusinessId, ProofKind, SeenProof
from services.ordering.tables import business_proofs


@dataclass(frozen=True, slots=True)
class BusinessProof:
    """A proof that an operator accepted; `actor` says who, as in the audit trail."""

    proof_id: UUID
    account_id: UUID
    business: BusinessId
    seen: SeenProof
    proved_at: datetime
    actor: str


async def insert_proof(conn: AsyncConnection, proof: BusinessProof) -> None:
    """Keep a proof."""
    await conn.execute(
        insert(business_proofs).values(
            id=proof.proof_id,
            account_id=proof.account_id,
            country=proof.business.country,
            tax_id=proof.business.tax_id,
            kind=str(proof.seen.kind),
            reference=proof.seen.reference,
            proved_at=proof.proved_at,
            actor=proof.actor,
        )
    )


async def find_proof(conn: AsyncConnection, account_id: UUID, business: BusinessId) -> BusinessProof | None:
    """The newest proof of an account's business, if there is one."""
    asked = {"account": account_id, "country": business.country, "tax_id": business.tax_id}
    row = (await conn.execute(_NEWEST, asked)).first()
    return _proof(row) if row else None


async def get_proof(conn: AsyncConnection, proof_id: UUID) -> BusinessProof | None:
    """A proof by its id, unless it was erased."""
    row = (await conn.execute(select(business_proofs).where(business_proofs.c.id == proof_id))).first()
    return _proof(row) if row else None


async def list_proofs(
    conn: AsyncConnection, account_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[BusinessProof]:
    """All proofs of an account, of former tax ids too, newest first; ids rise with time."""
    found = select(business_proofs).where(business_proofs.c.account_id == account_id)
    if after is not None:
        found = found.where(business_proofs.c.id < after)
    return [_proof(row) for row in await conn.execute(found.order_by(business_proofs.c.id.desc()).limit(limit))]


def _proof(row: Row[Any]) -> BusinessProof:
    return BusinessProof(
        proof_id=row.id,
        account_id=row.account_id,
        business=BusinessId(row.country, row.tax_id),
        seen=SeenProof(ProofKind(row.kind), row.reference),
        proved_at=row.proved_at,
        actor=row.actor,
    )


_NEWEST = (
    select(business_proofs)
    .where(
        business_proofs.c.account_id == bindparam("account"),
        business_proofs.c.country == bindparam("country"),
        business_proofs.c.tax_id == bindparam("tax_id"),
    )
    .order_by(business_proofs.c.id.desc())
    .limit(1)
)
