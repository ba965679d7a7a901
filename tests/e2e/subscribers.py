"""Subscribers for tests on real parts: somebody who pays five mailboxes by the month, and a calendar that moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.clock import LocalCalendar, open_calendar
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.causes import PeriodCause
from services.kit.wire import from_timestamp
from tests.e2e.levers import prove_business, transfer_of
from tests.e2e.operator_desk import Desk, at_the_desk
from workflows import names

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_JITTER = 3 * HOUR
"""A little more than what spreads the subscriptions over the night (deploy/policy.yaml)."""


@dataclass
class Subscriber:
    """A company that pays five mailboxes by the month, by bank transfer."""

    desk: Desk
    calendar: LocalCalendar
    customer: Customer
    subscription_id: str

    async def period(self, number: int) -> ordering_pb2.Period:
        """A period of its subscription."""
        ordering = self.desk.play.operator.ordering
        period_id = str(PeriodCause(UUID(self.subscription_id), number).key)
        return (await ordering.GetPeriod(ordering_pb2.GetPeriodRequest(period_id=period_id))).period

    async def subscription(self) -> ordering_pb2.Subscription:
        """Its subscription as it stands."""
        asked = ordering_pb2.GetSubscriptionRequest(account_id=self.customer.account_id)
        return (await self.desk.play.operator.ordering.GetSubscription(asked)).subscription

    def renewal(self, number: int) -> str:
        """The workflow of a period."""
        return names.renewal_id(self.subscription_id, number)

    async def invoice(self, number: int) -> invoicing_pb2.Document:
        """The invoice of a period."""
        asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=(await self.period(number)).invoice_id)
        return (await self.desk.play.operator.invoicing.GetInvoicingDocument(asked)).document

    async def stands(self, number: int, state: str) -> None:
        """Come back once a period's workflow shows a state."""
        await self.desk.stands(self.renewal(number), state)

    async def pay(self, number: int) -> None:
        """The operator records the exact amount."""
        minor = (await self.period(number)).totals.gross.minor
        data = {
            "amount": f"{minor // 100}.{minor % 100:02d}",
            "booked_on": rome_date(self.calendar.now()).isoformat(),
            "bank_reference": f"CRO {uuid4().hex[:12]}",
            "reason_code": "seen_on_account",
        }
        answer = await self.desk.update(self.renewal(number), "record_bank_transfer", data)
        assert answer.result == "paid", answer.refusal

    async def upcoming(self) -> ordering_pb2.UpcomingPeriod:
        """The amount so far, as the customer reads it."""
        asked = ordering_pb2.GetUpcomingPeriodRequest(account_id=self.customer.account_id)
        answer = await self.customer.front.ordering.GetUpcomingPeriod(asked, metadata=await self.customer.me())
        return answer.upcoming

    async def sends(self) -> bool:
        """Whether its mailboxes may send."""
        asked = mailboxes_pb2.GetAllowanceRequest(account_id=self.customer.account_id)
        allowance = (await self.desk.play.operator.mailboxes.GetAllowance(asked)).allowance
        return allowance.state == mailboxes_pb2.ACCESS_STATE_UNLOCKED

    async def subjects(self) -> list[str]:
        """What it was written, in order."""
        return [str(mail["Subject"]) for mail in await self.desk.play.inbox.messages(self.customer.email)]

    async def written(self, subject: str) -> EmailMessage:
        """The email whose subject begins so, once it is there."""
        return await self.desk.play.inbox.wait_for(
            self.customer.email, lambda mail: str(mail["Subject"]).startswith(subject), subject
        )


@dataclass
class Stage:
    """A running Casella with its calendar, and the subscribers of this test."""

    desk: Desk
    calendar: LocalCalendar

    async def subscriber(self, party: common.BillingParty | None = None, *options: str) -> Subscriber:
        """Somebody whose order of five mailboxes, each with these options, is paid and fulfilled.

        It is an Italian company unless told otherwise.
        """
        play = self.desk.play
        customer = play.customer("bottega")
        if party is not None:
            customer.country, customer.language = party.address.country, common.LANGUAGE_EN
        await customer.begin_trial()
        await customer.save_profile(party or people.company("Bottega S.r.l.", "Anna"))
        quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY, 5, *options)
        placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
        workflow_id = names.order_id(placed.order_id)
        if quote.tax_open:
            await prove_business(self.desk, placed.order_id)
        await self.desk.stands(workflow_id, "AwaitingPayment")
        data = transfer_of(await customer.order(placed.order_id), self.calendar.now())
        answer = await self.desk.update(workflow_id, "record_bank_transfer", data)
        assert answer.result == "paid", answer.refusal
        await self.desk.stands(workflow_id, "Fulfilled")
        asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
        made = (await play.operator.ordering.GetSubscription(asked)).subscription
        subscriber = Subscriber(self.desk, self.calendar, customer, made.subscription_id)
        await subscriber.stands(2, "Scheduled")
        return subscriber

    async def go_to(self, instant: datetime) -> None:
        """Move everything forward to a little after an instant."""
        await self.calendar.advance(instant - self.calendar.now() + HOUR, lambda _: None)

    async def to_measuring(self, subscriber: Subscriber, number: int) -> None:
        """Move everything forward until a period is measured."""
        await self.go_to(from_timestamp((await subscriber.period(number)).measure_at) + _JITTER)


@asynccontextmanager
async def a_stage(var: Path) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    async with at_the_desk(var) as desk, open_calendar(desk.play.world.site) as calendar:
        yield Stage(desk, calendar)


async def an_invoice_of(stage: Stage, subscriber: Subscriber, period: ordering_pb2.Period) -> None:
    """Come back once the period's invoice has reached its end; its amount is the period's."""
    document = await subscriber.invoice(period.period.number)
    assert document.period == period.period
    assert document.totals == period.totals
    await stage.desk.stands(names.e_invoice_id(period.invoice_id), "Delivered")
    await subscriber.written("Fattura")
