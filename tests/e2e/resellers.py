"""What a reseller does in the panel: fill it, and delete mailboxes."""

from uuid import uuid4

from casella.mailboxes.v1 import mailboxes_pb2
from deploy.local.demo.customer import Customer


async def fill_panel(customer: Customer, mailboxes: int) -> None:
    """The own domain, that of a client, and so many mailboxes in both."""
    own, client = customer.email.rpartition("@")[2], f"client-{customer.account_id[-12:]}.example"
    for domain in (own, client):
        await customer.add_domain(domain)
    for number in range(mailboxes):
        await customer.create_mailbox(f"box{number}@{(own, client)[number % 2]}")


async def delete_mailboxes(customer: Customer, count: int) -> None:
    """Delete so many of the account's mailboxes."""
    asked = mailboxes_pb2.ListMailboxesRequest(account_id=customer.account_id)
    found = (await customer.front.mailboxes.ListMailboxes(asked, metadata=await customer.me())).mailboxes
    for mailbox in found[:count]:
        request = mailboxes_pb2.DeleteMailboxRequest(request_id=str(uuid4()), mailbox_id=mailbox.mailbox_id)
        await customer.front.mailboxes.DeleteMailbox(request, metadata=await customer.me())
