"""A reseller on real parts: first order at list price, request, training and approval, the tier on the renewal."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.clock import open_calendar
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.causes import PeriodCause
from services.kit.wire import from_timestamp
from tests.cli.running import Terminal
from tests.e2e.levers import transfer_of
from tests.e2e.operator_desk import Desk, at_the_desk
from workflows import names

pytestmark = pytest.mark.e2e

_JITTER = timedelta(hours=4)


async def test_a_reseller_buys_at_list_price_and_renews_at_its_tier(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path / "var") as desk, open_calendar(desk.play.world.site) as calendar:
        customer = desk.play.customer("rivende")
        subscription_id = await buys_at_list_price(desk, customer)
        reseller = names.reseller_id(customer.account_id)
        status = await asks(customer)
        assert [each.met for each in status.requirements] == [False, False, True, False]
        await desk.stands(reseller, "InReview")
        await fill_panel(customer, 12)
        refused = await desk.update(reseller, "approve_reseller", {"reason_code": "all_met"})
        assert "missing: training" in refused.refusal
        trained = await desk.update(reseller, "record_training", {"reason_code": "training_done"})
        assert trained.result == "noted; every requirement is met"
        assert (await desk.update(reseller, "approve_reseller", {"reason_code": "all_met"})).result == "approved"
        await desk.stands(reseller, "Approved")
        await written(desk, customer, "Sei un nostro rivenditore")
        shown = (
            (await Terminal({"CASELLA_VAR": str(desk.play.world.site.var)}).casella("show", "account", customer.email))
            .well()
            .out
        )
        assert "met (12 of at least 10)" in shown

        period_id = str(PeriodCause(UUID(subscription_id), 2).key)
        asked = ordering_pb2.GetPeriodRequest(period_id=period_id)
        measure_at = from_timestamp((await desk.play.operator.ordering.GetPeriod(asked)).period.measure_at)
        await calendar.advance(measure_at - calendar.now() + _JITTER, lambda _: None)
        await desk.stands(names.renewal_id(subscription_id, 2), "AwaitingPayment")
        period = (await desk.play.operator.ordering.GetPeriod(asked)).period
        document = invoicing_pb2.GetInvoicingDocumentRequest(document_id=period.proforma_id)
        proforma = (await desk.play.operator.invoicing.GetInvoicingDocument(document)).document
        assert (proforma.number, proforma.totals) == (period.proforma_number, period.totals)
        assert all(line.description.endswith(", sconto rivenditori 15%") for line in proforma.lines)

        await desk.stands(reseller, "Approved")  # measured again as the month began, and met
        withdrawn = {"customer_reason": "no_resale", "reason_code": "own_use"}
        assert (await desk.update(reseller, "withdraw_reseller", withdrawn)).result == "withdrawn"
        await desk.stands(reseller, "Withdrawn")
        await written(desk, customer, "La tua qualifica di rivenditore è terminata")


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


async def asks(customer: Customer) -> ordering_pb2.ResellerStatus:
    """Read the declaration and give it."""
    ordering, me = customer.front.ordering, await customer.me()
    page = await ordering.GetResellerStatus(
        ordering_pb2.GetResellerStatusRequest(account_id=customer.account_id), metadata=me
    )
    wish = ordering_pb2.RequestResellerStatusRequest(
        request_id=str(uuid4()),
        account_id=customer.account_id,
        resells=True,
        declaration_version=page.declaration_version,
        language=common.LANGUAGE_IT,
        client=customer.client,
    )
    status: ordering_pb2.ResellerStatus = (await ordering.RequestResellerStatus(wish, metadata=me)).status
    return status


async def fill_panel(customer: Customer, mailboxes: int) -> None:
    """The own domain, that of a client, and so many mailboxes in both."""
    own, client = customer.email.rpartition("@")[2], f"client-{customer.account_id[-12:]}.example"
    for domain in (own, client):
        await customer.add_domain(domain)
    for number in range(mailboxes):
        await customer.create_mailbox(f"box{number}@{(own, client)[number % 2]}")


async def written(desk: Desk, customer: Customer, subject: str) -> None:
    """Come back once the customer has an email with this subject."""
    await desk.play.inbox.wait_for(customer.email, lambda mail: str(mail["Subject"]) == subject, subject)
