"""The SQL of bank entries and of transfers that an operator saw before a statement told of them."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Settlement, Source
from services.payments.statements.entries import Entry
from services.payments.store.settling import Settled, settle
from services.payments.tables import announced_transfers, bank_entries, ledger_transactions, money_entries

_TRANSFER = announced_transfers.c


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
        .returning(_TRANSFER.id)
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
        select(_TRANSFER.id)
        .where(_TRANSFER.confirmed_by.is_(None), _TRANSFER.withdrawn_at.is_(None))
        .where(_TRANSFER.minor == credit.minor, _TRANSFER.currency == credit.currency)
        .where(_TRANSFER.bank_reference.in_(references) | (_TRANSFER.request_id == request_id))
        .order_by(_TRANSFER.recorded_at, _TRANSFER.id)
        .limit(1)
        .with_for_update()
    )
    confirmed = await conn.execute(
        update(announced_transfers)
        .where(_TRANSFER.id == candidate.scalar_subquery(), _TRANSFER.confirmed_by.is_(None))
        .values(confirmed_by=credit.identity)
        .returning(_TRANSFER.request_id)
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
        select(_TRANSFER.id, _TRANSFER.request_id)
        .where(_TRANSFER.confirmed_by.is_(None), _TRANSFER.withdrawn_at.is_(None))
        .where(_TRANSFER.bank_reference.in_(references))
        .where(
            tuple_(_TRANSFER.minor, _TRANSFER.currency).not_in(
                [(amount.minor, amount.currency) for amount in {*told_beside, Money(credit.minor, credit.currency)}]
            )
        )
        .order_by(_TRANSFER.recorded_at, _TRANSFER.id)
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    return None if row is None else (row.id, row.request_id)


async def request_of_reversed(conn: AsyncConnection, debit: Entry) -> tuple[bool, UUID | None]:
    """Whether a debit takes back a credit that is known: the same amount under the same reference of bank or payer.

    Returns:
        Whether it does, and the request that the credit was for, if it was for one.
    """
    entry, booked = bank_entries.c, ledger_transactions.c
    references = [reference for reference in (debit.bank_reference, debit.end_to_end) if reference]
    query = (
        select(entry.identity, booked.request_id)
        .outerjoin(
            ledger_transactions,
            (booked.source == Source.BANK)
            & (booked.source_ref == func.encode(entry.identity, "hex"))
            & booked.request_id.is_not(None),
        )
        .where(entry.bank_reference.in_(references) | entry.end_to_end.in_(references))
        .where(entry.minor == debit.minor, entry.currency == debit.currency)
        .order_by(booked.recorded_at.desc().nulls_last())
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    return (False, None) if row is None else (True, row.request_id)


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
    query = select(_TRANSFER.minor, _TRANSFER.currency).where(
        _TRANSFER.bank_reference == reference, _TRANSFER.withdrawn_at.is_(None)
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
        .where(money_entries.c.settled_at.is_(None), money_entries.c.reason != QueueReason.REVERSED)
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
        .where(_TRANSFER.request_id == request_id, _TRANSFER.bank_reference == reference)
        .where(_TRANSFER.confirmed_by.is_(None), _TRANSFER.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(_TRANSFER.id)
    )
    if withdrawn is None:
        return None
    waiting = (money_entries.c.source == Source.ANNOUNCED) & (money_entries.c.source_ref == str(withdrawn))
    return await settle(conn, waiting, Settlement.WITHDRAWN, None, now)
