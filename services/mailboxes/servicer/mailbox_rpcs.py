"""Mailboxes: protobuf in, domain out, and back."""

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceServicer
from services.kit.context import check_own, customer_account
from services.kit.paging import page_by_name
from services.kit.requests import Requests
from services.mailboxes.domain.sizes import SMALLEST_GB
from services.mailboxes.service.mailboxes import Change, Mailboxes
from services.mailboxes.servicer import checks, translate


class MailboxRpcs(MailboxesServiceServicer):
    """The RPCs about mailboxes."""

    _requests: Requests
    _mailboxes: Mailboxes

    async def CreateMailbox(self, request: pb.CreateMailboxRequest, context: object) -> pb.CreateMailboxResponse:
        """Creates a mailbox."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        address = checks.address(found, "address", request.address)
        password = checks.password(found, "password", request.password)
        size_gb = translate.SIZES.chosen(found, "size", request.size, 0) if request.size else SMALLEST_GB
        call = self._requests.call(request.request_id, found, account_id=account_id, address=address, size_gb=size_gb)
        found.check()
        mailbox = await self._mailboxes.create(call, check_own(account_id), address, password, size_gb)
        return pb.CreateMailboxResponse(mailbox=translate.mailbox(mailbox))

    async def UpdateMailbox(self, request: pb.UpdateMailboxRequest, context: object) -> pb.UpdateMailboxResponse:
        """Changes a mailbox's size, password or whether it is active."""
        found = checks.violations()
        mailbox_id = found.uuid("mailbox_id", request.mailbox_id)
        change = Change(
            password=checks.password(found, "password", request.password) if request.HasField("password") else None,
            size_gb=translate.SIZES.chosen(found, "size", request.size, 0) if request.HasField("size") else None,
            active=request.active if request.HasField("active") else None,
        )
        call = self._requests.call(
            request.request_id,
            found,
            mailbox_id=mailbox_id,
            password_changes=change.password is not None,
            size_gb=change.size_gb,
            active=change.active,
        )
        found.check()
        mailbox = await self._mailboxes.update(call, customer_account(), mailbox_id, change)
        return pb.UpdateMailboxResponse(mailbox=translate.mailbox(mailbox))

    async def DeleteMailbox(self, request: pb.DeleteMailboxRequest, context: object) -> pb.DeleteMailboxResponse:
        """Deletes a mailbox for good."""
        found = checks.violations()
        mailbox_id = found.uuid("mailbox_id", request.mailbox_id)
        call = self._requests.call(request.request_id, found, mailbox_id=mailbox_id)
        found.check()
        await self._mailboxes.delete(call, customer_account(), mailbox_id)
        return pb.DeleteMailboxResponse()

    async def ListMailboxes(self, request: pb.ListMailboxesRequest, context: object) -> pb.ListMailboxesResponse:
        """Lists an account's mailboxes by address."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        domain = checks.domain_name(found, "domain", request.domain).ascii if request.domain else ""
        page = page_by_name(found, request.page)
        found.check()
        read = await self._mailboxes.page(check_own(account_id), domain, page.after or "", page.limit)
        mailboxes, token = page.cut(read, lambda mailbox: mailbox.address)
        return pb.ListMailboxesResponse(mailboxes=map(translate.mailbox, mailboxes), next_page_token=token)
