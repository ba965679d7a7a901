"""What ordering may ask other rooms before it decides: trial (accounts), mailboxes (usage), invoicing (what a document
would fail on, and what was credited of an invoice).

Only reads, always before a transaction opens. A room that is away makes the answer UNAVAILABLE with RetryInfo: ordering
never guesses what another room would have said.
"""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self, TypeVar
from uuid import UUID

from grpc.aio import AioRpcError, Channel

from casella.common.v1 import common_pb2
from casella.common.v1.errors_pb2 import REASON_NOT_FOUND
from casella.invoicing.v1 import invoicing_pb2
from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceStub
from casella.mailboxes.v1 import mailboxes_pb2
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.trial.v1 import trial_pb2
from casella.trial.v1.trial_pb2_grpc import TrialServiceStub
from services.kit.calendar import Period
from services.kit.channels import channel_of
from services.kit.clock import Clock
from services.kit.enums import EnumTable
from services.kit.errors import NotFound, NotReady, Refused
from services.kit.money import Money
from services.kit.validation import LONGEST_PAGE
from services.kit.wire import from_date, from_money, from_timestamp, to_date
from services.ordering.domain.facts import AccountFacts, TrialState
from services.ordering.domain.items import Usage
from services.ordering.domain.reseller import Panel, PanelDomain
from services.ordering.enums import SIZES
from services.ordering.settings import OrderingSettings

Answer = TypeVar("Answer")

_PATIENCE = 3.0
"""Seconds for one answer: less than the caller's own deadline, so that there is time to say what was missing."""
_AGAIN = timedelta(seconds=2)

TRIALS = EnumTable(
    {
        TrialState.ACTIVE: trial_pb2.TRIAL_STATE_ACTIVE,
        TrialState.ENDED: trial_pb2.TRIAL_STATE_ENDED,
        TrialState.BOUGHT: trial_pb2.TRIAL_STATE_BOUGHT,
        TrialState.CLOSED: trial_pb2.TRIAL_STATE_CLOSED,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the dry run of an e-invoice found: a field of the profile, the SdI's code and words in both languages."""

    field: str
    code: str
    messages: dict[str, str]


@dataclass(frozen=True, slots=True)
class Invoiced:
    """An invoice as a withdrawal looks at it.

    Attributes:
        credited: What credit notes have given back of it so far, gross; zero where there is none.
        credit_used: Whether account credit had paid some of it.
        remitted_minor: What of it an operator accepted as missing and no note has credited, in minor units.
    """

    credited: Money
    credit_used: bool = False
    remitted_minor: int = 0


class Readings:
    """The rooms that ordering may read."""

    def __init__(self, trial: Channel, mailboxes: Channel, invoicing: Channel, clock: Clock) -> None:
        """Take a channel to each; they connect at the first call."""
        self._channels = (trial, mailboxes, invoicing)
        self._trial = TrialServiceStub(trial)
        self._mailboxes = MailboxesServiceStub(mailboxes)
        self._invoicing = InvoicingServiceStub(invoicing)
        self._clock = clock

    @classmethod
    def open(cls, settings: OrderingSettings, clock: Clock) -> Self:
        """Open the channels that the settings name."""
        addresses = (settings.trial_address, settings.mailboxes_address, settings.invoicing_address)
        trial, mailboxes, invoicing = (channel_of(settings, address) for address in addresses)
        return cls(trial, mailboxes, invoicing, clock)

    async def close(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            await channel.close()

    async def facts(self, account_id: UUID) -> AccountFacts:
        """The account as trial and mailboxes know it.

        Raises:
            NotFound: Trial knows no such account.
            NotReady: A room does not answer, or mailboxes has not opened the account yet.
        """
        trial = (await self._account(account_id)).trial
        state = TRIALS.word(trial.state)
        if state is None:
            raise NotReady("the account has no trial yet", retry_after=_AGAIN)
        usage = Usage({}, 0) if state is TrialState.CLOSED else await self.usage(account_id)
        return AccountFacts(state, from_timestamp(trial.purge_at), usage, self._clock.now())

    async def check_account(self, account_id: UUID) -> None:
        """See that trial knows an account.

        Raises:
            NotFound: It does not.
            NotReady: Trial does not answer.
        """
        await self._account(account_id)

    async def email(self, account_id: UUID) -> str:
        """Where emails to the account go.

        Raises:
            NotFound: Trial knows no such account.
            NotReady: Trial does not answer.
        """
        return (await self._account(account_id)).email

    async def purge_at(self, account_id: UUID) -> datetime:
        """When the account's trial has its data removed.

        Raises:
            NotFound: Trial knows no such account.
            NotReady: Trial does not answer.
        """
        return from_timestamp((await self._account(account_id)).trial.purge_at)

    async def usage(self, account_id: UUID) -> Usage:
        """Mailboxes with their options, and domains, that exist.

        Raises:
            NotReady: Mailboxes does not answer, or has not opened the account yet.
        """
        request = mailboxes_pb2.GetAllowanceRequest(account_id=str(account_id))
        try:
            answer = await _asked("mailboxes", self._mailboxes.GetAllowance(request, timeout=_PATIENCE))
        except NotFound:
            raise NotReady("mailboxes has not opened the account yet", retry_after=_AGAIN) from None
        allowance = answer.allowance
        return Usage(_sizes(allowance.sizes), allowance.empty_domains, _options(allowance.options))

    async def panel(self, account_id: UUID) -> Panel:
        """What an account has in the panel, and the address with which it logs in.

        Raises:
            NotFound: Trial knows no such account.
            NotReady: Trial or mailboxes do not answer.
        """
        login = await self.email(account_id)
        usage = await self.usage(account_id)
        return Panel(login, sum(usage.mailboxes.values()), await self._domains(account_id))

    async def _domains(self, account_id: UUID) -> Sequence[PanelDomain]:
        found, page = list[PanelDomain](), common_pb2.PageRequest(page_size=LONGEST_PAGE)
        while True:
            request = mailboxes_pb2.ListDomainsRequest(account_id=str(account_id), page=page)
            answer = await _asked("mailboxes", self._mailboxes.ListDomains(request, timeout=_PATIENCE))
            found += [PanelDomain(domain.name, from_timestamp(domain.added_at)) for domain in answer.domains]
            page.page_token = answer.next_page_token
            if not page.page_token:
                return found

    async def usage_per_day(self, account_id: UUID, days: Period) -> dict[date, Usage]:
        """Mailboxes with their options, and domains, that existed at any moment of each of these days.

        Raises:
            NotReady: Mailboxes does not answer.
        """
        request = mailboxes_pb2.GetUsageRequest(
            account_id=str(account_id), first=to_date(days.first), last=to_date(days.last)
        )
        answer = await _asked("mailboxes", self._mailboxes.GetUsage(request, timeout=_PATIENCE))
        return {
            from_date(entry.day): Usage(_sizes(entry.sizes), entry.empty_domains, _options(entry.options))
            for entry in answer.days
        }

    async def findings(self, party: common_pb2.BillingParty, treatment: common_pb2.TaxTreatment) -> Sequence[Finding]:
        """What an e-invoice to this customer, who is taxed so, would fail on; nothing where it would be valid.

        Raises:
            NotReady: Invoicing does not answer: a profile that was not checked is not saved.
        """
        request = invoicing_pb2.CheckProfileRequest(party=party, tax_treatment=treatment)
        answer = await _asked("invoicing", self._invoicing.CheckProfile(request, timeout=_PATIENCE))
        return [Finding(f.field, f.code, {"it": f.message_it, "en": f.message_en}) for f in answer.findings]

    async def invoiced(self, invoice_ids: Iterable[UUID]) -> dict[UUID, Invoiced]:
        """What credit notes have given back so far of each of these invoices, and whether account credit had paid some.

        Raises:
            NotReady: Invoicing does not answer.
        """
        found = dict[UUID, Invoiced]()
        for invoice_id in invoice_ids:
            request = invoicing_pb2.GetInvoicingDocumentRequest(document_id=str(invoice_id))
            answer = await _asked("invoicing", self._invoicing.GetInvoicingDocument(request, timeout=_PATIENCE))
            document = answer.document
            found[invoice_id] = Invoiced(
                from_money(document.credited), document.credit_used.minor > 0, document.shortfall.minor
            )
        return found

    async def _account(self, account_id: UUID) -> trial_pb2.Account:
        request = trial_pb2.GetAccountRequest(account_id=str(account_id))
        return (await _asked("trial", self._trial.GetAccount(request, timeout=_PATIENCE))).account


def _sizes(counts: Iterable[mailboxes_pb2.SizeCount]) -> dict[int, int]:
    return {SIZES.word(entry.size) or 0: entry.mailboxes for entry in counts}


def _options(counts: Iterable[mailboxes_pb2.OptionCount]) -> dict[str, int]:
    return {entry.code: entry.mailboxes for entry in counts}


async def _asked(room: str, call: Awaitable[Answer]) -> Answer:
    try:
        return await call
    except Refused as refused:
        if refused.reason == REASON_NOT_FOUND:
            raise NotFound from None
        if refused.retry_after is not None:
            raise NotReady(f"{room} cannot answer yet", retry_after=refused.retry_after) from None
        raise
    except AioRpcError:
        raise NotReady(f"{room} does not answer at the moment", retry_after=_AGAIN) from None
