"""Decides about tickets: who opens, answers and closes one, and which email tells the customer."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import events, outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.erasing import refuse_erased
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.kit.outbox import Mail
from services.kit.requests import Call, claim
from services.support import store
from services.support.domain import (
    DAY,
    MOST_OPEN_TICKETS,
    MOST_TICKETS_A_DAY,
    Message,
    Ticket,
    TicketKind,
    TicketState,
    state_after_answer,
)
from services.support.erasures import service as erasures
from services.support.errors import TicketClosed, TooManyTickets

Recipient = common_pb2.Recipient
"""Whom an email goes to: carried from the trial service by whoever calls, never stored but in the mail itself."""


class Tickets:
    """The tickets of all accounts. `owner` is the account of a customer who calls, None for the provider."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(
        self, call: Call, account_id: UUID, kind: TicketKind, subject: str, text: str, *, notice_hash: str = ""
    ) -> Ticket:
        """Opens a ticket. No email: a customer's call names no recipient, or Casella would write to strangers for it.

        Args:
            call: The request.
            account_id: Whose.
            kind: What it is about; the deletion of the profile begins an erasure.
            subject: In one line.
            text: The first message.
            notice_hash: Which notice about an erasure the customer has confirmed; for that kind only.

        Raises:
            AccountErased: The account is erased.
            TooManyTickets: The account has 20 that are not closed, or has opened 20 in the last 24 hours. Requests for
                the deletion of the profile count by themselves, so that nothing stands in the way of that right.
            NoticeOutdated: The customer confirmed another text than the present one.
            ErasureNotPossible: An erasure is asked for already.
        """
        now = self._clock.now()
        first = Message(new_id(), from_provider=False, text=text, at=now)
        ticket = Ticket(new_id(), account_id, kind, subject, TicketState.OPEN, now, None, [first])
        async with self._database.transaction() as conn:
            done = await claim(conn, call, ticket.id)
            if done is not None:
                return await _read(conn, done, account_id)
            await refuse_erased(conn, account_id)
            await store.lock_account(conn, account_id)
            if (
                kind is not TicketKind.PROFILE_DELETION
                and await store.count_open(conn, account_id) >= MOST_OPEN_TICKETS
            ):
                raise TooManyTickets(metadata={"limit": "open_tickets", "value": str(MOST_OPEN_TICKETS)})
            if await store.count_opened(conn, account_id, kind, now - DAY) >= MOST_TICKETS_A_DAY:
                raise TooManyTickets(metadata={"limit": "tickets_per_day", "value": str(MOST_TICKETS_A_DAY)})
            await store.insert_ticket(conn, ticket)
            if kind is TicketKind.PROFILE_DELETION:
                await erasures.ask(conn, ticket, notice_hash)
            await self._note(conn, EventType.TICKET_OPENED, ticket)
        return ticket

    async def answer(
        self, call: Call, ticket_id: UUID, owner: UUID | None, text: str, recipient: Recipient | None
    ) -> Ticket:
        """Adds a message: a customer's, or the provider's, of which the customer is told by email.

        Raises:
            NotFound: There is no such ticket, or it is not the owner's.
            TicketClosed: It takes no more messages.
            TooManyTickets: It has 200 messages, or 199 where it asks for a deletion: the last is the decision's.
        """
        from_provider = owner is None
        message = Message(new_id(), from_provider, text, self._clock.now())
        async with self._database.transaction() as conn:
            if await claim(conn, call, ticket_id) is not None:
                return await _read(conn, ticket_id, owner)
            state = state_after_answer(from_provider=from_provider)
            if not await store.answer(conn, ticket_id, owner, state, message):
                raise await _refusal(conn, ticket_id, owner)
            ticket = await _read(conn, ticket_id, owner)
            await self._tell(conn, recipient, f"ticket-answered:{message.id}", "ticket_answered", ticket)
            await self._note(conn, EventType.TICKET_ANSWERED, ticket)
        return ticket

    async def close(self, call: Call, ticket_id: UUID, owner: UUID | None, recipient: Recipient | None) -> Ticket:
        """Closes a ticket for good; where the provider does so, the customer is told by email.

        Raises:
            NotFound: There is no such ticket, or it is not the owner's.
            TicketClosed: It is closed already.
            ErasureNotPossible: It asks for an erasure that is approved.
            ErasureNotDecided: It asks for an erasure, and the provider has not answered.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, ticket_id) is not None:
                return await _read(conn, ticket_id, owner)
            await erasures.close_with_ticket(conn, ticket_id, owner, self._clock.now())
            if not await store.close(conn, ticket_id, owner, self._clock.now()):
                raise await _refusal(conn, ticket_id, owner)
            ticket = await _read(conn, ticket_id, owner)
            await self._tell(conn, recipient, f"ticket-closed:{ticket_id}", "ticket_closed", ticket)
            await self._note(conn, EventType.TICKET_CLOSED, ticket)
        return ticket

    async def get(self, ticket_id: UUID, owner: UUID | None) -> Ticket:
        """Reads a ticket with its messages.

        Raises:
            NotFound: There is no such ticket, or it is not the owner's.
        """
        async with self._database.reading() as conn:
            return await _read(conn, ticket_id, owner)

    async def page(
        self, account_id: UUID | None, state: TicketState | None, before: UUID | None, size: int
    ) -> list[Ticket]:
        """Reads up to `size` tickets without messages, newest first; of one account or, for the provider, of all."""
        async with self._database.reading() as conn:
            return await store.page(conn, account_id, state, before, size)

    async def _tell(
        self, conn: AsyncConnection, recipient: Recipient | None, key: str, template: str, ticket: Ticket
    ) -> None:
        if recipient is None:
            return
        params = {
            "number": ticket.number,
            "subject": ticket.subject,
            "text": ticket.messages[-1].text,
            "at": self._clock.now(),
        }
        mail = Mail.to_recipient(recipient, key=key, template=template, params=params, subject_id=ticket.account_id)
        await outbox.mail(conn, mail, self._clock.now())

    async def _note(self, conn: AsyncConnection, event_type: EventType, ticket: Ticket) -> None:
        event = Event(event_type, ticket.account_id, {"ticket_id": ticket.id}, state=ticket.state)
        await events.tell(conn, event, self._clock.now())


async def _read(conn: AsyncConnection, ticket_id: UUID, owner: UUID | None) -> Ticket:
    ticket = await store.read(conn, ticket_id, owner)
    if ticket is None:
        raise NotFound
    return ticket


async def _refusal(conn: AsyncConnection, ticket_id: UUID, owner: UUID | None) -> Exception:
    """Says why a ticket could not be changed."""
    ticket = await store.read(conn, ticket_id, owner)
    if ticket is None:
        return NotFound()
    if ticket.state is TicketState.CLOSED:
        return TicketClosed()
    return TooManyTickets(metadata={"limit": "messages", "value": str(len(ticket.messages))})
