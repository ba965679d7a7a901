"""One customer of a soak: what they want, and what they do from day to day, all by the dice of their own number.

They know what a customer knows: their documents, what is asked for, the hosted page. What they paid they remember.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import aiohttp

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.errors import Refused
from tests.e2e.play import Play
from tests.soak.bank import Bank, Moved

_EVERY = (
    (common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL),
    (common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_MONTHLY),
    (common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL),
    (common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY),
    (common.CUSTOMER_KIND_RESELLER, common.BILLING_PERIOD_MONTHLY),
)
_METHODS = (common.PAYMENT_METHOD_BANK_TRANSFER, common.PAYMENT_METHOD_ONLINE)
_GERMAN = common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE")
_LEAST_MONTHLY = 5
_HTTP = aiohttp.ClientTimeout(total=60)

_HABITS = (
    ("exactly", 60),
    ("late", 12),
    ("by number", 6),
    ("short", 5),
    ("over", 5),
    ("in parts", 4),
    ("twice", 2),
    ("nameless", 2),
    ("never", 4),
)
"""How a transfer is made, with its weight."""


@dataclass
class Person:
    """A customer.

    Attributes:
        number: By which everything they do is chosen.
        rng: Their dice.
        starts: When they sign up.
        deeds: What they did, for the reader of a failed run.
        paid_online: Cents that the hosted page took, by payment request.
    """

    number: int
    rng: random.Random
    play: Play
    bank: Bank
    starts: date
    customer: Customer
    deeds: list[str] = field(default_factory=list)
    paid_online: dict[str, int] = field(default_factory=dict)
    order_id: str = ""
    gone: bool = False
    _begun: bool = False
    _seen: set[str] = field(default_factory=set)
    _plans: list[tuple[date, str, Callable[[date], Awaitable[None]]]] = field(default_factory=list)

    @classmethod
    def of(cls, number: int, seed: int, play: Play, bank: Bank, starts: date) -> "Person":
        """The person of this number; a seed makes the same again."""
        return cls(number, random.Random(f"{seed}/{number}"), play, bank, starts, play.customer(f"p{number}"))

    async def act(self, today: date, *, written: bool) -> None:
        """Do what this day brings, and look at the documents where something was written to them."""
        if self.gone or today < self.starts:
            return
        due = [plan for plan in self._plans if plan[0] <= today]
        if self._begun and not due and not written:
            return
        self.customer.forget_session()
        if not self._begun:
            await self._begin(today)
        try:
            await self._look_at_documents(today)
        except Refused as refused:
            if refused.reason != errors_pb2.REASON_LOGIN_REFUSED:
                raise
            self._note(today, "cannot log in any more")  # the judge knows whether the account should be closed
            self.gone = True
            return
        due = [plan for plan in self._plans if plan[0] <= today]
        self._plans = [plan for plan in self._plans if plan[0] > today]
        for _, what, do in due:
            await self._try(today, what, do)

    async def _begin(self, today: date) -> None:
        self._begun = True
        kind, billing = self.rng.choice(_EVERY)
        abroad = kind != common.CUSTOMER_KIND_PRIVATE and self.rng.random() < 0.2
        await self.customer.begin_trial()
        if abroad:
            party = people.business_abroad("Beispiel GmbH", "123456788", _GERMAN)
        elif kind == common.CUSTOMER_KIND_PRIVATE:
            party = people.private_person("Anna", "Rossi")
        else:
            party = people.company(f"Ditta {self.number} S.r.l.", "Anna")
        party.kind = kind
        await self.customer.save_profile(party)
        self._note(today, f"begins as {common.CustomerKind.Name(kind)}{' abroad' if abroad else ''}")
        if self.rng.random() < 0.1:
            return  # never orders
        method = self.rng.choice(_METHODS)
        days = self.rng.choice((0, 1, 2, 5, 12, 33))
        self._plan(today, days, "order", lambda day: self._order(day, kind, billing, method))

    async def _order(
        self, today: date, kind: common.CustomerKind, billing: common.BillingPeriod, method: common.PaymentMethod
    ) -> None:
        monthly = billing == common.BILLING_PERIOD_MONTHLY
        mailboxes = self.rng.randint(_LEAST_MONTHLY, 9) if monthly else self.rng.randint(1, 6)
        quote = await self.customer.quote(kind, billing, mailboxes)
        order = await self.customer.place_order(quote, method)
        self.order_id = order.order_id
        self._note(today, f"orders {mailboxes} {common.BillingPeriod.Name(billing)}")
        if kind == common.CUSTOMER_KIND_PRIVATE and self.rng.random() < 0.25:
            self._plan(today, self.rng.randrange(1, 13), "withdraw", self._withdraw)
        elif self.rng.random() < 0.3:
            self._plan(today, self.rng.randrange(20, 400), "cancel", self._cancel)

    async def _look_at_documents(self, today: date) -> None:
        """Each proforma that is new is answered by a habit of the day."""
        if not self.order_id:
            return
        asked = invoicing_pb2.ListDocumentsRequest(
            account_id=self.customer.account_id, kind=invoicing_pb2.DOCUMENT_KIND_PROFORMA
        )
        answer = await self.customer.front.invoicing.ListDocuments(asked, metadata=await self.customer.me())
        for document in answer.documents:
            if document.document_id not in self._seen:
                self._seen.add(document.document_id)
                await self._try(today, document.number, partial(self._answer, document))

    async def _answer(self, proforma: invoicing_pb2.Document, today: date) -> None:
        request = await self._request(proforma.number)
        if request.state != payments_pb2.PAYMENT_REQUEST_STATE_OPEN:
            return
        habit = self.rng.choices([name for name, _ in _HABITS], [weight for _, weight in _HABITS])[0]
        self._note(today, f"will pay {proforma.number} {habit}")
        if habit == "never":
            return
        days = self.rng.randint(8, 25) if habit == "late" else self.rng.choice((0, 0, 1, 2, 4))
        if request.pay_url:
            self._plan(today, days, f"pay {proforma.number} online", lambda day: self._online(day, proforma.number))
        else:
            self._plan(today, days, f"pay {proforma.number}", lambda day: self._transfer(day, proforma.number, habit))

    async def _transfer(self, today: date, number: str, habit: str) -> None:
        request = await self._request(number)
        minor, reference = request.amount.minor, request.transfer.reference
        self.bank.iban = request.transfer.iban
        if habit == "nameless":
            self._send(today, minor, text="bonifico")
        elif habit == "by number":
            self._send(today, minor, text=f"saldo {number}")
        elif habit == "short":
            self._send(today, max(minor - self.rng.choice((5, 50, 300)), 1), reference=reference)
        elif habit == "over":
            self._send(today, minor + self.rng.choice((1, 100, 500)), reference=reference)
        elif habit == "in parts":
            part = minor // 2
            self._send(today, part, reference=reference)
            self._plan(today, self.rng.randrange(1, 6), f"rest of {number}", lambda day: self._rest(day, number, part))
        else:
            sent = self._send(today, minor, reference=reference)
            if habit == "twice":
                self._send(today, minor, reference=reference)
            elif self.rng.random() < 0.03:
                self._plan(today, self.rng.randrange(1, 9), f"take {number} back", lambda day: self._take(day, sent))

    async def _rest(self, today: date, number: str, part: int) -> None:
        request = await self._request(number)
        self._send(today, request.amount.minor - part, reference=request.transfer.reference)

    async def _take(self, today: date, sent: Moved) -> None:
        self.bank.take_back(sent, today)

    def _send(self, today: date, minor: int, *, reference: str = "", text: str = "") -> Moved:
        self._note(today, f"transfers {minor} with {reference or text!r}")
        return self.bank.transfer(self.number, minor, today, reference=reference, text=text)

    async def _online(self, today: date, number: str) -> None:
        request = await self._request(number)
        async with aiohttp.ClientSession(timeout=_HTTP, raise_for_status=True) as session:
            async with session.get(request.pay_url) as page:
                hosted = page.url
            if not hosted.path.startswith("/c/pay/"):
                self._note(today, f"is shown {hosted.path}")
                return
            async with session.post(hosted, data={"pay": self.rng.choice(("card:succeeded", "paypal:succeeded"))}):
                self.paid_online[request.payment_request_id] = request.amount.minor
                self._note(today, f"pays {number} online: {request.amount.minor}")

    async def _withdraw(self, today: date) -> None:
        await self.customer.withdraw(self.order_id)

    async def _cancel(self, today: date) -> None:
        ordering = self.customer.front.ordering
        asked = ordering_pb2.GetSubscriptionRequest(account_id=self.customer.account_id)
        found = (await ordering.GetSubscription(asked, metadata=await self.customer.me())).subscription
        await ordering.CancelSubscription(
            ordering_pb2.CancelSubscriptionRequest(request_id=str(uuid4()), subscription_id=found.subscription_id),
            metadata=await self.customer.me(),
        )

    async def _request(self, number: str) -> payments_pb2.PaymentRequest:
        asked = payments_pb2.GetPaymentRequestRequest(proforma_number=number)
        return (await self.play.operator.payments.GetPaymentRequest(asked)).payment_request

    async def _try(self, today: date, what: str, do: Callable[[date], Awaitable[None]]) -> None:
        """A refusal is an answer: it is noted, and life goes on."""
        try:
            await do(today)
        except Refused as refused:
            self._note(today, f"{what}: refused, {refused}")
        else:
            self._note(today, f"{what}: done")

    def _plan(self, today: date, days: int, what: str, do: Callable[[date], Awaitable[None]]) -> None:
        self._plans.append((today + timedelta(days=days), what, do))

    def _note(self, today: date, words: str) -> None:
        self.deeds.append(f"{today} {self.number} {words}")
