"""The SQL of the certified mailbox: how far it was read, the SdI's address, and every message."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.sdi.channel import Incoming, Position
from services.invoicing.tables import channel, messages, transmissions
from services.kit.ids import new_id
from services.kit.measuring import AGE, age
from services.kit.metrics import Values
from services.kit.row_measures import Measure


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message was found to be.

    Attributes:
        outcome: A value of the column `messages.outcome`.
        detail: Why, for a person who looks; never content of the message.
        invoice_id: The invoice it is about, if any.
    """

    outcome: str
    detail: str = ""
    invoice_id: UUID | None = None


async def position(conn: AsyncConnection) -> Position:
    """How far the mailbox was read."""
    row = (await conn.execute(select(channel.c.generation, channel.c.last))).one()
    return Position(row.generation, row.last)


async def sdi_address(conn: AsyncConnection) -> str:
    """The address that the SdI's first answer assigned; empty before it."""
    return str((await conn.execute(select(channel.c.sdi_address))).scalar_one())


async def assign_address(conn: AsyncConnection, address: str) -> None:
    """Keeps the address of the SdI's first answer; a later one changes nothing."""
    await conn.execute(update(channel).where(channel.c.sdi_address == "").values(sdi_address=address))


async def advance(conn: AsyncConnection, to: Position) -> None:
    """Notes that the mailbox was read to a position; never back within one generation."""
    same = channel.c.generation == to.generation
    await conn.execute(
        update(channel).values(
            generation=to.generation,
            last=case((same, func.greatest(channel.c.last, to.last)), else_=to.last),
        )
    )


async def mark_read(conn: AsyncConnection, now: datetime) -> None:
    """Notes that the mailbox was read to its end: the age of the last reading is watched."""
    await conn.execute(update(channel).values(read_at=now))


async def keep(conn: AsyncConnection, message: Incoming, verdict: Verdict, now: datetime) -> bool:
    """Stores a message.

    Returns:
        False if the same message was stored before: another reading found it too.
    """
    kept = await conn.execute(
        insert(messages)
        .values(
            id=new_id(),
            sha256=hashlib.sha256(message.raw).digest(),
            generation=message.position.generation,
            uid=message.position.last,
            outcome=verdict.outcome,
            detail=verdict.detail,
            invoice_id=verdict.invoice_id,
            raw=message.raw,
            read_at=now,
        )
        .on_conflict_do_nothing(index_elements=[messages.c.sha256])
        .returning(messages.c.id)
    )
    return kept.first() is not None


async def _measure(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:
    read_at = await conn.scalar(select(channel.c.read_at))
    since = read_at or await conn.scalar(select(func.min(transmissions.c.first_sent_at)))
    return {AGE.name: age("receipts", since, now)}


MEASURE = Measure((AGE,), _measure)
"""How long ago the mailbox was last read to its end; until it ever was, how long ago the first e-invoice left."""
