"""The SQL that erases an account after its purge, which has removed every name and password: what is left are counts.

The usage of a paid contract stays (ids, sizes and times): it is what its invoices were computed from.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.erasing import Erasable, ErasureTooEarly, Fact, run_each
from services.mailboxes.domain.states import AccountState
from services.mailboxes.tables import accounts, domains, mailboxes, sends


async def _facts(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:
    """How many domains and mailboxes would go."""
    found = []
    for kind, table in (("domains", domains), ("mailboxes", mailboxes)):
        count = select(func.count()).select_from(table).where(table.c.account_id == account_id)
        found.append(Fact(kind, count=(await conn.execute(count)).scalar_one()))
    return [fact for fact in found if fact.count]


async def _erase(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Erase the counts of sent messages of a purged account.

    Raises:
        ErasureTooEarly: It is not purged.
    """
    state = await conn.scalar(select(accounts.c.state).where(accounts.c.id == account_id).with_for_update())
    if state not in {None, AccountState.PURGED}:
        raise ErasureTooEarly
    return await run_each(conn, {"sends": delete(sends).where(sends.c.account_id == account_id)})


ERASABLE: Final = Erasable(_facts, _erase)
