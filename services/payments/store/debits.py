"""The SQL of a payment request's automatic debit: when it is charged, and what became of the last charge."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.causes import Cause, cause_ids, cause_of
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.money import Money
from services.kit.outbox import Wake
from services.kit.wakes import cause_wake, unfinished
from services.payments.domain.payment_requests import (
    AttemptKind,
    AttemptState,
    ChargeRefusal,
    Debit,
    Method,
    RequestState,
)
from services.payments.tables import checkout_attempts, debits, payment_requests
from workflows import names

_DEBIT = debits.c
_REQUEST = payment_requests.c


async def plan(conn: AsyncConnection, request_id: UUID, charge_on: date, charge_at: datetime) -> None:
    """Plan the first charge; the first plan stays."""
    planned = insert(debits).values(request_id=request_id, charge_on=charge_on, charge_at=charge_at)
    await conn.execute(planned.on_conflict_do_nothing())


async def charge_at(conn: AsyncConnection, request_id: UUID, at: datetime | None) -> None:
    """Change when a request is charged next, or the provider asked again."""
    await conn.execute(update(debits).where(_DEBIT.request_id == request_id).values(charge_at=at))


async def bring_forward(conn: AsyncConnection, request_id: UUID, now: datetime) -> None:
    """Charge a request now by an operator's wish; what was planned stays planned, for after it."""
    await conn.execute(
        update(debits)
        .where(_DEBIT.request_id == request_id)
        .values(charge_at=now, early_at=now, planned_at=func.coalesce(_DEBIT.planned_at, _DEBIT.charge_at))
    )


async def back_to_plan(conn: AsyncConnection, request_id: UUID) -> None:
    """A charge by an operator's wish came to nothing because another way of paying began: charge when planned."""
    await conn.execute(
        update(debits)
        .where(_DEBIT.request_id == request_id, _DEBIT.planned_at.is_not(None))
        .values(charge_at=_DEBIT.planned_at, planned_at=None)
    )


async def refused(
    conn: AsyncConnection, request_id: UUID, refusal: ChargeRefusal, next_at: datetime | None, now: datetime
) -> Cause | None:
    """Note a refusal and when the request is charged next, and tell of it.

    A charge before its time, by an operator's wish, spends none of the planned tries.

    Returns:
        What the request is for; None where no debit was planned.
    """
    unanswered, counted = refusal is ChargeRefusal.NO_ANSWER, int(refusal is ChargeRefusal.DECLINED)
    change = (
        update(debits)
        .where(_DEBIT.request_id == _REQUEST.id, _REQUEST.id == request_id)
        .values(
            charge_at=next_at,
            refusal=refusal,
            refused_at=now,
            declined=_DEBIT.declined + case((_DEBIT.planned_at.is_(None), counted), else_=0),
            planned_at=_DEBIT.planned_at if unanswered else None,
            unanswered=_DEBIT.unanswered + 1 if unanswered else 0,
            # Who is told that automatic debit ended is told the open payments there; no answer is nobody's news.
            email_due=refusal in {ChargeRefusal.AUTHENTICATION, ChargeRefusal.DECLINED},
        )
        .returning(
            _REQUEST.account_id,
            _REQUEST.order_id,
            _REQUEST.subscription_id,
            _REQUEST.period_number,
            _REQUEST.minor,
            _REQUEST.currency,
        )
    )
    row = (await conn.execute(change)).first()
    if row is None:
        return None
    cause = cause_of(row)
    if not unanswered:
        ids = {"payment_request_id": request_id, **cause_ids(cause)}
        amount = Money(row.minor, row.currency)
        await events.tell(conn, Event(EventType.PAYMENT_REFUSED, row.account_id, ids, refusal, amount), now)
    return cause


async def unplan(conn: AsyncConnection, account_id: UUID, now: datetime) -> None:
    """Charge nothing more of an account, except that charges on their way are looked at; tell the workflows.

    Told are those too of which no charge was planned any more: they offered what needs a mandate.
    """
    on_its_way = exists().where(
        checkout_attempts.c.request_id == _DEBIT.request_id,
        checkout_attempts.c.kind == AttemptKind.CHARGE,
        checkout_attempts.c.state == AttemptState.PROCESSING,
    )
    change = (
        update(debits)
        .where(_REQUEST.id == _DEBIT.request_id, _REQUEST.account_id == account_id)
        .where(_REQUEST.state == RequestState.OPEN, ~on_its_way)
        .values(charge_at=None, planned_at=None)
        .returning(_REQUEST.order_id, _REQUEST.subscription_id, _REQUEST.period_number)
    )
    for row in (await conn.execute(change)).all():
        await outbox.wake(conn, cause_wake(cause_of(row), names.DEBIT_CHANGED), now)


async def told(conn: AsyncConnection, request_id: UUID) -> None:
    """Note that the customer knows of the refusal."""
    await conn.execute(update(debits).where(_DEBIT.request_id == request_id).values(email_due=False))


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An open request that was to be charged."""

    request_id: UUID
    amount: Money
    proforma_number: str


async def open_of_account(conn: AsyncConnection, account_id: UUID) -> list[Unpaid]:
    """The open requests of an account for which a charge was planned, oldest first."""
    query: Select[Any] = (
        select(_REQUEST.id, _REQUEST.minor, _REQUEST.currency, _REQUEST.proforma_number)
        .join(debits, _DEBIT.request_id == _REQUEST.id)
        .where(_REQUEST.account_id == account_id, _REQUEST.state == RequestState.OPEN)
        .where(_REQUEST.method == Method.AUTOMATIC_DEBIT)
        .order_by(_REQUEST.created_at, _REQUEST.id)
    )
    rows = await conn.execute(query)
    return [Unpaid(row.id, Money(row.minor, row.currency), row.proforma_number or "") for row in rows]


async def awaited(conn: AsyncConnection, due_before: datetime | None) -> list[Wake]:
    """The workflows of open requests that are to be charged."""
    query: Select[Any] = (
        select(_REQUEST.order_id, _REQUEST.subscription_id, _REQUEST.period_number)
        .join(debits, _DEBIT.request_id == _REQUEST.id)
        .where(_REQUEST.state == RequestState.OPEN, unfinished(_DEBIT.charge_at, due_before))
    )
    return [cause_wake(cause_of(row), names.DEBIT_CHANGED) for row in await conn.execute(query)]


def debit_of(row: Row[Any]) -> Debit | None:
    """The debit in a row that has its columns, or None where none was planned."""
    if row.charge_on is None:
        return None
    return Debit(
        charge_on=row.charge_on,
        charge_at=row.charge_at,
        declined=row.declined,
        unanswered=row.unanswered,
        refusal=ChargeRefusal(row.refusal) if row.refusal else None,
        refused_at=row.refused_at,
        email_due=row.email_due,
        mandate_active=row.mandate_active,
        early_at=row.early_at,
        planned_at=row.planned_at,
    )
