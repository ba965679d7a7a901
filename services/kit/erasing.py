"""Erases what a room has of an account: what every room has of it, and what the room itself adds; and keeps the record.

The record counts what was erased, so it holds nobody's data and stays. Source: GDPR art. 17 and 5(2).
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Update, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import errors_pb2
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import CasellaError
from services.kit.money import Money
from services.kit.tables import erasures, mails, outbox, requests

MOST_FACTS = 200
"""Told at once: an account with more open orders, money and invoices than this is looked at by its own pages."""


class AccountErased(CasellaError):
    """The account is erased: nothing more is kept of it."""

    reason = errors_pb2.REASON_ACCOUNT_CLOSED


class ErasureTooEarly(CasellaError):
    """The account is not purged yet: there is more of it than its personal data, and it may still be used."""

    reason = errors_pb2.REASON_ERASURE_STATE


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a room has of an account; see ``ErasureFact`` in the contract."""

    kind: str
    row_id: UUID | None = None
    count: int = 0
    amount: Money | None = None
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Erasable:
    """What a room adds."""

    facts: Callable[[AsyncConnection, UUID], Awaitable[Sequence[Fact]]]
    """Lists what the room has of an account, any order."""
    erase: Callable[[AsyncConnection, UUID], Awaitable[Mapping[str, int]]]
    """Erases it in a transaction and counts by tables; refuses an account that is not purged, where the room can know.

    It may be called again, and by two at once.
    """


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of an account, and when last."""

    at: datetime
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Erasing:
    """The erasure of accounts in one room."""

    database: Database
    clock: Clock
    room: Erasable

    async def facts(self, account_id: UUID) -> list[Fact]:
        """What the room has of an account: first what holds the erasure."""
        async with self.database.reading() as conn:
            found = await self.room.facts(conn, account_id)
        return sorted(found, key=lambda fact: not fact.holds)[:MOST_FACTS]

    async def erase(self, account_id: UUID) -> Erased:
        """Erase an account's personal data; again: what has come since, added to the record.

        Raises:
            ErasureTooEarly: It is not purged yet.
        """
        now = self.clock.now()
        async with self.database.transaction() as conn:
            await conn.execute(select(func.pg_advisory_xact_lock(_gate(account_id))))
            record = await _lock_record(conn, account_id, now)
            counted = Counter(await erase_shared(conn, account_id))
            counted.update(await self.room.erase(conn, account_id))
            if not +counted:
                return record
            erased = replace(record, at=now, rows=dict(sorted((Counter(record.rows) + counted).items())))
            await conn.execute(
                update(erasures)
                .where(erasures.c.account_id == account_id)
                .values(erased_at=erased.at, rows=dict(erased.rows))
            )
        return erased

    async def record(self, account_id: UUID) -> Erased | None:
        """What was erased of an account; None where nothing was."""
        async with self.database.reading() as conn:
            return await _record(conn, account_id)


async def is_erased(conn: AsyncConnection, account_id: UUID) -> bool:
    """Whether an account is erased here; where it is not, its erasure waits for the end of this transaction.

    So what a transaction then writes of the account is there for the erasure to find.
    """
    await conn.execute(select(func.pg_advisory_xact_lock_shared(_gate(account_id))))
    return await _record(conn, account_id) is not None


async def refuse_erased(conn: AsyncConnection, account_id: UUID) -> None:
    """Refuse to write anything more of an erased account, whose last token may live on for minutes.

    Raises:
        AccountErased: It is erased here.
    """
    if await is_erased(conn, account_id):
        raise AccountErased


async def erase_shared(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Erase what every room has of an account: kept emails, those that have not left, its request ids.

    The emails that have not left come first: one that is just leaving holds its row until its copy is kept.
    """
    theirs = select(mails.c.key).where(mails.c.subject_id == account_id)
    unsent = outbox.c.payload["key"].astext.in_(theirs)
    return await run_each(conn, {
        "outbox": delete(outbox).where(outbox.c.kind == "mail", unsent),
        "mails": delete(mails).where(mails.c.subject_id == account_id),
        "requests": delete(requests).where(
            (requests.c.caller == f"account:{account_id}") | (requests.c.resource_id == account_id)
        ),
    })  # fmt: skip


async def run_each(conn: AsyncConnection, statements: Mapping[str, Delete | Update]) -> dict[str, int]:
    """Run statements in their order and count the rows of each."""
    counted = {}
    for what, statement in statements.items():
        counted[what] = (await conn.execute(statement)).rowcount
    return counted


async def _nothing(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:  # noqa: ARG001
    return ()


async def _no_rows(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:  # noqa: ARG001
    return {}


NOTHING_OF_ACCOUNTS = Erasable(_nothing, _no_rows)
"""A room that has of an account only what every room has."""


def _gate(account_id: UUID) -> ColumnElement[int]:
    """The lock on which writers, who share it, and the erasure meet."""
    return func.hashtextextended(f"erasure {account_id}", 0)


async def _lock_record(conn: AsyncConnection, account_id: UUID, now: datetime) -> Erased:
    """Make the record if there is none and hold it, so that a second call waits and then finds nothing to erase."""
    await conn.execute(insert(erasures).values(account_id=account_id, erased_at=now, rows={}).on_conflict_do_nothing())
    await conn.execute(select(erasures.c.account_id).where(erasures.c.account_id == account_id).with_for_update())
    record = await _record(conn, account_id)
    if record is None:
        raise AssertionError("the record was just made")
    return record


async def _record(conn: AsyncConnection, account_id: UUID) -> Erased | None:
    row = (await conn.execute(select(erasures).where(erasures.c.account_id == account_id))).one_or_none()
    return None if row is None else Erased(row.erased_at, row.rows)
