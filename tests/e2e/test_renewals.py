"""A subscription's second period on real parts: paid after the suspension, never paid, cancelled before it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

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
from tests.e2e.levers import transfer_of
from tests.e2e.operator_desk import Desk, at_the_desk
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("renewals")]

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_JITTER = 3 * _HOUR
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

    async def sends(self) -> bool:
        """Whether its mailboxes may send."""
        asked = mailboxes_pb2.GetAllowanceRequest(account_id=self.customer.account_id)
        allowance = (await self.desk.play.operator.mailboxes.GetAllowance(asked)).allowance
        return allowance.state == mailboxes_pb2.ACCESS_STATE_UNLOCKED

    async def subjects(self) -> list[str]:
        """What it was written, in order."""
        return [str(mail["Subject"]) for mail in await self.desk.play.inbox.messages(self.customer.email)]

    async def written(self, subject: str) -> None:
        """Come back once it has an email whose subject begins so."""
        await self.desk.play.inbox.wait_for(
            self.customer.email, lambda mail: str(mail["Subject"]).startswith(subject), subject
        )


@dataclass
class Stage:
    """A running Casella with its calendar, and the subscribers of this test."""

    desk: Desk
    calendar: LocalCalendar

    async def subscriber(self) -> Subscriber:
        """Somebody whose order of five mailboxes is paid and fulfilled."""
        play = self.desk.play
        customer = play.customer("bottega")
        await customer.begin_trial()
        await customer.save_profile(people.company("Bottega S.r.l.", "Anna"))
        quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY, 5)
        placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
        workflow_id = names.order_id(placed.order_id)
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
        await self.calendar.advance(instant - self.calendar.now() + _HOUR, lambda _: None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    var = tmp_path_factory.mktemp("renewals") / "var"
    async with at_the_desk(var) as desk, open_calendar(desk.play.world.site) as calendar:
        yield Stage(desk, calendar)


async def test_what_becomes_of_a_second_period(stage: Stage) -> None:
    late, never, leaver = [await stage.subscriber() for _ in range(3)]
    answer = await stage.desk.update(leaver.renewal(2), "cancel_subscription", {"reason_code": "customer_asked"})
    assert not answer.refusal
    await leaver.stands(2, "Ending")
    await leaver.written("Conferma della tua disdetta")

    await stage.go_to(from_timestamp((await late.period(2)).measure_at) + _JITTER)
    for subscriber in (late, never):
        await subscriber.stands(2, "AwaitingPayment")
        await subscriber.stands(3, "Scheduled")
    await stage.go_to(from_timestamp((await late.period(2)).due_at) + 11 * _DAY)
    for subscriber in (late, never):
        await subscriber.stands(2, "Suspended")
        assert not await subscriber.sends()
        assert (
            len([line for line in await subscriber.subjects() if line.startswith("Promemoria: il tuo servizio")]) == 2
        )
    await late.pay(2)
    await late.stands(2, "Invoiced")
    assert await late.sends()
    second, subscription = await late.period(2), await late.subscription()
    assert (subscription.period_end, subscription.HasField("suspended_at")) == (second.period_end, False)
    await an_invoice_of(stage, late, second)

    await stage.go_to(stage.calendar.now() + 31 * _DAY)
    await never.stands(2, "Closing")
    assert (await never.period(2)).state == ordering_pb2.PERIOD_STATE_UNPAID
    await stage.go_to(stage.calendar.now() + 31 * _DAY)
    for subscriber, state in ((never, "Unpaid"), (leaver, "Void")):
        await subscriber.stands(2, state)
        await stage.desk.stands(names.purge_id(subscriber.customer.account_id), "Purged")
        assert (await subscriber.subscription()).state == ordering_pb2.SUBSCRIPTION_STATE_ENDED


async def an_invoice_of(stage: Stage, subscriber: Subscriber, period: ordering_pb2.Period) -> None:
    """Come back once the period's invoice has reached its end; its amount is the period's."""
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=period.invoice_id)
    document = (await stage.desk.play.operator.invoicing.GetInvoicingDocument(asked)).document
    assert document.period == period.period
    assert document.totals == period.totals
    await stage.desk.stands(names.e_invoice_id(period.invoice_id), "Delivered")
    await subscriber.written("Fattura")
