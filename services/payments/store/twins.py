"""The SQL by which money is found that two files may have told, though it came once."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from uuid import UUID

from sqlalchemy import and_, false, func, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payments.domain.receipts import MoneyEntry, Settlement, Source
from services.payments.store.bank import TRANSFER, tells_of
from services.payments.tables import announced_transfers, bank_entries, ledger_transactions, money_entries

_NEAR = 5
"""Days by which a notification may be ahead of the statement: the longest closing of the banks, and a day."""


async def told_twice(conn: AsyncConnection, entries: Collection[MoneyEntry]) -> set[tuple[UUID, UUID | None]]:
    """Which money of statements may be another entry of them, told again by another file.

    They are of one amount and of days near each other, and two files tell them under one reference of the bank; or one
    of the two has none, by which the bank would tell them apart (`statements.entries.identify`), and neither end-to-end
    ids, nor payers' IBANs, nor the payment requests that they name tell two: a notification often has less of them, and
    another text, than the statement after it.

    Returns:
        In pairs, the entry of the queue and the one that it may be; None where that paid by itself. What was taken back
        or set aside counts no more.
    """
    told = await _told_as(conn, [entry for entry in entries if not entry.is_gone])
    one, other = bank_entries.alias("one"), bank_entries.alias("other")
    by_hand, twin = announced_transfers.alias("by_hand"), money_entries.alias("twin")
    booked = ledger_transactions.c
    agree = [
        one.c.minor == other.c.minor,
        one.c.currency == other.c.currency,
        func.coalesce(one.c.booked_on.between(other.c.booked_on - _NEAR, other.c.booked_on + _NEAR), true()),
    ]
    one_reference = (one.c.bank_reference == other.c.bank_reference) & (one.c.file_sha256 != other.c.file_sha256)
    no_reference = and_(
        one.c.bank_reference.is_(None) | other.c.bank_reference.is_(None),
        *(func.coalesce(one.c[name] == other.c[name], true()) for name in ("end_to_end", "debtor_iban")),
    )
    over = twin.c.taken_back_by.is_not(None) | (twin.c.settled_as == Settlement.SET_ASIDE)
    query = (
        select(
            one.c.identity,
            twin.c.id,
            func.coalesce(twin.c.named, func.array_remove(array([booked.request_id]), None)).label("named"),
            one_reference.label("one_reference"),
        )
        .join(other, and_(*agree))
        .outerjoin(by_hand, by_hand.c.confirmed_by == other.c.identity)
        .outerjoin(twin, tells_of(twin.c, other.c, by_hand.c))
        .outerjoin(
            ledger_transactions,
            (booked.kind == "receipt") & (booked.source_ref == func.encode(other.c.identity, "hex")),
        )
        .where(one.c.identity.in_(told), one.c.identity != other.c.identity)
        .where(one_reference | no_reference)
        .where(~func.coalesce(over, false()))
    )
    named = {entry.entry_id: set(entry.named) for entry in entries}
    found = await conn.execute(query) if told else ()
    return {
        (told[row.identity], row.id)
        for row in found
        if row.one_reference or _of_one(named[told[row.identity]], set(row.named))
    }


def _of_one(named: AbstractSet[UUID], others: AbstractSet[UUID]) -> bool:
    """Whether two entries may be for the same: both name payment requests, one of them the same, or one names none."""
    return not (named and others) or bool(named & others)


async def _told_as(conn: AsyncConnection, entries: Collection[MoneyEntry]) -> dict[bytes, UUID]:
    """The bank entries of which these tell, each with its entry of the queue; recorded by hand, the confirming ones."""
    told = {bytes.fromhex(each.source_ref): each.entry_id for each in entries if each.source is Source.BANK}
    by_hand = {UUID(each.source_ref): each.entry_id for each in entries if each.source is Source.ANNOUNCED}
    query = select(TRANSFER.id, TRANSFER.confirmed_by).where(
        TRANSFER.id.in_(by_hand), TRANSFER.confirmed_by.is_not(None)
    )
    confirmed = await conn.execute(query) if by_hand else ()
    return told | {row.confirmed_by: by_hand[row.id] for row in confirmed}


async def with_twins(conn: AsyncConnection, entries: Sequence[MoneyEntry]) -> list[MoneyEntry]:
    """Entries with whether each may be a transfer that was told twice, while that waits or where it was to go back."""
    asked = [entry for entry in entries if entry.settled_as in {None, Settlement.REFUNDED}]
    twins = {one for one, _ in await told_twice(conn, asked)}
    return [replace(entry, told_twice=entry.entry_id in twins) for entry in entries]
