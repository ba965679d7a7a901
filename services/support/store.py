"""All SQL of this room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.support.domain import MOST_MESSAGES, Message, Ticket, TicketKind, TicketState
from services.support.tables import messages, tickets

_NOT_CLOSED = tickets.c.state != TicketState.CLOSED

_PLACES = case((tickets.c.kind == TicketKind.PROFILE_DELETION, MOST_MESSAGES - 1), else_=MOST_MESSAGES)
"""Of a request for deletion the last place is the decision's: it must reach the customer, however long they talked."""


async def lock_account(conn: AsyncConnection, account_id: UUID) -> None:
    """Makes the openings of one account wait for each other, so that its tickets can be counted."""
    await conn.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))"), {"account": f"tickets {account_id}"}
    )


async def count_open(conn: AsyncConnection, account_id: UUID) -> int:
    """Counts an account's tickets that are not closed, save the request for the deletion of the profile."""
    other = tickets.c.kind != TicketKind.PROFILE_DELETION
    query = select(func.count()).select_from(tickets).where(tickets.c.account_id == account_id, _NOT_CLOSED, other)
    return (await conn.execute(query)).scalar_one()


async def count_opened(conn: AsyncConnection, account_id: UUID, kind: TicketKind, since: datetime) -> int:
    """Counts an account's tickets that were opened after an instant, closed ones included.

    Of requests for the deletion of the profile it counts those alone, of any other kind all but those.
    """
    deletion = tickets.c.kind == TicketKind.PROFILE_DELETION
    alike = deletion if kind is TicketKind.PROFILE_DELETION else ~deletion
    query = select(func.count()).select_from(tickets)
    query = query.where(tickets.c.account_id == account_id, tickets.c.opened_at > since, alike)
    return (await conn.execute(query)).scalar_one()


async def insert_ticket(conn: AsyncConnection, ticket: Ticket) -> None:
    """Writes a new ticket with its first message."""
    await conn.execute(
        insert(tickets).values(
            id=ticket.id,
            account_id=ticket.account_id,
            kind=ticket.kind,
            subject=ticket.subject,
            state=ticket.state,
            message_count=len(ticket.messages),
            opened_at=ticket.opened_at,
        )
    )
    for position, message in enumerate(ticket.messages, 1):
        await _insert_message(conn, ticket.id, position, message)


async def answer(
    conn: AsyncConnection,
    ticket_id: UUID,
    owner: UUID | None,
    state: TicketState,
    message: Message,
    *,
    decides: bool = False,
) -> bool:
    """Adds a message to a ticket that is not closed and has room for one.

    Args:
        conn: A transaction.
        ticket_id: Which.
        owner: The account whose ticket it must be; None for any.
        state: The ticket's state after the message.
        message: The message.
        decides: It refuses the deletion that the ticket asks for.

    Returns:
        False, and nothing changed, where there is no such ticket.
    """
    places = MOST_MESSAGES if decides else _PLACES
    query = update(tickets).where(
        tickets.c.id == ticket_id, _NOT_CLOSED, tickets.c.message_count < places, *_owned_by(owner)
    )
    changed = await conn.execute(
        query.values(state=state, message_count=tickets.c.message_count + 1).returning(tickets.c.message_count)
    )
    row = changed.first()
    if row is None:
        return False
    await _insert_message(conn, ticket_id, row.message_count, message)
    return True


async def close(conn: AsyncConnection, ticket_id: UUID, owner: UUID | None, now: datetime) -> bool:
    """Closes a ticket that is not closed.

    Returns:
        False, and nothing changed, where there is no such ticket.
    """
    query = update(tickets).where(tickets.c.id == ticket_id, _NOT_CLOSED, *_owned_by(owner))
    closed = await conn.execute(query.values(state=TicketState.CLOSED, closed_at=now).returning(tickets.c.id))
    return closed.first() is not None


async def read(conn: AsyncConnection, ticket_id: UUID, owner: UUID | None) -> Ticket | None:
    """Reads a ticket with its messages; None if there is none, or if it is not the owner's."""
    row = (await conn.execute(select(tickets).where(tickets.c.id == ticket_id, *_owned_by(owner)))).one_or_none()
    if row is None:
        return None
    found = await conn.execute(select(messages).where(messages.c.ticket_id == ticket_id).order_by(messages.c.position))
    return _ticket(row, [Message(each.id, each.from_provider, each.text, each.at) for each in found])


async def page(
    conn: AsyncConnection, account_id: UUID | None, state: TicketState | None, before: UUID | None, size: int
) -> list[Ticket]:
    """Reads up to `size` tickets without their messages, newest first.

    Args:
        conn: Any connection.
        account_id: Only this account's; None for all.
        state: Only in this state; None for all.
        before: The last id of the page before; None for the first.
        size: How many at most.
    """
    query = select(tickets).where(*_owned_by(account_id))
    if state is not None:
        query = query.where(tickets.c.state == state)
    if before is not None:
        query = query.where(tickets.c.id < before)
    return [_ticket(row, ()) for row in await conn.execute(query.order_by(tickets.c.id.desc()).limit(size))]


def _owned_by(account_id: UUID | None) -> list[Any]:
    return [] if account_id is None else [tickets.c.account_id == account_id]


async def _insert_message(conn: AsyncConnection, ticket_id: UUID, position: int, message: Message) -> None:
    await conn.execute(
        insert(messages).values(
            id=message.id,
            ticket_id=ticket_id,
            position=position,
            from_provider=message.from_provider,
            text=message.text,
            at=message.at,
        )
    )


def _ticket(row: Row[Any], found: Sequence[Message]) -> Ticket:
    return Ticket(
        id=row.id,
        account_id=row.account_id,
        kind=TicketKind(row.kind),
        subject=row.subject,
        state=TicketState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        messages=found,
    )
