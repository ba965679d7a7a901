"""Translates between protobuf and this room's domain, and refuses bad input with every bad field named."""

from uuid import UUID

from casella.common.v1 import common_pb2
from casella.support.v1 import support_pb2 as pb
from casella.support.v1.support_pb2_grpc import SupportServiceServicer
from services.kit import wire
from services.kit.context import check_own, owner_filter
from services.kit.enums import EnumTable
from services.kit.paging import page_by_id
from services.kit.requests import Requests
from services.kit.validation import Violations, checked_uuid
from services.support.domain import LONGEST_SUBJECT, LONGEST_TEXT, Message, Ticket, TicketKind, TicketState
from services.support.service import Tickets

_KINDS = EnumTable(
    {
        TicketKind.QUESTION: pb.TICKET_KIND_QUESTION,
        TicketKind.BILLING: pb.TICKET_KIND_BILLING,
        TicketKind.PROFILE_DELETION: pb.TICKET_KIND_PROFILE_DELETION,
    }
)
_STATES = EnumTable(
    {
        TicketState.OPEN: pb.TICKET_STATE_OPEN,
        TicketState.ANSWERED: pb.TICKET_STATE_ANSWERED,
        TicketState.CLOSED: pb.TICKET_STATE_CLOSED,
    }
)


class SupportServicer(SupportServiceServicer):
    """`casella.support.v1.SupportService`."""

    def __init__(self, requests: Requests, tickets: Tickets) -> None:
        self._requests = requests
        self._tickets = tickets

    async def OpenTicket(self, request: pb.OpenTicketRequest, context: object) -> pb.OpenTicketResponse:
        """Opens a ticket."""
        found = Violations()
        account_id = found.uuid("account_id", request.account_id)
        kind = _KINDS.chosen(found, "kind", request.kind, TicketKind.QUESTION)
        subject = found.text("subject", request.subject, LONGEST_SUBJECT)
        text = found.text("text", request.text, LONGEST_TEXT, lines=True)
        deletion = kind is TicketKind.PROFILE_DELETION
        notice_hash = _notice_hash(found, request.erasure_notice_hash, deletion=deletion)
        call = self._requests.call(
            request.request_id, found, account_id=account_id, kind=kind, subject=subject, text=text, notice=notice_hash
        )
        found.check()
        ticket = await self._tickets.open(call, check_own(account_id), kind, subject, text, notice_hash=notice_hash)
        return pb.OpenTicketResponse(ticket=_ticket(ticket))

    async def AnswerTicket(self, request: pb.AnswerTicketRequest, context: object) -> pb.AnswerTicketResponse:
        """Adds a message to a ticket."""
        found = Violations()
        owner = owner_filter()
        ticket_id = found.uuid("ticket_id", request.ticket_id)
        text = found.text("text", request.text, LONGEST_TEXT, lines=True)
        told = request.recipient if request.HasField("recipient") else None
        recipient = _told(found, told, owner)
        call = self._requests.call(request.request_id, found, ticket_id=ticket_id, text=text)
        found.check()
        return pb.AnswerTicketResponse(
            ticket=_ticket(await self._tickets.answer(call, ticket_id, owner, text, recipient))
        )

    async def CloseTicket(self, request: pb.CloseTicketRequest, context: object) -> pb.CloseTicketResponse:
        """Closes a ticket."""
        found = Violations()
        owner = owner_filter()
        ticket_id = found.uuid("ticket_id", request.ticket_id)
        told = request.recipient if request.HasField("recipient") else None
        recipient = _told(found, told, owner)
        call = self._requests.call(request.request_id, found, ticket_id=ticket_id)
        found.check()
        return pb.CloseTicketResponse(ticket=_ticket(await self._tickets.close(call, ticket_id, owner, recipient)))

    async def GetTicket(self, request: pb.GetTicketRequest, context: object) -> pb.GetTicketResponse:
        """Reads a ticket with its messages."""
        ticket_id = checked_uuid("ticket_id", request.ticket_id)
        return pb.GetTicketResponse(ticket=_ticket(await self._tickets.get(ticket_id, owner_filter())))

    async def ListTickets(self, request: pb.ListTicketsRequest, context: object) -> pb.ListTicketsResponse:
        """Lists tickets, newest first."""
        found = Violations()
        owner = owner_filter()
        anybodys = owner is None and not request.account_id
        account_id = None if anybodys else found.uuid("account_id", request.account_id)
        state = _STATES.wanted(found, "state", request.state)
        page = page_by_id(found, request.page)
        found.check()
        if account_id is not None:
            check_own(account_id)
        read = await self._tickets.page(account_id, state, page.after, page.limit)
        tickets, token = page.cut(read, lambda ticket: ticket.id)
        return pb.ListTicketsResponse(tickets=map(_ticket, tickets), next_page_token=token)


def _notice_hash(found: Violations, value: str, *, deletion: bool) -> str:
    """Which notice was confirmed: required with a request for the deletion of the profile, empty with any other."""
    if deletion and not value:
        found.add("erasure_notice_hash", "required")
    elif value and not deletion:
        found.add("erasure_notice_hash", "must_be_empty")
    return value


def _told(found: Violations, recipient: common_pb2.Recipient | None, owner: UUID | None) -> common_pb2.Recipient | None:
    """Who is told by email of what the provider did: required of an operator, refused from a customer."""
    if owner is not None:
        if recipient is not None:
            found.add("recipient", "must_be_empty")
        return None
    if recipient is None:
        found.add("recipient", "required")
        return None
    return found.recipient("recipient", recipient)


def _ticket(ticket: Ticket) -> pb.Ticket:
    return pb.Ticket(
        ticket_id=str(ticket.id),
        account_id=str(ticket.account_id),
        kind=_KINDS[ticket.kind],
        subject=ticket.subject,
        state=_STATES[ticket.state],
        opened_at=wire.to_timestamp(ticket.opened_at),
        closed_at=wire.to_timestamp(ticket.closed_at) if ticket.closed_at else None,
        messages=[_message(message) for message in ticket.messages],
    )


def _message(message: Message) -> pb.TicketMessage:
    return pb.TicketMessage(
        message_id=str(message.id),
        from_provider=message.from_provider,
        text=message.text,
        at=wire.to_timestamp(message.at),
    )
