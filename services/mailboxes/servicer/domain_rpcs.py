"""Domains: protobuf in, domain out, and back."""

from casella.mailboxes.v1 import mailboxes_pb2 as pb
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceServicer
from services.kit.context import check_own
from services.kit.paging import page_by_name
from services.kit.requests import Requests
from services.mailboxes.service.domains import Domains
from services.mailboxes.servicer import checks, translate


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
        domain = await self._domains.add(call, check_own(account_id), name)
        return pb.AddDomainResponse(domain=translate.domain(domain))

    async def RemoveDomain(self, request: pb.RemoveDomainRequest, context: object) -> pb.RemoveDomainResponse:
        """Removes a domain that has no mailboxes."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        name = checks.domain_name(found, "name", request.name)
        call = self._requests.call(request.request_id, found, account_id=account_id, name=name.ascii)
        found.check()
        await self._domains.remove(call, check_own(account_id), name)
        return pb.RemoveDomainResponse()

    async def ListDomains(self, request: pb.ListDomainsRequest, context: object) -> pb.ListDomainsResponse:
        """Lists an account's domains by name."""
        found = checks.violations()
        account_id = found.uuid("account_id", request.account_id)
        page = page_by_name(found, request.page)
        found.check()
        read = await self._domains.page(check_own(account_id), page.after or "", page.limit)
        domains, token = page.cut(read, lambda domain: domain.name)
        return pb.ListDomainsResponse(domains=map(translate.domain, domains), next_page_token=token)
