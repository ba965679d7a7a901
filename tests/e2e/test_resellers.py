"""A reseller on real parts: first order at list price, request, training and approval, the tier on the renewal."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.clock import LocalCalendar, open_calendar
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from services.kit.causes import PeriodCause
from services.kit.wire import from_timestamp
from tests.cli.running import Terminal
from tests.e2e.levers import transfer_of
from tests.e2e.operator_desk import Answer, Desk, at_the_desk
from tests.e2e.resellers import delete_mailboxes, fill_panel
from workflows import names

pytestmark = pytest.mark.e2e

_JITTER = timedelta(hours=4)


@dataclass
class Reseller:
    """A reseller with its monthly contract, its operator and the calendar."""

    desk: Desk
    calendar: LocalCalendar
    customer: Customer
    subscription_id: str

    @property
    def workflow(self) -> str:
        """The workflow of its status."""
        return names.reseller_id(self.customer.account_id)

    def renewal(self, number: int) -> str:
        """The workflow of a period."""
        return names.renewal_id(self.subscription_id, number)

    async def period(self, number: int) -> ordering_pb2.Period:
        """A period of its subscription."""
        asked = ordering_pb2.GetPeriodRequest(period_id=str(PeriodCause(UUID(self.subscription_id), number).key))
        return (await self.desk.play.operator.ordering.GetPeriod(asked)).period

    async def measured(self, number: int) -> None:
        """Come back when a period was measured, and with the month the status."""
        measure_at = from_timestamp((await self.period(number)).measure_at)
        await self.calendar.advance(measure_at - self.calendar.now() + _JITTER, lambda _: None)
        await self.desk.stands(self.renewal(number), "AwaitingPayment")
        await self.customer.log_in()

    async def update(self, update: str, **data: object) -> Answer:
        """What the operator's update of the status gives."""
        return await self.desk.update(self.workflow, update, {"reason_code": "looked_at", **data})

    async def written(self, subject: str) -> None:
        """Come back once the customer has an email with this subject."""
        await self.desk.play.inbox.wait_for(self.customer.email, lambda mail: str(mail["Subject"]) == subject, subject)


async def test_a_reseller_buys_at_list_price_and_renews_at_its_tier(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path / "var") as desk, open_calendar(desk.play.world.site) as calendar:
        customer = desk.play.customer("rivende")
        reseller = Reseller(desk, calendar, customer, await buys_at_list_price(desk, customer))
        await is_granted_the_status(reseller)
        await reseller.measured(2)
        await renews_at_its_tier(reseller)
        await fails_a_month_s_measuring_and_meets_it_again(reseller)
        assert (await reseller.update("withdraw_reseller", customer_reason="no_resale")).result == "withdrawn"
        await desk.stands(reseller.workflow, "Withdrawn")
        await reseller.written("La tua qualifica di rivenditore è terminata")


async def is_granted_the_status(reseller: Reseller) -> None:
    """The request with nothing but the declaration, then the panel, the training and the approval."""
    status = await reseller.customer.ask_for_reseller_status()
    assert [each.met for each in status.requirements] == [False, False, True, False]
    await reseller.desk.stands(reseller.workflow, "InReview")
    await fill_panel(reseller.customer, 12)
    assert "missing: training" in (await reseller.update("approve_reseller")).refusal
    assert (await reseller.update("record_training")).result == "noted; every requirement is met"
    assert (await reseller.update("approve_reseller")).result == "approved"
    await reseller.desk.stands(reseller.workflow, "Approved")
    await reseller.written("Sei un nostro rivenditore")
    terminal = Terminal({"CASELLA_VAR": str(reseller.desk.play.world.site.var)})
    shown = (await terminal.casella("show", "account", reseller.customer.email)).well().out
    assert "met (12 of at least 10)" in shown


async def renews_at_its_tier(reseller: Reseller) -> None:
    """The proforma of the first renewal has the tier on every line; it is paid."""
    desk, period = reseller.desk, await reseller.period(2)
    document = invoicing_pb2.GetInvoicingDocumentRequest(document_id=period.proforma_id)
    proforma = (await desk.play.operator.invoicing.GetInvoicingDocument(document)).document
    assert (proforma.number, proforma.totals) == (period.proforma_number, period.totals)
    assert all("sconto rivenditori 15%" in line.description for line in proforma.lines)
    await desk.stands(reseller.workflow, "Approved")  # measured again as the month began, and met
    minor = period.totals.gross.minor
    transfer = {
        "amount": f"{minor // 100}.{minor % 100:02d}",
        "booked_on": rome_date(reseller.calendar.now()).isoformat(),
        "bank_reference": f"CRO {uuid4().hex[:12]}",
        "reason_code": "seen_on_account",
    }
    assert (await desk.update(reseller.renewal(2), "record_bank_transfer", transfer)).result == "paid"
    await desk.stands(reseller.renewal(2), "Invoiced")


async def fails_a_month_s_measuring_and_meets_it_again(reseller: Reseller) -> None:
    """An operator is told of nine mailboxes as the month begins; the tenth clears that by itself."""
    desk, customer = reseller.desk, reseller.customer
    await delete_mailboxes(customer, 3)
    await reseller.measured(3)
    await desk.stands(reseller.workflow, "NeedsOperator")
    assert "missing: mailboxes: 9 of at least 10" in await desk.details(reseller.workflow)
    await customer.create_mailbox(f"again@{customer.email.rpartition('@')[2]}")
    await reseller.calendar.advance(timedelta(hours=25), lambda _: None)
    await desk.stands(reseller.workflow, "Approved")


async def buys_at_list_price(desk: Desk, customer: Customer) -> str:
    """Five mailboxes by the month, paid; returns the subscription."""
    await customer.begin_trial()
    profile = people.company("Rivende S.r.l.", "Anna")
    profile.kind = common.CUSTOMER_KIND_RESELLER
    await customer.save_profile(profile)
    quote = await customer.quote(common.CUSTOMER_KIND_RESELLER, common.BILLING_PERIOD_MONTHLY, 5)
    assert quote.totals.net.minor == 5 * 150
    placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(placed.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    answer = await desk.update(workflow_id, "record_bank_transfer", transfer_of(await customer.order(placed.order_id)))
    assert answer.result == "paid", answer.refusal
    await desk.stands(workflow_id, "Fulfilled")
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    made = (await desk.play.operator.ordering.GetSubscription(asked)).subscription
    return str(made.subscription_id)
