"""Who calls the room in these tests: a customer through the gateway, the worker, the operator, the mail server."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from services.kit.ids import new_id
from tests.support.room import Metadata, TestRoom, request_id

if TYPE_CHECKING:
    from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceAsyncStub

PASSWORD = "una password lunga"
_PATIENCE = 30.0
"""Seconds for a call that hashes: forty at once on a busy machine take longer than a customer would wait."""
STEERING = common_pb2.Steering(actor="operator@provider", reason_code="abuse", source="set_feature:1")


def stub(room: TestRoom, caller: str) -> "MailboxesServiceAsyncStub":
    """The room as one of the processes."""
    return MailboxesServiceStub(room.channel(caller))


class Customer:
    """A customer with an account that the worker has opened."""

    def __init__(self, room: TestRoom, account_id: UUID) -> None:
        self.room = room
        self.id = str(account_id)
        self.uuid = account_id
        self.calls = stub(room, "gateway")

    @property
    def metadata(self) -> Metadata:
        """A token that is fresh by the room's clock."""
        return self.room.customer(self.uuid)

    async def add_domain(self, name: str, **fields: Any) -> pb.Domain:
        request = pb.AddDomainRequest(**{"request_id": request_id(), "account_id": self.id, "name": name, **fields})
        return (await self.calls.AddDomain(request, metadata=self.metadata)).domain

    async def remove_domain(self, name: str) -> None:
        request = pb.RemoveDomainRequest(request_id=request_id(), account_id=self.id, name=name)
        await self.calls.RemoveDomain(request, metadata=self.metadata)

    async def create_mailbox(self, address: str, **fields: Any) -> pb.Mailbox:
        usual = {"request_id": request_id(), "account_id": self.id, "address": address, "password": PASSWORD}
        request = pb.CreateMailboxRequest(**{**usual, **fields})
        return (await self.calls.CreateMailbox(request, metadata=self.metadata, timeout=_PATIENCE)).mailbox

    async def update_mailbox(self, mailbox_id: str, **fields: Any) -> pb.Mailbox:
        request = pb.UpdateMailboxRequest(**{"request_id": request_id(), "mailbox_id": mailbox_id, **fields})
        return (await self.calls.UpdateMailbox(request, metadata=self.metadata, timeout=_PATIENCE)).mailbox

    async def delete_mailbox(self, mailbox_id: str) -> None:
        request = pb.DeleteMailboxRequest(request_id=request_id(), mailbox_id=mailbox_id)
        await self.calls.DeleteMailbox(request, metadata=self.metadata)

    async def mailboxes(self, **fields: Any) -> list[pb.Mailbox]:
        request = pb.ListMailboxesRequest(account_id=self.id, **fields)
        return list((await self.calls.ListMailboxes(request, metadata=self.metadata)).mailboxes)

    async def allowance(self) -> pb.Allowance:
        request = pb.GetAllowanceRequest(account_id=self.id)
        return (await self.calls.GetAllowance(request, metadata=self.metadata)).allowance


async def new_customer(room: TestRoom) -> Customer:
    """A customer whose trial has just been opened."""
    account_id = new_id()
    await stub(room, "worker").OpenAccount(pb.OpenAccountRequest(account_id=str(account_id)))
    return Customer(room, account_id)


async def unlock(room: TestRoom, customer: Customer, **sizes: int) -> pb.UnlockAccountResponse:
    """Unlocks an account: `unlock(room, customer, s8=2, s50=1)` for an annual order, without sizes five a month."""
    ordered = [pb.SizeCount(size=f"MAILBOX_SIZE_{name[1:]}_GB", mailboxes=number) for name, number in sizes.items()]
    request = pb.UnlockAccountRequest(
        account_id=customer.id,
        order_id=str(new_id()),
        billing=common_pb2.BILLING_PERIOD_ANNUAL if sizes else common_pb2.BILLING_PERIOD_MONTHLY,
        mailboxes=sum(sizes.values()) or 5,
        sizes=ordered,
    )
    return await stub(room, "worker").UnlockAccount(request)


async def unlock_monthly(room: TestRoom, customer: Customer, mailboxes: int, order_id: str = "") -> pb.Allowance:
    """Unlocks an account for a new monthly contract of so many mailboxes."""
    request = pb.UnlockAccountRequest(
        account_id=customer.id,
        order_id=order_id or str(new_id()),
        billing=common_pb2.BILLING_PERIOD_MONTHLY,
        mailboxes=mailboxes,
    )
    return (await stub(room, "worker").UnlockAccount(request)).allowance


def confirmation(account_id: str, **fields: Any) -> pb.ConfirmContractRequest:
    """A new request that a monthly contract be no new one any more."""
    return pb.ConfirmContractRequest(request_id=request_id(), account_id=account_id, **fields)


def suspension(account_id: str, **fields: Any) -> pb.SuspendAccountRequest:
    """A new request that an account be suspended."""
    return pb.SuspendAccountRequest(request_id=request_id(), account_id=account_id, **fields)


def resumption(account_id: str, **fields: Any) -> pb.ResumeAccountRequest:
    """A new request that a suspension end."""
    return pb.ResumeAccountRequest(request_id=request_id(), account_id=account_id, **fields)


async def send(room: TestRoom, address: str, recipients: int = 1, message: str = "") -> pb.RecordSendResponse:
    """Asks as the mail server whether a message may leave."""
    request = pb.RecordSendRequest(request_id=message or request_id(), address=address, recipients=recipients)
    return await stub(room, "mail_server").RecordSend(request)
