"""What a test of subscriptions does all the time: fulfil an order, measure, ask, pay or not, as the workflow would."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.causes import PeriodCause
from services.kit.wire import from_timestamp, to_date, to_timestamp
from tests.ordering.neighbours import Account
from tests.ordering.shop import ACME, ANNA, TO_ANNA, Shop, mailboxes
from tests.support.room import request_id

MONTHLY, ANNUAL = common_pb2.BILLING_PERIOD_MONTHLY, common_pb2.BILLING_PERIOD_ANNUAL
PAID, UNPAID = pb.PERIOD_OUTCOME_PAID, pb.PERIOD_OUTCOME_UNPAID
HOLDER, IBAN, REFERENCE = "Casella Esempio S.r.l.", "IT60X0542811101000000123456", "RF18539007547034"
PAY_URL = "https://casella.example/pay/abc"


@dataclass
class Subscriber:
    """One subscription, its account as mailboxes knows it, and the periods by their numbers."""

    shop: Shop
    subscription_id: str
    account_id: UUID

    @property
    def account(self) -> Account:
        return self.shop.neighbours.accounts[self.account_id]

    @property
    def metadata(self) -> Any:
        return self.shop.customer(self.account_id)

    def id_of(self, number: int) -> str:
        return str(PeriodCause(UUID(self.subscription_id), number).key)

    def renewal(self, number: int) -> str:
        return f"renewal:{self.subscription_id}:{number}"

    async def period(self, number: int) -> pb.Period:
        answer = await self.shop.worker.GetPeriod(pb.GetPeriodRequest(period_id=self.id_of(number)))
        return pb.Period.FromString(answer.period.SerializeToString())

    async def subscription(self) -> pb.Subscription:
        asked = pb.GetSubscriptionRequest(account_id=str(self.account_id))
        answer = await self.shop.worker.GetSubscription(asked)
        return pb.Subscription.FromString(answer.subscription.SerializeToString())

    async def measure(self, number: int, **more: Any) -> pb.Period:
        request = pb.MeasurePeriodRequest(period_id=self.id_of(number), **more)
        answer = await self.shop.worker.MeasurePeriod(request)
        return pb.Period.FromString(answer.period.SerializeToString())

    async def measured_in_time(self, number: int) -> pb.Period:
        """The period, measured at its moment."""
        self.shop.room.clock.at = from_timestamp((await self.period(number)).measure_at)
        return await self.measure(number)

    async def record_proforma(self, number: int) -> pb.Period:
        request = pb.RecordPeriodProformaRequest(
            period_id=self.id_of(number),
            payment_request_id=request_id(),
            proforma_id=request_id(),
            proforma_number=f"P2026/{number}",
        )
        answer = await self.shop.worker.RecordPeriodProforma(request)
        return pb.Period.FromString(answer.period.SerializeToString())

    async def asked_in_time(self, number: int) -> pb.Period:
        """The period, measured at its moment and asked for at once."""
        await self.measured_in_time(number)
        return await self.record_proforma(number)

    async def advance(
        self, number: int, language: common_pb2.Language = common_pb2.LANGUAGE_IT, *, money_waiting: bool = False,
        **more: Any,
    ) -> Any:  # fmt: skip
        recipient = common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language)
        how = {"holder": HOLDER, "iban": IBAN, "reference": REFERENCE, "pay_url": PAY_URL, **more}
        request = pb.AdvancePeriodRequest(
            period_id=self.id_of(number), recipient=recipient, money_waiting=money_waiting, **how
        )
        return await self.shop.worker.AdvancePeriod(request)

    async def next(self, number: int) -> str:
        """What comes next, as `WAIT measuring` or `MEASURE_DUE`."""
        answer = await self.advance(number)
        name = pb.PeriodNext.Name(answer.next).removeprefix("PERIOD_NEXT_")
        return f"{name} {answer.due}".strip()

    async def due_at(self, number: int) -> datetime:
        """When something is due next."""
        return from_timestamp((await self.advance(number)).due_at)

    async def end(self, number: int, outcome: pb.PeriodOutcome) -> pb.RecordPeriodOutcomeResponse:
        available_on = to_date(self.shop.room.clock.now().date()) if outcome == PAID else None
        request = pb.RecordPeriodOutcomeRequest(
            period_id=self.id_of(number), outcome=outcome, available_on=available_on
        )
        answer = await self.shop.worker.RecordPeriodOutcome(request)
        return pb.RecordPeriodOutcomeResponse.FromString(answer.SerializeToString())

    async def record_invoice(self, number: int) -> pb.Period:
        request = pb.RecordPeriodInvoiceRequest(period_id=self.id_of(number), invoice_id=request_id())
        answer = await self.shop.worker.RecordPeriodInvoice(request)
        return pb.Period.FromString(answer.period.SerializeToString())

    async def suspend(self, number: int) -> Any:
        return await self.shop.worker.SuspendSubscription(pb.SuspendSubscriptionRequest(period_id=self.id_of(number)))

    async def resume(self, number: int) -> Any:
        return await self.shop.worker.ResumeSubscription(pb.ResumeSubscriptionRequest(period_id=self.id_of(number)))

    async def cancel(self, request: str = "") -> pb.Subscription:
        wish = pb.CancelSubscriptionRequest(request_id=request or request_id(), subscription_id=self.subscription_id)
        answer = await self.shop.stub().CancelSubscription(wish, metadata=self.metadata)
        return pb.Subscription.FromString(answer.subscription.SerializeToString())

    async def keep(self) -> pb.Subscription:
        wish = pb.KeepSubscriptionRequest(request_id=request_id(), subscription_id=self.subscription_id)
        answer = await self.shop.stub().KeepSubscription(wish, metadata=self.metadata)
        return pb.Subscription.FromString(answer.subscription.SerializeToString())

    async def woken(self) -> list[str]:
        """The renewals woken since the last look, once each."""
        found = sorted({wake.workflow_id for wake in await self.shop.room.wakes()})
        await self.shop.room.empty_outbox()
        return found


async def monthly(
    shop: Shop, begin: date, items: Sequence[pb.MailboxItem] = (), party: common_pb2.BillingParty = ACME
) -> Subscriber:
    """A monthly subscription since a day, with 7 mailboxes of 8 GB in the order and in use unless told otherwise."""
    return await _subscriber(shop, begin, MONTHLY, items or [mailboxes(7)], party)


async def annual(
    shop: Shop, begin: date, items: Sequence[pb.MailboxItem] = (), party: common_pb2.BillingParty = ANNA
) -> Subscriber:
    """An annual subscription since a day, of one mailbox of 8 GB unless told otherwise."""
    return await _subscriber(shop, begin, ANNUAL, items or [mailboxes(1)], party)


async def _subscriber(
    shop: Shop,
    begin: date,
    billing: common_pb2.BillingPeriod,
    items: Sequence[pb.MailboxItem],
    party: common_pb2.BillingParty,
) -> Subscriber:
    at = datetime(begin.year, begin.month, begin.day, 10, tzinfo=UTC)
    shop.room.clock.at = at
    account = shop.account(purge_at=at)
    order = await shop.order(account, party=party, billing=billing, items=items)
    if order.quote.tax_open and order.quote.tax_treatment == common_pb2.TAX_TREATMENT_OUTSIDE_EU:
        await shop.prove(order)
    elif not order.HasField("tax_settled_at"):
        await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=order.order_id))
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    made = (await shop.fulfil(order.order_id, to_timestamp(at))).subscription
    await shop.room.empty_outbox()
    if billing == MONTHLY:
        shop.neighbours.accounts[account].mailboxes = {8: 7}
    return Subscriber(shop, made.subscription_id, account)
