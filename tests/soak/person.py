"""One customer of a soak: who they are and what they do from day to day, all by the dice of their own number.

They know what a customer knows: their emails, their documents, what is asked for, the hosted page. How they pay stands
in `paying`, what else they may want in `wishes`.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from casella.common.v1 import common_pb2 as common
from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo.customer import Customer
from deploy.local.demo.inbox import link_in
from services.kit.errors import Refused
from tests.e2e.play import Play
from tests.soak import paying, wishes
from tests.soak.bank import Bank
from tests.soak.who import KINDS, Who

_METHODS = {
    common.PAYMENT_METHOD_BANK_TRANSFER: 5,
    common.PAYMENT_METHOD_ONLINE: 3,
    common.PAYMENT_METHOD_AUTOMATIC_DEBIT: 3,
}
_LEAST_MONTHLY = 5
_CONFIRMATION = "/confirm/"


@dataclass
class Person:
    """A customer.

    Attributes:
        number: By which everything they do is chosen.
        rng: Their dice.
        starts: When they sign up.
        customer: As whom they act now; who was purged may come back.
        deeds: What they did, for the reader of a failed run.
        done: The same, counted, as far as `chronicle` asks for it.
        accounts: All accounts that they have had.
        order_id: Their newest order; empty before the first.
        gone: They cannot log in any more.
    """

    number: int
    rng: random.Random
    play: Play
    bank: Bank
    starts: date
    customer: Customer
    who: Who
    name: str
    deeds: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    accounts: list[str] = field(default_factory=list)
    order_id: str = ""
    billing: common.BillingPeriod = common.BILLING_PERIOD_UNSPECIFIED
    method: common.PaymentMethod = common.PAYMENT_METHOD_UNSPECIFIED
    gone: bool = False
    _confirmations: int = 0
    _signed_up: bool = False
    _seen: set[str] = field(default_factory=set)
    _plans: list[tuple[date, str, Callable[[date], Awaitable[None]]]] = field(default_factory=list)

    @classmethod
    def of(cls, number: int, seed: int, name: str, play: Play, bank: Bank, starts: date) -> "Person":
        """The person of this number and kind; a seed makes the same again."""
        rng = random.Random(f"{seed}/{number}")
        return cls(number, rng, play, bank, starts, play.customer(f"p{number}"), KINDS[name], name)

    async def act(self, today: date, *, written: bool) -> None:
        """Do what this day brings, and look at the documents where something was written to them."""
        if today < self.starts:
            return
        if not self._signed_up:
            self._signed_up = True
            await self.attempt(today, f"signs up as {self.name}", self._sign_up)
        if self._confirms():
            if written:
                await self._confirm(today)
            return
        if not any(day <= today for day, _, _ in self._plans) and (self.gone or not written):
            return
        if not self.gone:
            try:
                await self.customer.go_on()  # the token of another day has expired
                await self._look_at_documents(today)
            except Refused as refused:
                if refused.reason != errors_pb2.REASON_LOGIN_REFUSED:
                    raise
                self._leave(today)
                return
        due = [
            plan for plan in self._plans if plan[0] <= today
        ]  # with what the documents have made them plan for today
        self._plans = [plan for plan in self._plans if plan[0] > today]
        for _, what, do in due:
            await self.attempt(today, what, do)

    def _confirms(self) -> bool:
        """Whether they wait for the link: it comes at once, or once an operator has allowed it."""
        return not self.gone and not self.customer.account_id

    async def _sign_up(self, _: date) -> None:
        self._confirmations = len(await self._links())
        await self.customer.sign_up()

    async def _links(self) -> list[str]:
        messages = await self.play.inbox.messages(self.customer.email)
        return [link_in(mail, _CONFIRMATION) for mail in messages if _CONFIRMATION in mail.as_string()]

    async def _confirm(self, today: date) -> None:
        """Follow the link, where it has come."""
        if len(await self._links()) == self._confirmations:
            return
        await self.customer.confirm()
        self.accounts.append(self.customer.account_id)
        self.note(today, "has confirmed the address")
        await self.attempt(today, "save the profile", self.save_profile)
        if self.rng.random() > 0.1:
            self.plan(today, self.rng.choice((0, 1, 2, 5, 12, 33)), "order", self.order)

    async def save_profile(self, _: date) -> None:
        """The papers, or new ones of the same kind."""
        party = self.who.party(self.number)
        self.customer.country = party.address.country
        try:
            await self.customer.save_profile(party)
        except Refused:
            if self.who.served:
                raise
            self.done["is not served"] += 1
        else:
            assert self.who.served, f"{self.name} was not refused"

    def _leave(self, today: date) -> None:
        """The judge knows whether the account should be closed; some come back after it."""
        self.note(today, "cannot log in any more")
        self.gone = True
        self._plans = []
        if self.rng.random() < 0.3:
            self.plan(today, self.rng.randrange(3, 60), "come back", self._come_back)

    async def _come_back(self, today: date) -> None:
        """The same address signs up again: an operator has to allow it."""
        self.customer = Customer(self.customer.front, self.customer.inbox, self.customer.email, ip=self.customer.ip)
        self.gone, self.order_id = False, ""
        await self._sign_up(today)

    async def order(self, today: date) -> None:
        """Order by the dice, and make up one's mind about the time after it."""
        billing = self.rng.choice(self.who.billings)
        monthly = billing == common.BILLING_PERIOD_MONTHLY
        mailboxes = self.rng.randint(_LEAST_MONTHLY, 9) if monthly else self.rng.randint(1, 6)
        options = self.rng.choice(((), (), ("archive",), ("activesync", "archive")))
        method = self.rng.choices(list(_METHODS), list(_METHODS.values()))[0]
        try:
            quote = await self.customer.quote(self.who.kind, billing, mailboxes, *options)
            self.order_id = (await self.customer.place_order(quote, method)).order_id
        except Refused as refused:
            if refused.reason == errors_pb2.REASON_VAT_NUMBER_NOT_VALID:  # VIES may be away another day
                self.plan(today, self.rng.randint(1, 3), "order", self.order)
            raise
        self.billing, self.method = billing, method
        self.note(today, f"orders {mailboxes} {common.BillingPeriod.Name(billing)} with {options}")
        wishes.make(self, today)

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
                await self.attempt(today, document.number, partial(paying.answer, self, document.number))

    async def request(self, number: str) -> payments_pb2.PaymentRequest:
        """What a proforma asks for."""
        asked = payments_pb2.GetPaymentRequestRequest(proforma_number=number)
        return (await self.play.operator.payments.GetPaymentRequest(asked)).payment_request

    async def subscription(self) -> ordering_pb2.Subscription:
        """Their contract."""
        asked = ordering_pb2.GetSubscriptionRequest(account_id=self.customer.account_id)
        answer = await self.customer.front.ordering.GetSubscription(asked, metadata=await self.customer.me())
        return answer.subscription

    async def attempt(self, today: date, what: str, do: Callable[[date], Awaitable[None]]) -> None:
        """A refusal is an answer: it is noted, and life goes on."""
        try:
            await do(today)
        except Refused as refused:
            self.note(today, f"{what}: refused, {refused}")
        else:
            self.note(today, f"{what}: done")
            self.done[what] += 1

    def plan(self, today: date, days: int, what: str, do: Callable[[date], Awaitable[None]]) -> None:
        """Something to do in so many days."""
        self._plans.append((today + timedelta(days=days), what, do))

    def note(self, today: date, words: str) -> None:
        """A line for the reader."""
        self.deeds.append(f"{today} {self.number} {words}")
