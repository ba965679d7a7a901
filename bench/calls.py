"""The RPCs that are measured, each as a stack of calls that are ready to be made.

What a call needs, such as a quote or a checkout, is made before; the worker stands still meanwhile, so that what a call
starts is not done beside it.
"""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp

from bench.customers import Buyer
from bench.installation import Installation
from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import people
from services.kit.channels import open_channel
from services.payments.domain.pay_links import PayLinks

Call = Callable[[], Awaitable[object]]

_MAILBOXES = 5
_PRICE = common.Money(minor=1281, currency="EUR")
_LONGEST_SECONDS = 60
"""A shared machine may be busy: a call that took long is measured, not refused."""
_SECONDS = aiohttp.ClientTimeout(total=_LONGEST_SECONDS)


@dataclass(frozen=True)
class Measured:
    """One RPC.

    Attributes:
        name: As operators know it.
        room: The process that answers.
        floor: The floor's method that it is compared with.
        at_most: How many times the floor's CPU time it may take.
        make: Makes so many calls.
    """

    name: str
    room: str
    floor: str
    at_most: float
    make: Callable[[int], Awaitable[Sequence[Call]]]


READ, WRITE, HOT = 1.7, 1.6, 1.2


@dataclass
class Calls:
    """Makes the calls of an installation.

    Attributes:
        installation: Where.
        readers: Customers whose things are read; each has an order and mailboxes.
        addresses: Their mailboxes.
        buyers: Customers who have not ordered yet; each places one order.
    """

    installation: Installation
    readers: Sequence[Buyer]
    addresses: Sequence[str]
    buyers: list[Buyer]

    def measured(self) -> list[Measured]:
        """All RPCs that are measured."""
        return [
            Measured("GetTrial", "trial", "Read", READ, self._get_trial),
            Measured("GetAllowance", "mailboxes", "Read", READ, self._get_allowance),
            Measured("GetBillingProfile", "ordering", "Read", READ, self._get_profile),
            Measured("GetPaymentRequest, the worker's", "payments", "Read", READ, self._get_payment_request),
            Measured("CreateQuote", "ordering", "Write", WRITE, self._create_quote),
            Measured("SaveBillingProfile", "ordering", "Write", WRITE, self._save_profile),
            Measured("CreatePaymentRequest", "payments", "Write", WRITE, self._create_payment_request),
            Measured("IssueProforma", "invoicing", "Write", WRITE, self._issue_proforma),
            Measured("RecordSend", "mailboxes", "Send", HOT, self.record_send),
            Measured("PlaceOrder", "ordering", "Write", HOT, self._place_order),
            Measured("IssueInvoice", "invoicing", "Write", HOT, self.issue_invoice),
            Measured("HandleWebhook", "payments", "Write", HOT, self._webhook),
        ]

    async def _as_reader(self, number: int) -> list[tuple[Buyer, Sequence[tuple[str, str]]]]:
        signed = [(reader, await reader.customer.me()) for reader in self.readers]
        return list(itertools.islice(itertools.cycle(signed), number))

    async def _get_trial(self, number: int) -> Sequence[Call]:
        ask = self.installation.front.trial.GetTrial
        return [
            _call(ask, trial_pb2.GetTrialRequest(account_id=reader.customer.account_id), me)
            for reader, me in await self._as_reader(number)
        ]

    async def _get_allowance(self, number: int) -> Sequence[Call]:
        ask = self.installation.front.mailboxes.GetAllowance
        return [
            _call(ask, mailboxes_pb2.GetAllowanceRequest(account_id=reader.customer.account_id), me)
            for reader, me in await self._as_reader(number)
        ]

    async def _get_profile(self, number: int) -> Sequence[Call]:
        ask = self.installation.front.ordering.GetBillingProfile
        return [
            _call(ask, ordering_pb2.GetBillingProfileRequest(account_id=reader.customer.account_id), me)
            for reader, me in await self._as_reader(number)
        ]

    async def _get_payment_request(self, number: int) -> Sequence[Call]:
        made = await self.installation.worker.payments.CreatePaymentRequest(_payment_request())
        asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=made.payment_request.payment_request_id)
        return [_call(self.installation.worker.payments.GetPaymentRequest, asked)] * number

    async def _create_quote(self, number: int) -> Sequence[Call]:
        item = ordering_pb2.MailboxItem(size=mailboxes_pb2.MAILBOX_SIZE_8_GB, quantity=_MAILBOXES)
        return [
            _call(
                self.installation.front.ordering.CreateQuote,
                ordering_pb2.CreateQuoteRequest(
                    request_id=str(uuid4()), account_id=reader.customer.account_id, items=[item],
                    kind=common.CUSTOMER_KIND_PRIVATE, billing=common.BILLING_PERIOD_ANNUAL,
                ),
                me,
            )
            for reader, me in await self._as_reader(number)
        ]  # fmt: skip

    async def _save_profile(self, number: int) -> Sequence[Call]:
        return [
            _call(
                self.installation.front.ordering.SaveBillingProfile,
                ordering_pb2.SaveBillingProfileRequest(
                    request_id=str(uuid4()), account_id=reader.customer.account_id,
                    profile=people.private_person("Anna", "Rossi"),
                ),
                me,
            )
            for reader, me in await self._as_reader(number)
        ]  # fmt: skip

    async def _create_payment_request(self, number: int) -> Sequence[Call]:
        ask = self.installation.worker.payments.CreatePaymentRequest
        return [_call(ask, _payment_request()) for _ in range(number)]

    async def _issue_proforma(self, number: int) -> Sequence[Call]:
        ask = self.installation.worker.invoicing.IssueProforma
        terms = invoicing_pb2.PaymentTerms(method=common.PAYMENT_METHOD_ONLINE)
        return [_call(ask, invoicing_pb2.IssueProformaRequest(**_document(), payment=terms)) for _ in range(number)]

    async def issue_invoice(self, number: int) -> Sequence[Call]:
        """Invoices of as many orders, which invoicing knows from the call alone."""
        ask = self.installation.worker.invoicing.IssueInvoice
        paid: dict[str, Any] = {"date": common.Date(year=2026, month=11, day=2), "method": common.PAYMENT_METHOD_ONLINE}
        paid |= {"payment_reference": "RF18539007547034", "proforma_number": "P2026/1"}
        return [_call(ask, invoicing_pb2.IssueInvoiceRequest(**_document(), **paid)) for _ in range(number)]

    async def record_send(self, number: int) -> Sequence[Call]:
        """Messages of all mailboxes in turn, as the mail server tells of them."""
        site = self.installation.world.site
        stub = MailboxesServiceStub(open_channel(site.listen("mailboxes"), site.secret("caller-mail_server")))
        each = itertools.islice(itertools.cycle(self.addresses), number)
        return [
            _call(
                stub.RecordSend,
                mailboxes_pb2.RecordSendRequest(request_id=str(uuid4()), address=address, recipients=1),
            )
            for address in each
        ]

    async def _place_order(self, number: int) -> Sequence[Call]:
        taken = [self.buyers.pop() for _ in range(number)]
        for buyer in taken:
            await buyer.customer.me()
        return [_placing(buyer) for buyer in taken]

    async def _webhook(self, number: int) -> Sequence[Call]:
        """Events of payments that were made while the provider held its events back; each is delivered once here."""
        site = self.installation.world.site
        stripe, links = site.url("stripe"), PayLinks(site.secret("pay-link.key").encode(), site.url("gateway"))
        async with aiohttp.ClientSession(timeout=_SECONDS, raise_for_status=True) as http:
            async with http.put(f"{stripe}/_simulator/faults", json={"hold": True}):
                pass
            before = await _events(http, stripe)
            for _ in range(number):
                made = await self.installation.worker.payments.CreatePaymentRequest(_payment_request())
                link = links.url(UUID(made.payment_request.payment_request_id))
                async with http.get(link) as page:
                    hosted = page.url
                async with http.post(hosted, data={"pay": "card:succeeded"}, allow_redirects=False):
                    pass
            events = [event for event in await _events(http, stripe) if event not in before]
        return [_resending(f"{stripe}/_simulator/events/{event}/resend") for event in events[:number]]


async def _events(http: aiohttp.ClientSession, stripe: str) -> list[str]:
    async with http.get(f"{stripe}/_simulator/state") as state:
        return [event["id"] for event in (await state.json())["events"]]


def _resending(url: str) -> Call:
    async def call() -> None:
        async with aiohttp.ClientSession(timeout=_SECONDS, raise_for_status=True) as http, http.post(url):
            pass

    return call


def _placing(buyer: Buyer) -> Call:
    async def call() -> object:
        return await buyer.customer.place_order(buyer.quote, common.PAYMENT_METHOD_BANK_TRANSFER)

    return call


def _call(
    ask: Any, request: object, metadata: Sequence[tuple[str, str]] = ()
) -> Call:  # fmt: skip
    async def call() -> object:
        return await ask(request, metadata=metadata, timeout=_LONGEST_SECONDS)

    return call


def _payment_request() -> payments_pb2.CreatePaymentRequestRequest:
    return payments_pb2.CreatePaymentRequestRequest(
        order_id=str(uuid4()), account_id=str(uuid4()), amount=_PRICE, method=common.PAYMENT_METHOD_ONLINE
    )


def _document() -> dict[str, Any]:
    """What a proforma and an invoice say of seven mailboxes."""
    net, vat = common.Money(minor=1050, currency="EUR"), common.Money(minor=231, currency="EUR")
    line = common.Line(
        description="Casella email 8 GB", quantity=7, unit_price=common.Money(minor=150, currency="EUR"), net=net,
        vat_rate="22.00",
    )  # fmt: skip
    party = people.private_person("Anna", "Rossi")
    party.revision = 1
    return {
        "order_id": str(uuid4()),
        "account_id": str(uuid4()),
        "language": common.LANGUAGE_IT,
        "party": party,
        "tax_treatment": common.TAX_TREATMENT_DOMESTIC,
        "lines": [line],
        "totals": common.Totals(net=net, vat=vat, gross=_PRICE),
    }
