"""Domains: protobuf in, domain out, and back."""

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceServicer
from services.kit.requests import Requests
from services.mailboxes.service.domains import Domains
from services.mailboxes.servicer import checks, translate
from services.mailboxes.servicer.paging import name_before, token_after


class DomainRpcs(MailboxesServiceServicer):
    """The RPCs about domains."""

    _requests: Requests
    _domains: Domains

    async def AddDomain(self, request: pb.AddDomainRequest, context: object) -> pb.AddDomainResponse:
        """Adds a domain."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        name = checks.domain_name(found, "name", request.name)
        call = self._requests.call(request.request_id, found, account_id=account_id, name=name.ascii)
        found.check()
        domain = await self._domains.add(call, checks.check_own(account_id), name)
        return pb.AddDomainResponse(domain=translate.domain(domain))

    async def RemoveDomain(self, request: pb.RemoveDomainRequest, context: object) -> pb.RemoveDomainResponse:
        """Removes a domain that has no mailboxes."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        name = checks.domain_name(found, "name", request.name)
        call = self._requests.call(request.request_id, found, account_id=account_id, name=name.ascii)
        found.check()
        await self._domains.remove(call, checks.check_own(account_id), name)
        return pb.RemoveDomainResponse()

    async def ListDomains(self, request: pb.ListDomainsRequest, context: object) -> pb.ListDomainsResponse:
        """Lists an account's domains by name."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        size = found.page_size("page.page_size", request.page.page_size)
        after = name_before(found, "page.page_token", request.page.page_token)
        found.check()
        # One more than asked for tells whether there is a further page.
        domains = await self._domains.page(checks.check_own(account_id), after, size + 1)
        return pb.ListDomainsResponse(
            domains=[translate.domain(domain) for domain in domains[:size]],
            next_page_token=token_after(domains[size - 1].name) if len(domains) > size else "",
        )
