"""Who calls the room in these tests: a customer through the gateway, an operator."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.support.v1 import support_pb2 as pb
from casella.support.v1.support_pb2_grpc import SupportServiceStub
from services.kit.ids import new_id
from tests.support.room import Metadata, TestRoom, request_id

if TYPE_CHECKING:
    from casella.support.v1.support_pb2_grpc import SupportServiceAsyncStub

ANNA = common_pb2.Recipient(email="anna@example.it", name="Anna Rossi", language=common_pb2.LANGUAGE_IT)
JOHN = common_pb2.Recipient(email="john@example.com", name="John Smith", language=common_pb2.LANGUAGE_EN)


class Customer:
    """A customer with tickets."""

    def __init__(self, room: TestRoom, account_id: UUID | None = None) -> None:
        self.room = room
        self.uuid = account_id or new_id()
        self.id = str(self.uuid)
        self.calls: SupportServiceAsyncStub = SupportServiceStub(room.channel("gateway"))

    @property
    def metadata(self) -> Metadata:
        return self.room.customer(self.uuid)

    async def open(self, **fields: Any) -> pb.Ticket:
        usual: dict[str, Any] = {
            "request_id": request_id(),
            "account_id": self.id,
            "kind": pb.TICKET_KIND_QUESTION,
            "subject": "Come si imposta Outlook?",
            "text": "Buongiorno,\ncome si imposta Outlook?",
        }
        request = pb.OpenTicketRequest(**{**usual, **fields})
        return (await self.calls.OpenTicket(request, metadata=self.metadata)).ticket

    async def answer(self, ticket: pb.Ticket, text: str = "Grazie.", **fields: Any) -> pb.Ticket:
        usual: dict[str, Any] = {"request_id": request_id(), "ticket_id": ticket.ticket_id, "text": text}
        request = pb.AnswerTicketRequest(**{**usual, **fields})
        return (await self.calls.AnswerTicket(request, metadata=self.metadata)).ticket

    async def close(self, ticket: pb.Ticket) -> pb.Ticket:
        request = pb.CloseTicketRequest(request_id=request_id(), ticket_id=ticket.ticket_id)
        return (await self.calls.CloseTicket(request, metadata=self.metadata)).ticket

    async def get(self, ticket: pb.Ticket) -> pb.Ticket:
        request = pb.GetTicketRequest(ticket_id=ticket.ticket_id)
        return (await self.calls.GetTicket(request, metadata=self.metadata)).ticket


class Operator:
    """A person of the provider, at the command line."""

    def __init__(self, room: TestRoom) -> None:
        self.calls: SupportServiceAsyncStub = SupportServiceStub(room.channel("operator"))

    async def answer(self, ticket: pb.Ticket, text: str, **fields: Any) -> pb.Ticket:
        usual: dict[str, Any] = {
            "request_id": request_id(),
            "ticket_id": ticket.ticket_id,
            "text": text,
            "recipient": ANNA,
        }
        return (await self.calls.AnswerTicket(pb.AnswerTicketRequest(**{**usual, **fields}))).ticket

    async def close(self, ticket: pb.Ticket, **fields: Any) -> pb.Ticket:
        usual: dict[str, Any] = {"request_id": request_id(), "ticket_id": ticket.ticket_id, "recipient": ANNA}
        return (await self.calls.CloseTicket(pb.CloseTicketRequest(**{**usual, **fields}))).ticket
