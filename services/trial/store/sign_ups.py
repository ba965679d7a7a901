"""All SQL about sign-ups that wait: the form with its consents, its links, the review."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.ids import new_id
from services.trial.domain.checks import Finding
from services.trial.domain.sign_ups import Applicant, Form, KeptSignUp, SignUpInReview, SignUpState, SignUpStatus
from services.trial.tables import confirmation_links, consents, sign_ups

_BY_ID: Final = select(sign_ups).where(sign_ups.c.id == bindparam("id"))


async def add(conn: AsyncConnection, status: SignUpStatus, form: Form, person: bytes) -> None:
    """Stores a sign-up with its consents as evidence."""
    await conn.execute(
        insert(sign_ups).values(
            id=status.id,
            state=status.state,
            findings=list(status.findings),
            first_name=form.first_name,
            last_name=form.last_name,
            email=form.email.text,
            email_key=form.email.key,
            country=form.country,
            language=form.language,
            person_hash=person,
            created_at=status.created_at,
            lapses_at=status.lapses_at,
            next_at=status.lapses_at if status.state is SignUpState.IN_REVIEW else None,
        )
    )
    evidence = {"at": status.created_at, "ip": str(form.client.ip), "user_agent": form.client.user_agent}
    answers = [
        {
            "id": new_id(),
            "sign_up_id": status.id,
            "kind": consent.kind,
            "document_version": consent.document_version,
            "granted": consent.granted,
            **evidence,
        }
        for consent in form.consents
    ]
    await conn.execute(insert(consents), answers)


async def add_link(conn: AsyncConnection, sign_up_id: UUID, token_hash: bytes, expires_at: datetime) -> None:
    """Stores a link of a sign-up; earlier ones stay valid, because emails are read in any order."""
    await conn.execute(
        insert(confirmation_links).values(token_hash=token_hash, sign_up_id=sign_up_id, expires_at=expires_at)
    )


async def prolong(
    conn: AsyncConnection, email_key: str, now: datetime, lapses_at: datetime
) -> tuple[SignUpStatus, Applicant] | None:
    """Gives the newest sign-up of an address that still waits for its confirmation another while.

    Returns:
        The sign-up and who signed up; None where nothing waits.
    """
    newest = (
        select(sign_ups.c.id)
        .where(
            sign_ups.c.email_key == email_key,
            sign_ups.c.state == SignUpState.AWAITING_CONFIRMATION,
            sign_ups.c.lapses_at > now,
        )
        .order_by(sign_ups.c.created_at.desc(), sign_ups.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    changed = await conn.execute(
        update(sign_ups)
        .where(sign_ups.c.id == newest, sign_ups.c.state == SignUpState.AWAITING_CONFIRMATION)
        .values(lapses_at=lapses_at)
        .returning(sign_ups)
    )
    row = changed.first()
    return None if row is None else (_status(row), _applicant(row))


async def decide(
    conn: AsyncConnection, sign_up_id: UUID, state: SignUpState, now: datetime, lapses_at: datetime | None
) -> tuple[SignUpStatus, Applicant] | None:
    """Ends a review that still waits and whose time has not run out.

    Args:
        conn: The transaction.
        sign_up_id: Which sign-up.
        state: What it becomes.
        now: The moment of the decision.
        lapses_at: A new time to wait; None keeps the old one.

    Returns:
        The sign-up after it and who signed up; None where it was not waiting.
    """
    changed = await conn.execute(
        update(sign_ups)
        .where(sign_ups.c.id == sign_up_id, sign_ups.c.state == SignUpState.IN_REVIEW, sign_ups.c.lapses_at > now)
        .values(state=state, lapses_at=lapses_at or sign_ups.c.lapses_at, next_at=None)
        .returning(sign_ups)
    )
    row = changed.first()
    return None if row is None else (_status(row), _applicant(row))


async def lapse(conn: AsyncConnection, sign_up_id: UUID, now: datetime) -> None:
    """Ends a review whose time has run out."""
    await conn.execute(
        update(sign_ups)
        .where(sign_ups.c.id == sign_up_id, sign_ups.c.state == SignUpState.IN_REVIEW, sign_ups.c.lapses_at <= now)
        .values(state=SignUpState.LAPSED, next_at=None)
    )


async def find(conn: AsyncConnection, sign_up_id: UUID) -> SignUpStatus | None:
    """Reads a sign-up without personal data."""
    row = (await conn.execute(_BY_ID, {"id": sign_up_id})).first()
    return None if row is None else _status(row)


async def look_up(conn: AsyncConnection, sign_up_id: UUID) -> KeptSignUp | None:
    """Reads a sign-up with who signed up."""
    row = (await conn.execute(_BY_ID, {"id": sign_up_id})).first()
    if row is None:
        return None
    return KeptSignUp(_status(row), _applicant(row) if row.account_id is None else None, row.account_id)


async def list_in_review(
    conn: AsyncConnection, after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> list[SignUpInReview]:
    """Reads the sign-ups that an operator can still decide on, oldest first."""
    place = tuple_(sign_ups.c.created_at, sign_ups.c.id)
    query = select(sign_ups).where(sign_ups.c.state == SignUpState.IN_REVIEW, sign_ups.c.lapses_at > now)
    if after is not None:
        query = query.where(place > after)
    rows = await conn.execute(query.order_by(sign_ups.c.created_at, sign_ups.c.id).limit(limit))
    return [SignUpInReview(_status(row), _applicant(row)) for row in rows]


async def count_in_review(conn: AsyncConnection, now: datetime) -> int:
    """Counts the sign-ups that an operator can still decide on."""
    waiting = sign_ups.c.state == SignUpState.IN_REVIEW, sign_ups.c.lapses_at > now
    return int((await conn.execute(select(func.count()).select_from(sign_ups).where(*waiting))).scalar_one())


async def list_unrouted(conn: AsyncConnection, now: datetime, limit: int) -> list[SignUpInReview]:
    """Reads the sign-ups that wait for nothing but a name server's answer, oldest first."""
    query = select(sign_ups).where(
        sign_ups.c.state == SignUpState.IN_REVIEW,
        sign_ups.c.lapses_at > now,
        sign_ups.c.findings == [Finding.MX_UNKNOWN],
    )
    rows = await conn.execute(query.order_by(sign_ups.c.created_at, sign_ups.c.id).limit(limit))
    return [SignUpInReview(_status(row), _applicant(row)) for row in rows]


def _status(row: Row[Any]) -> SignUpStatus:
    return SignUpStatus(row.id, SignUpState(row.state), tuple(row.findings), row.created_at, row.lapses_at)


def _applicant(row: Row[Any]) -> Applicant:
    return Applicant(row.first_name, row.last_name, row.email, row.country, row.language)
