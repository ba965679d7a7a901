"""The SQL of hosted pages and charges: written before they are asked for, moved on by what the provider then tells."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import require_transaction
from services.payments.domain.payment_requests import Attempt, AttemptKind, AttemptState, RequestState
from services.payments.tables import checkout_attempts, mandate_setups, mandates, payment_requests

_REQUEST = payment_requests.c
_ATTEMPT = checkout_attempts.c
_LIVE = [state for state in AttemptState if state.live]

_NEXT = (
    update(payment_requests)
    .where(_REQUEST.id == bindparam("request"), _REQUEST.state == RequestState.OPEN)
    .where(_REQUEST.attempt == bindparam("seen_attempt"))
    .values(attempt=_REQUEST.attempt + 1)
    .returning(_REQUEST.id)
)
# Page and address are written again: our own note of them may have been lost, and an event may tell them first.
_MOVE = (
    update(checkout_attempts)
    .where(_ATTEMPT.request_id == bindparam("request"), _ATTEMPT.attempt == bindparam("number"))
    .where(_ATTEMPT.state.in_(_LIVE))
    .values(
        page_id=bindparam("page"), url=bindparam("address"), state=bindparam("new_state"), charge_id=bindparam("charge")
    )
)


async def begin(conn: AsyncConnection, request_id: UUID, attempt: Attempt, now: datetime) -> bool:
    """Write down the next page or charge before it is asked for.

    Args:
        conn: A transaction: number and attempt are one fact.
        request_id: An open request.
        attempt: The page or charge; its number is one more than the last.
        now: By the service's clock.

    Returns:
        False when the request is not open any more, or somebody else began an attempt meanwhile.
    """
    require_transaction(conn)
    numbered = await conn.execute(_NEXT, {"request": request_id, "seen_attempt": attempt.number - 1})
    if numbered.first() is None:
        return False
    await conn.execute(
        insert(checkout_attempts).values(
            request_id=request_id,
            attempt=attempt.number,
            state=AttemptState.CREATING,
            minor=attempt.amount.minor,
            title=attempt.title,
            success_url=attempt.success_url,
            cancel_url=attempt.cancel_url,
            expires_at=attempt.expires_at,
            url="",
            created_at=now,
            kind=attempt.kind,
            mandate_id=attempt.mandate_id,
        )
    )
    return True


async def raise_number(conn: AsyncConnection, request_id: UUID, number: int) -> None:
    """Let the next attempt come after one that was made before the rows were restored: its key is used."""
    higher = update(payment_requests).where(_REQUEST.id == request_id, _REQUEST.attempt < number)
    await conn.execute(higher.values(attempt=number))


async def known(conn: AsyncConnection, request_id: UUID, number: int) -> bool:
    """Whether an attempt of a request is written down."""
    ours = _ATTEMPT.request_id == request_id, _ATTEMPT.attempt == number
    return (await conn.execute(select(_ATTEMPT.attempt).where(*ours))).first() is not None


async def setup_known(conn: AsyncConnection, setup_id: UUID) -> bool:
    """Whether a set-up without a payment is written down."""
    return (await conn.execute(select(mandate_setups.c.id).where(mandate_setups.c.id == setup_id))).first() is not None


async def created(conn: AsyncConnection, request_id: UUID, number: int, page_id: str, url: str) -> RequestState:
    """Write down the provider's answer.

    Returns:
        The request's state after it: a page whose request has been closed meanwhile must be ended at once.
    """
    await conn.execute(
        update(checkout_attempts)
        .where(_ATTEMPT.request_id == request_id, _ATTEMPT.attempt == number)
        .where(_ATTEMPT.state == AttemptState.CREATING)
        .values(state=AttemptState.OPEN, page_id=page_id, url=url)
    )
    state = await conn.scalar(select(_REQUEST.state).where(_REQUEST.id == request_id))
    return RequestState(str(state))


async def confirming(conn: AsyncConnection, request_id: UUID, number: int, charge_id: str) -> bool:
    """Write down that the provider is told now to take the money: from here on it may have been taken.

    Returns:
        False when it must not be told: the request is not open any more, the mandate has ended, or the attempt has.
    """
    changed = await conn.execute(
        update(checkout_attempts)
        .where(_ATTEMPT.request_id == request_id, _ATTEMPT.attempt == number)
        .where(_ATTEMPT.state == AttemptState.CREATING)
        .where(exists().where(_REQUEST.id == request_id, _REQUEST.state == RequestState.OPEN))
        .where(exists().where(mandates.c.id == _ATTEMPT.mandate_id, mandates.c.ended_at.is_(None)))
        .values(state=AttemptState.PROCESSING, charge_id=charge_id)
        .returning(_ATTEMPT.request_id)
    )
    return changed.first() is not None


async def move_charge(conn: AsyncConnection, request_id: UUID, number: int, state: AttemptState) -> UUID | None:
    """Move a charge that is on its way to what the provider says of it; one that has ended stays as it ended.

    Returns:
        The mandate by which it was made; None where it had ended already.
    """
    moved = await conn.execute(
        update(checkout_attempts)
        .where(_ATTEMPT.request_id == request_id, _ATTEMPT.attempt == number)
        .where(_ATTEMPT.kind == AttemptKind.CHARGE, _ATTEMPT.state == AttemptState.PROCESSING)
        .values(state=state)
        .returning(_ATTEMPT.mandate_id)
    )
    mandate_id: UUID | None = moved.scalar()
    return mandate_id


async def end(conn: AsyncConnection, request_id: UUID, number: int, state: AttemptState) -> None:
    """End a page that never came to be usable."""
    await conn.execute(
        update(checkout_attempts)
        .where(_ATTEMPT.request_id == request_id, _ATTEMPT.attempt == number, _ATTEMPT.state.in_(_LIVE))
        .values(state=state)
    )


async def give_up_charge(conn: AsyncConnection, request_id: UUID, number: int, state: AttemptState) -> bool:
    """End a charge that the provider was not told of yet; False where it has been told meanwhile, or it has ended."""
    ended = await conn.execute(
        update(checkout_attempts)
        .where(_ATTEMPT.request_id == request_id, _ATTEMPT.attempt == number)
        .where(_ATTEMPT.kind == AttemptKind.CHARGE, _ATTEMPT.state == AttemptState.CREATING)
        .values(state=state)
        .returning(_ATTEMPT.request_id)
    )
    return ended.first() is not None


async def move(
    conn: AsyncConnection,
    request_id: UUID,
    number: int,
    page_id: str,
    url: str,
    state: AttemptState,
    charge_id: str | None,
) -> None:
    """Move a live page to what the provider says of it; one that has ended stays as it ended (answers may cross)."""
    values = {"page": page_id, "address": url, "new_state": state, "charge": charge_id}
    await conn.execute(_MOVE, {"request": request_id, "number": number, **values})
