"""The SQL of payment requests: made once, read with their live page, ended once by a guarded statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events
from services.kit.causes import Cause, OrderCause, cause_columns, cause_ids, cause_of
from services.kit.database import constraint_of
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.money import Money
from services.payments.domain.payment_requests import (
    Attempt,
    AttemptKind,
    AttemptState,
    CloseReason,
    Method,
    PaymentRequest,
    RequestState,
)
from services.payments.domain.references import CreditorReference
from services.payments.errors import ProformaConflict
from services.payments.store.debits import debit_of
from services.payments.tables import checkout_attempts, debits, mandates, payment_requests

_LIVE = [state for state in AttemptState if state.live]
_REQUEST = payment_requests.c
_ATTEMPT = checkout_attempts.c

_READ = select(
    payment_requests,
    _ATTEMPT.attempt.label("live_attempt"),
    _ATTEMPT.state.label("live_state"),
    _ATTEMPT.minor.label("live_minor"),
    _ATTEMPT.title,
    _ATTEMPT.success_url,
    _ATTEMPT.cancel_url,
    _ATTEMPT.expires_at,
    _ATTEMPT.page_id,
    _ATTEMPT.url,
    _ATTEMPT.kind,
    _ATTEMPT.mandate_id,
    _ATTEMPT.charge_id,
    debits.c.charge_on,
    debits.c.charge_at,
    debits.c.declined,
    debits.c.unanswered,
    debits.c.refusal,
    debits.c.refused_at,
    debits.c.email_due,
    debits.c.early_at,
    debits.c.planned_at,
    exists().where(mandates.c.account_id == _REQUEST.account_id, mandates.c.ended_at.is_(None)).label("mandate_active"),
)
_READ = _READ.outerjoin(checkout_attempts, (_ATTEMPT.request_id == _REQUEST.id) & _ATTEMPT.state.in_(_LIVE))
_READ = _READ.outerjoin(debits, debits.c.request_id == _REQUEST.id)
_BY_ID = _READ.where(_REQUEST.id == bindparam("id"))
_BY_ORDER = _READ.where(_REQUEST.order_id == bindparam("id"))
_BY_PERIOD = _READ.where(_REQUEST.period_id == bindparam("id"))
_BY_TOKEN = _READ.where(_REQUEST.pay_token_hash == bindparam("token_hash"))
_BY_REFERENCES = _READ.where(_REQUEST.reference.in_(bindparam("references", expanding=True)))
_BY_PROFORMAS = _READ.where(_REQUEST.proforma_key.in_(bindparam("keys", expanding=True)))
_OPEN_OF_AMOUNT = (
    _READ.where(_REQUEST.state == RequestState.OPEN, _REQUEST.minor == bindparam("minor"))
    .where(_REQUEST.currency == bindparam("currency"))
    .order_by(_REQUEST.created_at.desc(), _REQUEST.id)
    .limit(bindparam("most"))
)
_LOCK = select(_REQUEST.state).where(_REQUEST.id == bindparam("request")).with_for_update(key_share=True)
_INSERT = insert(payment_requests).on_conflict_do_nothing().returning(_REQUEST.id)

# The two ends. Both name the state they leave, so that of two statements at the same row the second finds nothing.
_PAY = (
    update(payment_requests)
    .where(_REQUEST.id == bindparam("request"), _REQUEST.state == RequestState.OPEN)
    .where(_REQUEST.minor == bindparam("exact_minor"), _REQUEST.currency == bindparam("exact_currency"))
    .values(state=RequestState.PAID, paid_at=bindparam("at"), available_on=bindparam("day"))
    .returning(
        _REQUEST.account_id, _REQUEST.order_id, _REQUEST.subscription_id, _REQUEST.period_number, _REQUEST.credit_minor
    )
)
# The attempt's number is part of the guard: a page that was begun after the look would otherwise stay open unseen.
_CLOSE = (
    update(payment_requests)
    .where(_REQUEST.id == bindparam("request"), _REQUEST.state == RequestState.OPEN)
    .where(_REQUEST.attempt == bindparam("seen_attempt"))
    .values(state=RequestState.CLOSED, closed_at=bindparam("at"), close_reason=bindparam("reason"))
    .returning(_REQUEST.id)
)


@dataclass(frozen=True, slots=True)
class Paid:
    """A request that was paid just now: what it was for, and the credit that it had used."""

    cause: Cause
    credit: Money


async def create(conn: AsyncConnection, request: PaymentRequest, pay_token_hash: bytes) -> bool:
    """Insert a request.

    Returns:
        Whether it is new; False when there is one for its cause, or when the reference is taken by another request.
    """
    inserted = await conn.execute(
        _INSERT,
        {
            "id": request.request_id,
            **cause_columns(request.cause),
            "account_id": request.account_id,
            "minor": request.amount.minor,
            "credit_minor": request.credit.minor,
            "currency": request.amount.currency,
            "method": request.method,
            "state": request.state,
            "reference": request.reference.value,
            "pay_token_hash": pay_token_hash,
            "attempt": 0,
            "created_at": request.created_at,
            "paid_at": request.paid_at,
            "available_on": request.available_on,
        },
    )
    return inserted.first() is not None


async def by_id(conn: AsyncConnection, request_id: UUID) -> PaymentRequest | None:
    """A request by its id."""
    return await _one(conn, _BY_ID, {"id": request_id})


async def by_ids(conn: AsyncConnection, request_ids: Iterable[UUID]) -> list[PaymentRequest]:
    """Requests by their ids, each once, in that order; what there is not is left out."""
    found = [await by_id(conn, each) for each in dict.fromkeys(request_ids)]
    return [request for request in found if request is not None]


async def by_order(conn: AsyncConnection, order_id: UUID) -> PaymentRequest | None:
    """The request of an order."""
    return await _one(conn, _BY_ORDER, {"id": order_id})


async def by_period(conn: AsyncConnection, period_id: UUID) -> PaymentRequest | None:
    """The request of a period of a subscription."""
    return await _one(conn, _BY_PERIOD, {"id": period_id})


async def by_cause(conn: AsyncConnection, cause: Cause) -> PaymentRequest | None:
    """The request of an order or of a period."""
    return await (by_order if isinstance(cause, OrderCause) else by_period)(conn, cause.key)


async def by_token(conn: AsyncConnection, token_hash: bytes) -> PaymentRequest | None:
    """The request of a pay link."""
    return await _one(conn, _BY_TOKEN, {"token_hash": token_hash})


async def by_references(conn: AsyncConnection, references: Sequence[CreditorReference]) -> list[PaymentRequest]:
    """The requests of these creditor references, in whatever state: only references that we issued are found."""
    if not references:
        return []
    return await _all(conn, _BY_REFERENCES, {"references": [reference.value for reference in references]})


async def by_proforma_keys(conn: AsyncConnection, keys: Sequence[str]) -> list[PaymentRequest]:
    """The requests whose proforma number has one of these keys."""
    return await _all(conn, _BY_PROFORMAS, {"keys": list(keys)}) if keys else []


async def owner(conn: AsyncConnection, request_ids: Sequence[UUID]) -> UUID | None:
    """The account of these requests, where they are of one alone."""
    query = select(_REQUEST.account_id).where(_REQUEST.id.in_(request_ids)).distinct().limit(2)
    accounts = (await conn.scalars(query)).all()
    return accounts[0] if len(accounts) == 1 else None


async def paid(conn: AsyncConnection, after: UUID | None, most: int) -> list[PaymentRequest]:
    """The paid requests after one, by id."""
    query = _READ.where(_REQUEST.state == RequestState.PAID).order_by(_REQUEST.id).limit(most)
    return await _all(conn, query if after is None else query.where(_REQUEST.id > after), {})


async def paid_with_page(conn: AsyncConnection, most: int) -> list[PaymentRequest]:
    """Paid requests with a page on which their customer can still pay, the longest paid first.

    One that is only being made is no customer's yet: who makes it ends it.
    """
    usable = _ATTEMPT.kind == AttemptKind.PAGE, _ATTEMPT.state == AttemptState.OPEN
    query = _READ.where(_REQUEST.state == RequestState.PAID, *usable).order_by(_REQUEST.paid_at, _REQUEST.id)
    return await _all(conn, query.limit(most), {})


async def open_of_amount(conn: AsyncConnection, amount: Money, most: int) -> list[PaymentRequest]:
    """Open requests of exactly this amount, newest first."""
    return await _all(conn, _OPEN_OF_AMOUNT, {"minor": amount.minor, "currency": amount.currency, "most": most})


async def record_proforma(conn: AsyncConnection, request_id: UUID, number: str, key: str) -> bool:
    """Write the proforma's number once.

    Returns:
        Whether the row has this number now; False when it has another one, or does not exist.

    Raises:
        ProformaConflict: Another request has this number.
    """
    statement = (
        update(payment_requests)
        .where(_REQUEST.id == request_id)
        .where(_REQUEST.proforma_number.is_(None) | (_REQUEST.proforma_number == number))
        .values(proforma_number=number, proforma_key=key)
        .returning(_REQUEST.id)
    )
    try:
        return (await conn.execute(statement)).first() is not None
    except IntegrityError as error:
        if constraint_of(error) == "payment_requests_proforma":
            raise ProformaConflict from None
        raise


async def pay(conn: AsyncConnection, request_id: UUID, amount: Money, available_on: date, now: datetime) -> Paid | None:
    """Turn an open request into a paid one, if the amount is exactly what must come as money, and tell of it.

    Returns:
        What was paid; None when it is not open any more.
    """
    values = {
        "request": request_id,
        "exact_minor": amount.minor,
        "exact_currency": amount.currency,
        "at": now,
        "day": available_on,
    }
    row = (await conn.execute(_PAY, values)).first()
    if row is None:
        return None
    used = Money(row.credit_minor, amount.currency)
    await tell_paid(conn, request_id, cause_of(row), row.account_id, amount + used, now)
    return Paid(cause_of(row), used)


async def tell_paid(
    conn: AsyncConnection, request_id: UUID, cause: Cause, account_id: UUID, total: Money, now: datetime
) -> None:
    """Tell that a request is paid."""
    ids = {"payment_request_id": request_id, **cause_ids(cause)}
    event = Event(EventType.PAYMENT_COMPLETED, account_id, ids, state=RequestState.PAID, amount=total)
    await events.tell(conn, event, now)


async def lock(conn: AsyncConnection, request_id: UUID) -> RequestState | None:
    """Hold a request until the transaction ends, and tell its state; None when there is none."""
    state = await conn.scalar(_LOCK, {"request": request_id})
    return None if state is None else RequestState(state)


async def close(conn: AsyncConnection, request_id: UUID, seen_attempt: int, reason: CloseReason, now: datetime) -> bool:
    """Turn an open request into a closed one, if no page was begun since `seen_attempt`.

    Returns:
        Whether this call did it.
    """
    values = {"request": request_id, "seen_attempt": seen_attempt, "reason": reason, "at": now}
    return (await conn.execute(_CLOSE, values)).first() is not None


async def _one(conn: AsyncConnection, query: Select[Any], values: dict[str, object]) -> PaymentRequest | None:
    row = (await conn.execute(query, values)).one_or_none()
    return None if row is None else _request(row)


async def _all(conn: AsyncConnection, query: Select[Any], values: dict[str, object]) -> list[PaymentRequest]:
    return [_request(row) for row in await conn.execute(query, values)]


def _request(row: Row[Any]) -> PaymentRequest:
    return PaymentRequest(
        request_id=row.id,
        cause=cause_of(row),
        account_id=row.account_id,
        amount=Money(row.minor, row.currency),
        credit=Money(row.credit_minor, row.currency),
        method=Method(row.method),
        state=RequestState(row.state),
        reference=CreditorReference(row.reference),
        attempt=row.attempt,
        proforma_number=row.proforma_number,
        created_at=row.created_at,
        paid_at=row.paid_at,
        available_on=row.available_on,
        closed_at=row.closed_at,
        close_reason=CloseReason(row.close_reason) if row.close_reason else None,
        live=_attempt(row) if row.live_attempt is not None else None,
        debit=debit_of(row),
    )


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        number=row.live_attempt,
        state=AttemptState(row.live_state),
        amount=Money(row.live_minor, row.currency),
        title=row.title,
        success_url=row.success_url,
        cancel_url=row.cancel_url,
        expires_at=row.expires_at,
        page_id=row.page_id,
        url=row.url,
        kind=AttemptKind(row.kind),
        mandate_id=row.mandate_id,
        charge_id=row.charge_id,
    )
