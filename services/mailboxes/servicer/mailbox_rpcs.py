"""Mailboxes: protobuf in, domain out, and back."""

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceServicer
from services.kit.context import check_own, customer_account
from services.kit.paging import page_by_name
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.mailboxes.domain.options import codes
from services.mailboxes.domain.sizes import SMALLEST_GB
from services.mailboxes.service.mailboxes import OPTIONS_FIELD, Change, Mailboxes, NewMailbox
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
        options = self._options(found, request)
        call = self._requests.call(
            request.request_id, found, account_id=account_id, address=address, size_gb=size_gb, **_named(options)
        )
        found.check()
        wanted = NewMailbox(address, size_gb, options)
        mailbox = await self._mailboxes.create(call, check_own(account_id), wanted, password)
        return pb.CreateMailboxResponse(mailbox=translate.mailbox(mailbox))

    async def UpdateMailbox(self, request: pb.UpdateMailboxRequest, context: object) -> pb.UpdateMailboxResponse:
        """Changes a mailbox's size, options, password or whether it is active."""
        found = checks.violations()
        mailbox_id = found.uuid("mailbox_id", request.mailbox_id)
        change = Change(
            password=checks.password(found, "password", request.password) if request.HasField("password") else None,
            size_gb=translate.SIZES.chosen(found, "size", request.size, 0) if request.HasField("size") else None,
            active=request.active if request.HasField("active") else None,
            options=self._options(found, request),
        )
        call = self._requests.call(
            request.request_id,
            found,
            mailbox_id=mailbox_id,
            password_changes=change.password is not None,
            size_gb=change.size_gb,
            active=change.active,
            **_named(change.options),
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

    def _options(
        self, found: Violations, request: pb.CreateMailboxRequest | pb.UpdateMailboxRequest
    ) -> tuple[str, ...] | None:
        """The options that a request names; None where it names none."""
        if not request.HasField("options"):
            return None
        return checks.options(found, OPTIONS_FIELD, request.options.codes, self._mailboxes.known_options)


def _named(options: tuple[str, ...] | None) -> dict[str, object]:
    """What of them counts in a request's fingerprint; of a request that names none it is that of older clients."""
    return {} if options is None else {"options": codes(options)}
