"""The SQL by which money is taken in: ledger, payment request, operator's queue and wake, in one transaction.

Lock order, everywhere in this room: the source's own row (event, bank entry, request id), then the ledger's header,
then the payment request, then its pages. Two that take in the same money meet at the header, and the second finds it
counted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.causes import Cause, cause_of
from services.kit.database import require_transaction
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.kit.money import Money
from services.kit.wakes import cause_wake
from services.payments.domain.matching import QueueReason, reason_when_final
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import Fate, Outcome, Receipt
from services.payments.store import requests
from services.payments.tables import ledger_lines, ledger_transactions, money_entries, payment_requests
from workflows import names


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
    header = await post_header(conn, "receipt", receipt, request_id)
    if header is None:
        return Outcome(Fate.KNOWN)
    if request_id is not None and fault is None and receipt.available_on is not None:
        cause = await requests.pay(conn, request_id, receipt.amount, receipt.available_on, receipt.received_at)
        if cause is not None:
            await post_lines(conn, header, receipt.amount, debit=receipt.source, credit="receivable")
            await wake_for_payment(conn, cause, receipt.received_at)
            return Outcome(Fate.PAID)
    reason = await _reason(conn, request_id, fault)
    if receipt.contradicts is not None:
        reason = QueueReason.AMOUNT_DIFFERS
    await post_lines(conn, header, receipt.amount, debit=receipt.source, credit="suspense")
    named = receipt.named or ((request_id,) if request_id is not None else ())
    entry_id = await enqueue(conn, receipt, reason, named)
    await wake_named(conn, named, receipt.received_at)
    return Outcome(Fate.QUEUED, entry_id)


async def post_header(conn: AsyncConnection, kind: str, receipt: Receipt, request_id: UUID | None) -> UUID | None:
    """Begin a ledger transaction; None when there is one of this kind for this money already."""
    require_transaction(conn)
    inserted = await conn.execute(
        insert(ledger_transactions)
        .values(
            id=new_id(),
            kind=kind,
            source=receipt.source,
            source_ref=receipt.source_ref,
            request_id=request_id,
            booked_on=receipt.available_on,
            recorded_at=receipt.received_at,
        )
        .on_conflict_do_nothing()
        .returning(ledger_transactions.c.id)
    )
    row = inserted.first()
    return None if row is None else row.id


async def post_lines(conn: AsyncConnection, header: UUID, amount: Money, *, debit: str, credit: str) -> None:
    """Write the two lines of a ledger transaction; the database refuses one that does not balance."""
    await conn.execute(
        plain_insert(ledger_lines),
        [
            {
                "transaction_id": header,
                "position": position,
                "ledger_account": account,
                "minor": minor,
                "currency": amount.currency,
            }
            for position, (account, minor) in enumerate(((debit, amount.minor), (credit, -amount.minor)))
        ],
    )


async def wake_for_payment(conn: AsyncConnection, cause: Cause, now: datetime) -> None:
    """Tell the workflow that waits for this money that its payment is complete."""
    await outbox.wake(conn, cause_wake(cause, names.PAYMENT_COMPLETED), now)


async def wake_named(conn: AsyncConnection, named: Sequence[UUID], now: datetime) -> None:
    """Tell the workflows of these requests, where they are open, that money which names them waits or is gone."""
    query: Select[Any] = (
        select(payment_requests.c.order_id, payment_requests.c.subscription_id, payment_requests.c.period_number)
        .where(payment_requests.c.id.in_(named), payment_requests.c.state == RequestState.OPEN)
        .order_by(payment_requests.c.id)
    )
    for row in (await conn.execute(query)).all():
        await outbox.wake(conn, cause_wake(cause_of(row), names.MONEY_WAITING), now)


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


async def enqueue(
    conn: AsyncConnection, receipt: Receipt, reason: QueueReason, named: tuple[UUID, ...] = ()
) -> UUID | None:
    """Put an entry into the operator's queue and tell of it, once; None when it is there already."""
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
        )
        .on_conflict_do_nothing()
        .returning(money_entries.c.id)
    )
    row = inserted.first()
    if row is None:
        return None
    event = Event(EventType.PAYMENT_QUEUED, None, {"money_entry_id": row.id}, state=reason, amount=receipt.amount)
    await events.tell(conn, event, receipt.received_at)
    entry_id: UUID = row.id
    return entry_id
