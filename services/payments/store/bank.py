"""The SQL of bank entries and of transfers that an operator saw before a statement told of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, String, cast, exists, false, func, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Settlement, Source
from services.payments.statements.entries import Entry
from services.payments.store.settling import Settled, settle
from services.payments.tables import announced_transfers, bank_entries, ledger_transactions, money_entries

TRANSFER = announced_transfers.c
_Columns = ReadOnlyColumnCollection[str, Column[Any]]


async def insert_entry(
    conn: AsyncConnection, credit: Entry, statement_id: str, file_sha256: bytes, now: datetime
) -> bool:
    """Write down a bank entry, first thing in its transaction.

    Returns:
        Whether it is new: the same entry of a file that comes again is not.
    """
    inserted = await conn.execute(
        insert(bank_entries)
        .values(
            identity=credit.identity,
            file_sha256=file_sha256,
            statement_id=statement_id,
            minor=credit.minor,
            currency=credit.currency,
            booked_on=credit.booking_date,
            bank_reference=credit.bank_reference,
            end_to_end=credit.end_to_end,
            remittance=credit.remittance,
            debtor_name=credit.debtor_name,
            debtor_iban=credit.debtor_iban,
            imported_at=now,
        )
        .on_conflict_do_nothing()
        .returning(bank_entries.c.identity)
    )
    return inserted.first() is not None


async def known_entry(conn: AsyncConnection, identity: bytes) -> bool:
    """Whether this entry was taken in before."""
    query = select(bank_entries.c.identity).where(bank_entries.c.identity == identity)
    return (await conn.execute(query)).first() is not None


async def announce(
    conn: AsyncConnection, request_id: UUID, reference: str, amount: Money, booked_on: date, now: datetime
) -> UUID | None:
    """Write down a transfer that an operator saw; None when this one was recorded before."""
    inserted = await conn.execute(
        insert(announced_transfers)
        .values(
            id=new_id(),
            request_id=request_id,
            bank_reference=reference,
            minor=amount.minor,
            currency=amount.currency,
            booked_on=booked_on,
            recorded_at=now,
        )
        .on_conflict_do_nothing()
        .returning(TRANSFER.id)
    )
    row = inserted.first()
    return None if row is None else row.id


async def confirm(conn: AsyncConnection, credit: Entry, request_id: UUID | None) -> UUID | None:
    """Find the recorded transfer that a bank entry now confirms, and tie the two together.

    It is one of the same amount that has the entry's bank reference or end-to-end id, or stands for the request that
    the entry names. Locked one at a time, so that two equal entries do not confirm the same record.

    Returns:
        The request for which the transfer was recorded; None when no recorded transfer is meant.
    """
    references = [reference for reference in (credit.bank_reference, credit.end_to_end) if reference]
    candidate = (
        select(TRANSFER.id)
        .where(TRANSFER.confirmed_by.is_(None), TRANSFER.withdrawn_at.is_(None))
        .where(TRANSFER.minor == credit.minor, TRANSFER.currency == credit.currency)
        .where(TRANSFER.bank_reference.in_(references) | (TRANSFER.request_id == request_id))
        .order_by(TRANSFER.recorded_at, TRANSFER.id)
        .limit(1)
        .with_for_update()
    )
    confirmed = await conn.execute(
        update(announced_transfers)
        .where(TRANSFER.id == candidate.scalar_subquery(), TRANSFER.confirmed_by.is_(None))
        .values(confirmed_by=credit.identity)
        .returning(TRANSFER.request_id)
    )
    row = confirmed.first()
    return None if row is None else row.request_id


async def contradicted(
    conn: AsyncConnection, credit: Entry, told_beside: Collection[Money]
) -> tuple[UUID, UUID] | None:
    """Find a recorded transfer, not confirmed, to whose bank reference an entry gives another amount.

    Args:
        conn: The transaction of the entry.
        credit: The entry, which confirms no record.
        told_beside: The amounts that its file tells under its references: a record of one of them is another part of
            a batch, and no contradiction.

    Returns:
        The transfer and the request for which it was recorded; None when there is none.
    """
    references = [reference for reference in (credit.bank_reference, credit.end_to_end) if reference]
    query = (
        select(TRANSFER.id, TRANSFER.request_id)
        .where(TRANSFER.confirmed_by.is_(None), TRANSFER.withdrawn_at.is_(None))
        .where(TRANSFER.bank_reference.in_(references))
        .where(
            tuple_(TRANSFER.minor, TRANSFER.currency).not_in(
                [(amount.minor, amount.currency) for amount in {*told_beside, Money(credit.minor, credit.currency)}]
            )
        )
        .order_by(TRANSFER.recorded_at, TRANSFER.id)
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    return None if row is None else (row.id, row.request_id)


@dataclass(frozen=True, slots=True)
class KnownCredit:
    """A credit that is known: the request that it was for, and its entry where it did not pay by itself."""

    request_id: UUID | None
    entry_id: UUID | None


async def known_credit(conn: AsyncConnection, debit: Entry) -> KnownCredit | None:
    """The credit that a debit takes back: the same amount under the same reference of bank or payer.

    Of several the one that agrees best, then money that still waits, then what was booked last. One whose money was
    taken back before is known, but has no entry any more.
    """
    entry, booked, waiting = bank_entries.c, ledger_transactions.c, money_entries.c
    references = [reference for reference in (debit.bank_reference, debit.end_to_end) if reference]
    agreeing = [
        func.coalesce(one, false()).desc()
        for one in (
            waiting.taken_back_by.is_(None),
            (entry.bank_reference == debit.bank_reference) & (entry.end_to_end == debit.end_to_end),
            entry.debtor_iban == debit.debtor_iban,
            waiting.settled_at.is_(None) & waiting.id.is_not(None),
        )
    ]
    query = (
        select(booked.request_id, waiting.id, waiting.taken_back_by)
        .select_from(bank_entries)
        .outerjoin(announced_transfers, TRANSFER.confirmed_by == entry.identity)
        .outerjoin(money_entries, tells_of(waiting, entry, TRANSFER))
        .outerjoin(
            ledger_transactions,
            (booked.source == Source.BANK)
            & (booked.source_ref == func.encode(entry.identity, "hex"))
            & booked.request_id.is_not(None),
        )
        .where(entry.bank_reference.in_(references) | entry.end_to_end.in_(references))
        .where(entry.minor == debit.minor, entry.currency == debit.currency)
        .order_by(*agreeing, booked.recorded_at.desc().nulls_last())
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    return KnownCredit(row.request_id, row.id if row.taken_back_by is None else None)


async def reversal_before(conn: AsyncConnection, credit: Entry, named: Sequence[UUID]) -> UUID | None:
    """The reversal of a credit that a file told before the credit itself, held; None where there is none.

    It waits, is of that day or later, had paid nothing, has the same amount under the same reference of bank or payer,
    and could take back no other credit; neither payers' IBANs nor the payment requests that they name tell two.
    """
    references = [reference for reference in (credit.bank_reference, credit.end_to_end) if reference]
    entry, back, came = bank_entries.c, money_entries.c, money_entries.alias("came")
    other = exists().where(
        entry.bank_reference.in_(references) | entry.end_to_end.in_(references),
        entry.minor == credit.minor,
        entry.currency == credit.currency,
        entry.identity != credit.identity,
    )
    booked = ledger_transactions.c
    tied = exists().where(
        booked.kind == "reversal",
        booked.source == back.source,
        booked.source_ref == back.source_ref,
        booked.request_id.is_not(None),
    )
    query = (
        select(back.id)
        .where(back.reason == QueueReason.REVERSED, back.source == Source.BANK, back.settled_at.is_(None))
        .where(back.shown_reference.in_(references), back.minor == credit.minor, back.currency == credit.currency)
        .where(~exists().where(came.c.taken_back_by == back.id), ~other, ~tied)
        .where(func.coalesce(back.available_on >= func.coalesce(credit.booking_date, back.available_on), true()))
        .where(back.payer_iban.in_(("", credit.debtor_iban)) if credit.debtor_iban else true())
        .where(_may_name(back.named, named))
        .order_by(back.created_at, back.id)
        .limit(1)
        .with_for_update()
    )
    found: UUID | None = await conn.scalar(query)
    return found


def _may_name(column: Column[Any], named: Sequence[UUID]) -> ColumnElement[bool]:
    """Whether an entry names one of some payment requests, or nothing, or nothing is asked."""
    if not named:
        return true()
    return or_(func.cardinality(column) == 0, column.overlap(list(named)))


def tells_of(waiting: _Columns, entry: _Columns, record: _Columns) -> ColumnElement[bool]:
    """Whether an entry of the queue is the money of a bank entry, by itself or by the record that it confirmed."""
    by_itself = (waiting.source == Source.BANK) & (waiting.source_ref == func.encode(entry.identity, "hex"))
    by_record = (waiting.source == Source.ANNOUNCED) & (waiting.source_ref == cast(record.id, String))
    return by_itself | by_record


async def amounts_told(conn: AsyncConnection, reference: str) -> set[Money]:
    """The amounts with which statements told of this reference; several where one reference stands for a batch."""
    entry, waiting = bank_entries.c, money_entries.c
    told = select(entry.minor, entry.currency).where(
        (entry.bank_reference == reference) | (entry.end_to_end == reference)
    )
    # The queue has a name for those to which the bank gives none; what was taken back is no money.
    queued = select(waiting.minor, waiting.currency).where(
        waiting.source == Source.BANK, waiting.shown_reference == reference, waiting.reason != QueueReason.REVERSED
    )
    return {Money(row.minor, row.currency) for row in await conn.execute(told.union(queued))}


async def amounts_announced(conn: AsyncConnection, reference: str) -> set[Money]:
    """The amounts with which operators recorded this reference, for whatever request, and did not withdraw it."""
    query = select(TRANSFER.minor, TRANSFER.currency).where(
        TRANSFER.bank_reference == reference, TRANSFER.withdrawn_at.is_(None)
    )
    return {Money(row.minor, row.currency) for row in await conn.execute(query)}


async def settle_queued(
    conn: AsyncConnection, reference: str, amount: Money, request_id: UUID, now: datetime
) -> Settled | None:
    """Take a bank entry out of the operator's queue, because an operator says what it is for.

    Args:
        conn: The transaction of the operator's call.
        reference: The bank's reference of the entry.
        amount: Its amount.
        request_id: The payment request that it is for.
        now: By the service's clock.

    Returns:
        The money; None when no such entry waits.
    """
    waiting = (
        select(money_entries.c.id)
        .where(money_entries.c.source == Source.BANK, money_entries.c.shown_reference == reference)
        .where(money_entries.c.minor == amount.minor, money_entries.c.currency == amount.currency)
        .where(money_entries.c.settled_at.is_(None), money_entries.c.taken_back_by.is_(None))
        .where(money_entries.c.reason != QueueReason.REVERSED)
        .order_by(money_entries.c.created_at, money_entries.c.id)
        .limit(1)
        .with_for_update()
    )
    which = money_entries.c.id == waiting.scalar_subquery()
    return await settle(conn, which, Settlement.ASSIGNED, request_id, now)


async def withdraw(conn: AsyncConnection, request_id: UUID, reference: str, now: datetime) -> Settled | None:
    """Take a transfer back that an operator recorded by mistake, and its money out of the queue.

    The transfer's row is locked as `confirm` locks it, so that a statement either finds it withdrawn or has confirmed
    it before.

    Returns:
        The money; None when no such record waits in the queue unconfirmed, and the transaction must be undone.
    """
    withdrawn = await conn.scalar(
        update(announced_transfers)
        .where(TRANSFER.request_id == request_id, TRANSFER.bank_reference == reference)
        .where(TRANSFER.confirmed_by.is_(None), TRANSFER.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(TRANSFER.id)
    )
    if withdrawn is None:
        return None
    waiting = (money_entries.c.source == Source.ANNOUNCED) & (money_entries.c.source_ref == str(withdrawn))
    return await settle(conn, waiting, Settlement.WITHDRAWN, None, now)
