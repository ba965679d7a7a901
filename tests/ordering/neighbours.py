"""The rooms that ordering reads, as far as it reads them: they speak the real contracts and say what a test wants.

Trial and mailboxes answer for one account each test makes up; invoicing finds in a profile what the test tells it to.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
from google.protobuf.message import Message

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.trial.v1 import trial_pb2
from services.kit.wire import from_date, to_date, to_timestamp
from services.ordering.enums import SIZES
from tests.support.room import START


@dataclass
class Account:
    """An account as trial and mailboxes know it."""

    state: trial_pb2.TrialState = trial_pb2.TRIAL_STATE_ACTIVE
    purge_at: datetime = START + timedelta(days=45)
    mailboxes: dict[int, int] = field(default_factory=dict)
    empty_domains: int = 0
    email: str = "anna@example.it"
    domains: list[str] = field(default_factory=list)
    """In the order in which they were added."""
    used: dict[date, dict[int, int]] = field(default_factory=dict)
    """Mailboxes by size on days on which they were others than now."""
    options: dict[str, int] = field(default_factory=dict)
    """Mailboxes with each option."""
    options_used: dict[date, dict[str, int]] = field(default_factory=dict)
    """The same on days on which they were others than now."""


class Neighbours:
    """Three rooms behind one address; what ordering does not ask, they do not know."""

    def __init__(self) -> None:
        self.address = ""
        self.accounts: dict[UUID, Account] = {}
        self.findings: list[invoicing_pb2.ProfileFinding] = []
        self.credited: dict[str, int] = {}
        self.remitted: dict[str, int] = {}
        self.credit_used: dict[str, int] = {}
        """What was given back of invoices, in cents."""
        self.away: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}
        """What happens elsewhere while a room is asked for the next time; VIES, too, by the name `vies`."""

    async def GetAccount(self, request: trial_pb2.GetAccountRequest, context: object) -> trial_pb2.GetAccountResponse:
        account = await self._account("trial", request.account_id, context)
        trial = trial_pb2.Trial(
            account_id=request.account_id, state=account.state, purge_at=to_timestamp(account.purge_at)
        )
        known = trial_pb2.Account(account_id=request.account_id, email=account.email, trial=trial)
        return trial_pb2.GetAccountResponse(account=known)

    async def ListDomains(
        self, request: mailboxes_pb2.ListDomainsRequest, context: object
    ) -> mailboxes_pb2.ListDomainsResponse:
        """One a page: who reads must read them all."""
        account = await self._account("mailboxes", request.account_id, context)
        added = {name: START + timedelta(days=place) for place, name in enumerate(account.domains)}
        names = sorted(name for name in added if name > request.page.page_token)
        shown = [mailboxes_pb2.Domain(name=name, added_at=to_timestamp(added[name])) for name in names[:1]]
        return mailboxes_pb2.ListDomainsResponse(domains=shown, next_page_token=names[0] if names[1:] else "")

    async def GetAllowance(
        self, request: mailboxes_pb2.GetAllowanceRequest, context: object
    ) -> mailboxes_pb2.GetAllowanceResponse:
        account = await self._account("mailboxes", request.account_id, context)
        sizes = [
            mailboxes_pb2.SizeCount(size=SIZES[size], mailboxes=count) for size, count in account.mailboxes.items()
        ]
        allowance = mailboxes_pb2.Allowance(
            account_id=request.account_id,
            sizes=sizes,
            empty_domains=account.empty_domains,
            options=_options(account.options),
        )
        return mailboxes_pb2.GetAllowanceResponse(allowance=allowance)

    async def GetUsage(self, request: mailboxes_pb2.GetUsageRequest, context: object) -> mailboxes_pb2.GetUsageResponse:
        account = await self._account("usage", request.account_id, context)
        day, last, days = from_date(request.first), from_date(request.last), []
        while day <= last:
            sizes = account.used.get(day, account.mailboxes).items()
            counts = [mailboxes_pb2.SizeCount(size=SIZES[size], mailboxes=count) for size, count in sizes]
            options = _options(account.options_used.get(day, account.options))
            days.append(
                mailboxes_pb2.DayUsage(
                    day=to_date(day), sizes=counts, empty_domains=account.empty_domains, options=options
                )
            )
            day += timedelta(days=1)
        return mailboxes_pb2.GetUsageResponse(days=days)

    async def CheckProfile(
        self, request: invoicing_pb2.CheckProfileRequest, context: object
    ) -> invoicing_pb2.CheckProfileResponse:
        await self._answer("invoicing", context)
        return invoicing_pb2.CheckProfileResponse(findings=self.findings)

    async def GetInvoicingDocument(
        self, request: invoicing_pb2.GetInvoicingDocumentRequest, context: object
    ) -> invoicing_pb2.GetInvoicingDocumentResponse:
        await self._answer("credited", context)
        credited = common_pb2.Money(minor=self.credited.get(request.document_id, 0), currency="EUR")
        used = common_pb2.Money(minor=self.credit_used.get(request.document_id, 0), currency="EUR")
        remitted = common_pb2.Money(minor=self.remitted.get(request.document_id, 0), currency="EUR")
        document = invoicing_pb2.Document(
            document_id=request.document_id, credited=credited, credit_used=used, shortfall=remitted
        )
        return invoicing_pb2.GetInvoicingDocumentResponse(document=document)

    async def happens(self, room: str) -> None:
        """Let happen, once, what is to happen while a room is asked."""
        if room in self.meanwhile:
            await self.meanwhile.pop(room)()

    async def _account(self, room: str, account_id: str, context: object) -> Account:
        await self._answer(room, context)
        return self.accounts[UUID(account_id)]

    async def _answer(self, room: str, context: object) -> None:
        self.asked[room] += 1
        await self.happens(room)
        if room in self.away:
            assert isinstance(context, grpc.aio.ServicerContext)
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")


def _options(numbers: dict[str, int]) -> list[mailboxes_pb2.OptionCount]:
    return [mailboxes_pb2.OptionCount(code=code, mailboxes=number) for code, number in numbers.items()]


@asynccontextmanager
async def running_neighbours() -> AsyncIterator[Neighbours]:
    """The three rooms on a port of their own until the block ends."""
    neighbours = Neighbours()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        [
            _handler("trial.v1.TrialService", "GetAccount", neighbours.GetAccount, trial_pb2.GetAccountRequest),
            _handler(
                "mailboxes.v1.MailboxesService",
                "GetAllowance",
                neighbours.GetAllowance,
                mailboxes_pb2.GetAllowanceRequest,
            ),
            _handler(
                "mailboxes.v1.MailboxesService", "ListDomains", neighbours.ListDomains, mailboxes_pb2.ListDomainsRequest
            ),
            _handler("mailboxes.v1.MailboxesService", "GetUsage", neighbours.GetUsage, mailboxes_pb2.GetUsageRequest),
            _handler(
                "invoicing.v1.InvoicingService",
                "CheckProfile",
                neighbours.CheckProfile,
                invoicing_pb2.CheckProfileRequest,
            ),
            _handler(
                "invoicing.v1.InvoicingService",
                "GetInvoicingDocument",
                neighbours.GetInvoicingDocument,
                invoicing_pb2.GetInvoicingDocumentRequest,
            ),
        ]
    )
    neighbours.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield neighbours
    finally:
        await server.stop(None)


def _handler(service: str, method: str, answer: Any, request: type[Message]) -> grpc.GenericRpcHandler:
    handler: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(
        answer, request_deserializer=request.FromString, response_serializer=lambda message: message.SerializeToString()
    )
    return grpc.method_handlers_generic_handler(f"casella.{service}", {method: handler})
