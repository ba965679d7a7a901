"""The second period of a business abroad on real parts: VIES (the stand-in) before its invoice, and its accrual."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import people
from services.kit.wire import from_timestamp
from tests.cli.running import Terminal
from tests.e2e.levers import vies_says
from tests.e2e.subscribers import DAY, Stage, Subscriber, a_stage
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("renewals_abroad")]

_GERMAN = people.business_abroad(
    "Beispiel GmbH",
    "123456788",
    common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE"),
)
_VAT_ID = "DE123456788"
_AMERICAN = people.business_abroad(
    "Acme Mail, Inc.",
    "12-3456789",
    common.Address(street="1209 North Orange Street", postal_code="19801", city="Wilmington", country="US"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    async with a_stage(tmp_path_factory.mktemp("abroad") / "var") as found:
        yield found


async def checks(stage: Stage, account_id: str) -> list[ordering_pb2.VatCheck]:
    """What VIES answered, newest first."""
    listed = ordering_pb2.ListVatChecksRequest(account_id=account_id)
    return list((await stage.desk.play.operator.ordering.ListVatChecks(listed)).checks)


async def test_where_vies_says_no_before_a_period_s_invoice_sending_is_restored_and_the_invoice_waits(
    stage: Stage,
) -> None:
    desk, subscriber = stage.desk, await stage.subscriber(_GERMAN)
    await stage.to_measuring(subscriber, 2)
    await subscriber.stands(2, "AwaitingPayment")
    await stage.go_to(from_timestamp((await subscriber.period(2)).due_at) + 11 * DAY)
    await subscriber.stands(2, "Suspended")
    assert not await subscriber.sends()

    await vies_says(desk, _VAT_ID, "invalid")
    await subscriber.pay(2)
    await subscriber.stands(2, "NeedsOperator")
    assert "the invoice waits" in await desk.details(subscriber.renewal(2))
    assert await subscriber.sends()
    assert not (await subscriber.period(2)).invoice_id
    answer = await desk.update(subscriber.renewal(2), "accept_other_proof", {"reason_code": "register_extract"})
    assert answer.result, answer.refusal
    await subscriber.stands(2, "Invoiced")
    newest = (await checks(stage, subscriber.customer.account_id))[0]
    tied = (await subscriber.period(2)).vat_check_id
    assert (newest.finding, tied) == (ordering_pb2.VAT_FINDING_NOT_VALID, newest.check_id)
    assert (await subscriber.invoice(2)).tax_treatment == common.TAX_TREATMENT_REVERSE_CHARGE
    await vies_says(desk, _VAT_ID, "valid")


async def test_a_month_abroad_that_is_not_paid_is_invoiced_as_it_accrues_and_its_payment_makes_no_second_invoice(
    stage: Stage,
) -> None:
    desk, subscriber = stage.desk, await stage.subscriber(_AMERICAN)
    await stage.to_measuring(subscriber, 2)
    await subscriber.stands(2, "AwaitingPayment")
    asked = await subscriber.period(2)
    assert asked.HasField("invoice_at")
    proofs = ordering_pb2.ListBusinessProofsRequest(account_id=subscriber.customer.account_id)
    (kept,) = (await desk.play.operator.ordering.ListBusinessProofs(proofs)).proofs
    assert asked.business_proof_id == kept.proof_id  # proved with the order, and not asked for again
    await stage.go_to(from_timestamp(asked.invoice_at))
    await until(lambda: _invoiced(subscriber), "the invoice of what has accrued")

    unpaid = await subscriber.invoice(2)
    assert (unpaid.date.day, unpaid.due_on, unpaid.HasField("paid_on")) == (13, asked.due_on, False)
    assert (await subscriber.period(2)).state == ordering_pb2.PERIOD_STATE_DUE
    await desk.stands(names.e_invoice_id(unpaid.document_id), "Undeliverable")
    terminal = Terminal({"CASELLA_VAR": str(desk.play.world.site.var)})
    audit = await terminal.casella("audit")
    assert "each tied to the other, in sum and date" in audit.well().out
    assert "invoiced abroad as it accrued, unpaid" in audit.out

    await subscriber.pay(2)
    await subscriber.stands(2, "Invoiced")
    paid = await subscriber.invoice(2)
    assert (paid.document_id, paid.HasField("paid_on")) == (unpaid.document_id, True)
    listed = invoicing_pb2.ListDocumentsRequest(
        account_id=subscriber.customer.account_id, kind=invoicing_pb2.DOCUMENT_KIND_INVOICE
    )
    documents = (await desk.play.operator.invoicing.ListDocuments(listed)).documents
    assert len([each for each in documents if each.period == asked.period]) == 1
    assert "each tied to the other, in sum and date" in (await terminal.casella("audit")).well().out


async def _invoiced(subscriber: Subscriber) -> bool | None:
    return True if (await subscriber.period(2)).invoice_id else None
