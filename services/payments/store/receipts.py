"""The SQL by which money is taken in: ledger, payment request, operator's queue and wake, in one transaction.

Lock order, everywhere in this room: the source's own row (event, bank entry, request id, entry of the queue, refund),
then the ledger's header, then the payment request, then its pages, then an account's credit. Two that take in the same
money meet at the header, and the second finds it counted.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.payments.domain.matching import QueueReason, reason_when_final
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import Fate, Outcome, Receipt, Source, advance_due
from services.payments.store import books, paying, waking
from services.payments.store.books import Header, between
from services.payments.tables import ledger_transactions, money_entries, payment_requests


async def take_in(
    conn: AsyncConnection, receipt: Receipt, request_id: UUID | None, fault: QueueReason | None
) -> Outcome:
    """Count money that has arrived, once, and let it pay its request if it is exact and the request is open.

    Args:
        conn: The transaction of whatever told of the money.
        receipt: The money.
        request_id: The request that it names; None when it names none of ours.
        fault: What is wrong with it for that request; None when it is exact.
    """
    transaction_id = await books.begin(conn, header_of("receipt", receipt, request_id))
    if transaction_id is None:
        return Outcome(Fate.KNOWN)
    amount = receipt.amount
    if fault is None and await _pay(conn, receipt, request_id):
        await books.write(conn, transaction_id, amount.currency, between(receipt.source, "receivable", amount))
        return Outcome(Fate.PAID)
    reason = await _reason(conn, request_id, fault)
    if receipt.contradicts is not None:
        reason = QueueReason.AMOUNT_DIFFERS
    await books.write(conn, transaction_id, amount.currency, between(receipt.source, "suspense", amount))
    named = receipt.named or ((request_id,) if request_id is not None else ())
    await waking.wake_named(conn, named, receipt.received_at)
    entry_id = await enqueue(conn, receipt, reason, named)
    return Outcome(Fate.QUEUED, entry_id)


async def take_back(conn: AsyncConnection, receipt: Receipt, paid: UUID | None, meant: tuple[UUID, ...]) -> Outcome:
    """Count money that bank or provider took back, once; what it had paid stays paid until a person decides.

    Args:
        conn: The transaction of whatever told of it.
        receipt: What was taken back, above zero.
        paid: The payment request that it had paid, of which so much less can be refunded; None where it had paid none.
        meant: The payment requests that it names or had paid, as far as is known.
    """
    header, amount = header_of("reversal", receipt, paid), receipt.amount
    if not await books.post(conn, header, amount.currency, *between("suspense", receipt.source, amount)):
        return Outcome(Fate.KNOWN)
    await waking.wake_named(conn, meant, receipt.received_at)
    return Outcome(Fate.QUEUED, await enqueue(conn, receipt, QueueReason.REVERSED, meant))


async def request_of(conn: AsyncConnection, source: Source, source_ref: str) -> UUID | None:
    """The payment request for which some money was taken in, or to which it was given later."""
    booked = ledger_transactions.c
    query = (
        select(booked.request_id)
        .where(booked.source == source, booked.source_ref == source_ref, booked.request_id.is_not(None))
        .order_by(booked.recorded_at.desc())
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


async def counted(conn: AsyncConnection, charge_id: str) -> bool:
    """Whether a payment at the provider was taken in."""
    booked = ledger_transactions.c
    query = select(booked.id).where(
        booked.kind == "receipt", booked.source == Source.STRIPE, booked.source_ref == charge_id
    )
    return (await conn.execute(query)).first() is not None


def header_of(kind: str, receipt: Receipt, request_id: UUID | None) -> Header:
    """What a ledger transaction says of money that has arrived."""
    return Header(kind, receipt.source, receipt.source_ref, receipt.received_at, request_id, receipt.available_on)


async def _pay(conn: AsyncConnection, receipt: Receipt, request_id: UUID | None) -> bool:
    if request_id is None or receipt.available_on is None:
        return False
    return await paying.pay(conn, request_id, receipt.amount, receipt.available_on, receipt.received_at)


async def _reason(conn: AsyncConnection, request_id: UUID | None, fault: QueueReason | None) -> QueueReason:
    if request_id is None:
        return QueueReason.UNKNOWN
    # Locked, so that a closing either sees this entry or is seen by it.
    query = select(payment_requests.c.state).where(payment_requests.c.id == request_id)
    state = await conn.scalar(query.with_for_update(key_share=True))
    if state is None:
        return QueueReason.UNKNOWN
    if RequestState(state) is RequestState.OPEN:
        return fault or QueueReason.UNDATED
    return reason_when_final(RequestState(state))


def _advance_at(receipt: Receipt, reason: QueueReason, named: tuple[UUID, ...]) -> datetime | None:
    """When short money for one request is invoiced as a part payment; None for any other money."""
    if reason is not QueueReason.SHORT or len(named) != 1:
        return None
    if receipt.available_on is None or receipt.advance_days is None:
        return None
    return advance_due(receipt.available_on, receipt.advance_days)


async def enqueue(
    conn: AsyncConnection, receipt: Receipt, reason: QueueReason, named: tuple[UUID, ...] = ()
) -> UUID | None:
    """Put an entry into the operator's queue, tell of it and start its workflow; None when it is there already."""
    inserted = await conn.execute(
        insert(money_entries)
        .values(
            id=new_id(),
            reason=reason,
            source=receipt.source,
            source_ref=receipt.source_ref,
            shown_reference=receipt.shown_reference,
            minor=receipt.amount.minor,
            currency=receipt.amount.currency,
            available_on=receipt.available_on,
            remittance=receipt.remittance,
            payer_name=receipt.payer_name,
            payer_iban=receipt.payer_iban,
            contradicts=receipt.contradicts,
            suggestions=list(receipt.suggestions),
            named=list(named),
            created_at=receipt.received_at,
            advance_at=_advance_at(receipt, reason, named),
        )
        .on_conflict_do_nothing()
        .returning(money_entries.c.id)
    )
    row = inserted.first()
    if row is None:
        return None
    event = Event(EventType.PAYMENT_QUEUED, None, {"money_entry_id": row.id}, state=reason, amount=receipt.amount)
    await events.tell(conn, event, receipt.received_at)
    await waking.wake_money(conn, row.id, receipt.received_at)
    entry_id: UUID = row.id
    return entry_id
