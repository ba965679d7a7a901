"""The SQL of refunds: written once, moved on by guarded statements that tell of it and wake who waits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, false, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.database import require_transaction
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.money import Money
from services.kit.wakes import erasure_news, withdrawal_wake
from services.payments.domain.matching import QueueReason
from services.payments.domain.refunds import UNDER_WAY, Means, Refund, RefundState
from services.payments.store import waking
from services.payments.tables import disputes, money_entries, refunds
from workflows import names

_REFUND = refunds.c
_TAKEN_BY = select(disputes.c.entry_id).where(disputes.c.id == _REFUND.dispute_id).correlate(refunds).scalar_subquery()
_EVIDENCE_BY = (
    select(disputes.c.evidence_by).where(disputes.c.id == _REFUND.dispute_id).correlate(refunds).scalar_subquery()
)
_OF_ENTRY = select(money_entries.c.taken_back_by).where(money_entries.c.id == _REFUND.entry_id).correlate(refunds)
_OF_REQUEST = (
    select(money_entries.c.id)
    .where(money_entries.c.named.contains(array([_REFUND.request_id])), money_entries.c.settled_at.is_(None))
    .where(money_entries.c.reason == QueueReason.REVERSED)
    .order_by(money_entries.c.created_at, money_entries.c.id)
    .limit(1)
    .correlate(refunds)
)
_TAKEN_BACK_BY = func.coalesce(_OF_ENTRY.scalar_subquery(), _OF_REQUEST.scalar_subquery())
_COLUMNS = (
    *_REFUND,
    _TAKEN_BY.label("dispute_entry_id"),
    _EVIDENCE_BY.label("dispute_evidence_by"),
    _TAKEN_BACK_BY.label("taken_back_by"),
)
_READ = select(*_COLUMNS)
_OF_PAYMENT = _READ.where(_REFUND.request_id == bindparam("request"))
_TOLD = {
    RefundState.REQUESTED: EventType.REFUND_REQUESTED,
    RefundState.DONE: EventType.REFUND_DONE,
    RefundState.FAILED: EventType.REFUND_FAILED,
    RefundState.CANCELLED: EventType.REFUND_CANCELLED,
}


async def insert_new(conn: AsyncConnection, refund: Refund) -> bool:
    """Write a refund down; False when its id is taken, or the entry that it refunds is refunded already."""
    require_transaction(conn)
    inserted = await conn.execute(
        insert(refunds)
        .values(
            id=refund.refund_id,
            request_id=refund.request_id,
            entry_id=refund.entry_id,
            account_id=refund.account_id,
            minor=refund.money.minor,
            credit_minor=refund.credited.minor,
            currency=refund.money.currency,
            means=refund.means,
            state=refund.state,
            attempt=refund.attempt,
            charge_id=refund.charge_id,
            iban=refund.iban,
            holder=refund.holder,
            failure=refund.failure,
            reason_code=refund.reason_code,
            withdrawal_order_id=refund.withdrawal_order_id,
            requested_at=refund.requested_at,
            done_on=refund.done_on,
            paid_out_by=refund.paid_out_by,
            dispute_id=refund.dispute_id,
        )
        .on_conflict_do_nothing()
        .returning(_REFUND.id)
    )
    return inserted.first() is not None


async def by_id(conn: AsyncConnection, refund_id: UUID, *, lock: bool = False) -> Refund | None:
    """A refund; held until the transaction ends where it is to be changed."""
    query = _READ.where(_REFUND.id == refund_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    return None if row is None else _refund(row)


async def by_provider_ref(conn: AsyncConnection, provider_ref: str, *, lock: bool = False) -> Refund | None:
    """The refund that is a certain one at the provider."""
    query = _READ.where(_REFUND.provider_ref == provider_ref)
    row = (await conn.execute(query.with_for_update(of=refunds) if lock else query)).first()
    return None if row is None else _refund(row)


async def entry_of(conn: AsyncConnection, refund_id: UUID) -> UUID | None:
    """The money entry that a refund gives back; None where it gives none back, or there is no such refund."""
    found: UUID | None = await conn.scalar(select(_REFUND.entry_id).where(_REFUND.id == refund_id))
    return found


async def of_request(conn: AsyncConnection, request_id: UUID) -> list[Refund]:
    """What is refunded of what a request was paid with, in whatever state."""
    return [_refund(row) for row in await conn.execute(_OF_PAYMENT, {"request": request_id})]


async def request_behind(conn: AsyncConnection, refund: Refund) -> UUID | None:
    """The payment request whose money a refund gives back, be it of what another refund has made credit."""
    if refund.request_id is not None:
        return refund.request_id
    found: UUID | None = await conn.scalar(select(_REFUND.request_id).where(_REFUND.paid_out_by == refund.refund_id))
    return found


async def failed(conn: AsyncConnection, request_id: UUID) -> list[Refund]:
    """The refunds of a withdrawal that have failed, held, oldest first.

    Those are among them that pay out what others of the request have made credit.
    """
    others = refunds.alias("others")
    paid_out = select(others.c.paid_out_by).where(others.c.request_id == request_id, others.c.paid_out_by.is_not(None))
    query = (
        _READ.where((_REFUND.request_id == request_id) | _REFUND.id.in_(paid_out))
        .where(_REFUND.withdrawal_order_id.is_not(None))
        .where(_REFUND.state == RefundState.FAILED)
        .order_by(_REFUND.requested_at, _REFUND.id)
    )
    return [_refund(row) for row in await conn.execute(query.with_for_update(of=refunds))]


async def unsent(conn: AsyncConnection, request_id: UUID | None, accounts: Collection[UUID]) -> list[Refund]:
    """Transfers that have not left, held: of what paid a request, if one is given, and of some accounts' credit."""
    of_request = false() if request_id is None else _REFUND.request_id == request_id
    of_credit = _REFUND.request_id.is_(None) & _REFUND.entry_id.is_(None) & _REFUND.account_id.in_(accounts)
    query = (
        _READ.where(_REFUND.means == Means.BANK_TRANSFER)
        .where(_REFUND.state.in_((RefundState.REQUESTED, RefundState.APPROVED)))
        .where(of_request | of_credit)
        .order_by(_REFUND.id)
        .with_for_update()
    )
    return [_refund(row) for row in await conn.execute(query)]


async def page(
    conn: AsyncConnection,
    *,
    account_id: UUID | None,
    request_id: UUID | None,
    states: Collection[RefundState],
    after: tuple[datetime, UUID] | None,
    most: int,
) -> list[Refund]:
    """The refunds after one, oldest first: of an account, of a payment request, in some states, or all."""
    query = _READ.order_by(_REFUND.requested_at, _REFUND.id).limit(most)
    wanted: list[ColumnElement[bool]] = []
    if account_id is not None:
        wanted.append(_REFUND.account_id == account_id)
    if request_id is not None:
        wanted.append(_REFUND.request_id == request_id)
    if states:
        wanted.append(_REFUND.state.in_(states))
    if after is not None:
        wanted.append(tuple_(_REFUND.requested_at, _REFUND.id) > tuple_(*after))
    return [_refund(row) for row in await conn.execute(query.where(*wanted))]


async def at_provider(conn: AsyncConnection, looked_before: datetime, most: int) -> list[Refund]:
    """Refunds for the provider that were not sent, and those on their way of which nothing was heard since."""
    query = (
        _READ.where(_REFUND.means == Means.STRIPE)
        .where(
            (_REFUND.state == RefundState.REQUESTED)
            | ((_REFUND.state == RefundState.SENT) & (_REFUND.asked_at < looked_before))
        )
        .order_by(_REFUND.requested_at, _REFUND.id)
        .limit(most)
    )
    return [_refund(row) for row in await conn.execute(query)]


async def approved(conn: AsyncConnection, most: int) -> list[Refund]:
    """The list of the next file for the bank, held until the transaction ends."""
    query = (
        _READ.where(_REFUND.means == Means.BANK_TRANSFER, _REFUND.state == RefundState.APPROVED)
        .order_by(_REFUND.requested_at, _REFUND.id)
        .limit(most)
        .with_for_update()
    )
    return [_refund(row) for row in await conn.execute(query)]


async def of_dispute(conn: AsyncConnection, dispute_id: UUID, charge_id: str) -> list[Refund]:
    """The refunds that a dispute concerns, held: those that it has taken, and a withdrawal's that have not left.

    Args:
        conn: The transaction that holds the dispute's entry.
        dispute_id: The dispute.
        charge_id: The payment that is disputed.
    """
    unsent = (_REFUND.state == RefundState.FAILED) | (
        (_REFUND.state == RefundState.REQUESTED) & _REFUND.asked_at.is_(None)
    )
    query = (
        _READ.where(
            (_REFUND.dispute_id == dispute_id)
            | (
                (_REFUND.charge_id == charge_id)
                & (_REFUND.means == Means.STRIPE)
                & _REFUND.withdrawal_order_id.is_not(None)
                & unsent
            )
        )
        .order_by(_REFUND.requested_at, _REFUND.id)
        .with_for_update()
    )
    return [_refund(row) for row in await conn.execute(query)]


async def note_asked(conn: AsyncConnection, refund: Refund, now: datetime) -> bool:
    """Write down that the provider is asked; False when somebody else has moved the refund on."""
    changed = await conn.execute(
        update(refunds)
        .where(_REFUND.id == refund.refund_id, _REFUND.attempt == refund.attempt, _REFUND.state == refund.state)
        .values(asked_at=now)
        .returning(_REFUND.id)
    )
    return changed.first() is not None


async def note_provider_ref(conn: AsyncConnection, refund: Refund, provider_ref: str) -> None:
    """Write down which refund at the provider a refund is that the caller holds."""
    await conn.execute(update(refunds).where(_REFUND.id == refund.refund_id).values(provider_ref=provider_ref))


async def move(
    conn: AsyncConnection, refund: Refund, state: RefundState, now: datetime, **values: object
) -> Refund | None:
    """Move a refund on from the state and try in which it was read, tell of it and wake who waits for it.

    Returns:
        The refund after it; None when somebody else has moved it on.
    """
    require_transaction(conn)
    changed = await conn.execute(
        update(refunds)
        .where(_REFUND.id == refund.refund_id, _REFUND.attempt == refund.attempt, _REFUND.state == refund.state)
        .values(state=state, **values)
        .returning(*_COLUMNS)
    )
    row = changed.first()
    if row is None:
        return None
    moved = _refund(row)
    await tell(conn, moved, now)
    return moved


async def tell(conn: AsyncConnection, refund: Refund, now: datetime) -> None:
    """Tell gateways of a refund's state where they are told of it, and wake who waits for it."""
    if refund.state in _TOLD:
        ids = {"refund_id": refund.refund_id}
        if refund.request_id is not None:
            ids["payment_request_id"] = refund.request_id
        if refund.entry_id is not None:
            ids["money_entry_id"] = refund.entry_id
        event = Event(_TOLD[refund.state], refund.account_id, ids, state=refund.state, amount=refund.amount)
        await events.tell(conn, event, now)
    if refund.entry_id is not None:
        await waking.wake_money(conn, refund.entry_id, now)
    if refund.request_id is not None:
        await waking.wake_naming(conn, refund.request_id, now)
    if refund.withdrawal_order_id is not None:
        await outbox.wake(conn, withdrawal_wake(refund.withdrawal_order_id, names.REFUND_CHANGED), now)
    if refund.account_id is not None:
        await outbox.wake(conn, erasure_news(refund.account_id), now)


def _refund(row: Row[Any]) -> Refund:
    return Refund(
        refund_id=row.id,
        request_id=row.request_id,
        entry_id=row.entry_id,
        account_id=row.account_id,
        money=Money(row.minor, row.currency),
        credited=Money(row.credit_minor, row.currency),
        means=Means(row.means),
        state=RefundState(row.state),
        attempt=row.attempt,
        charge_id=row.charge_id,
        provider_ref=row.provider_ref,
        iban=row.iban,
        holder=row.holder,
        failure=row.failure,
        reason_code=row.reason_code,
        withdrawal_order_id=row.withdrawal_order_id,
        requested_at=row.requested_at,
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        statement_by=row.statement_by,
        done_on=row.done_on,
        message_id=row.message_id,
        paid_out_by=row.paid_out_by,
        dispute_id=row.dispute_id,
        dispute_entry_id=row.dispute_entry_id,
        dispute_evidence_by=row.dispute_evidence_by,
        taken_back_by=row.taken_back_by if RefundState(row.state) in UNDER_WAY else None,
        told_attempt=row.told_attempt,
    )
