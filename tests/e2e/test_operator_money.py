"""An operator settles waiting money from the Temporal UI: it pays, becomes credit that the next order uses, leaves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from services.kit.calendar import rome_date
from tests.e2e.levers import close_under_hold
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("operator-money")]

PAYERS_IBAN = "DE89370400440532013000"
STEERING = common.Steering(actor=OPERATOR, reason_code="checked", source="test/1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with at_the_desk(tmp_path_factory.mktemp("operator-money") / "var") as desk:
        yield desk


async def arrives(desk: Desk, minor: int, **told: str) -> str:
    """A statement tells of a transfer that goes to the queue; returns the id of its workflow."""
    payments = desk.play.operator.payments
    before = {entry.money_entry_id for entry in await queue(desk)}
    today = rome_date(datetime.now(UTC))
    transfer = paying.Transfer(common.Money(minor=minor, currency="EUR"), today, payer_iban=PAYERS_IBAN, **told)
    file = paying.statement("IT60X0542811101000000123456", [transfer])
    await payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))
    (entry,) = [entry for entry in await queue(desk) if entry.money_entry_id not in before]
    workflow_id = names.money_id(entry.money_entry_id)
    await desk.stands(workflow_id, "NeedsOperator")
    return workflow_id


async def queue(desk: Desk) -> list[payments_pb2.MoneyEntry]:
    listed = await desk.play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
    return list(listed.entries)


async def credit_of(desk: Desk, customer: Customer) -> int:
    asked = payments_pb2.GetAccountCreditRequest(account_id=customer.account_id)
    return int((await desk.play.operator.payments.GetAccountCredit(asked)).credit.minor)


async def test_a_transfer_too_high_pays_by_an_operators_word_and_the_rest_becomes_credit(desk: Desk) -> None:
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    gross = order.quote.totals.gross.minor
    money = await arrives(desk, gross + 500, text=f"proforma {order.proforma_number}")
    await desk.stands(names.order_id(order.order_id), "NeedsOperator")
    shown = await desk.details(money)
    assert order.proforma_number in shown
    assert PAYERS_IBAN not in shown
    answer = await desk.update(money, "assign", {"proforma_number": "P1999/1", "reason_code": "payer_confirmed"})
    assert answer.refusal.startswith("no payment request has this proforma number or id")
    answer = await desk.update(
        money, "assign", {"proforma_number": order.proforma_number, "reason_code": "payer_confirmed"}
    )
    assert "EUR 5.00 became credit" in str(answer.result)
    await desk.play.fulfilled(customer, order.order_id)
    await desk.stands(money, "Assigned")
    assert await credit_of(desk, customer) == 500
    entry_id = money.partition(":")[2]
    assert await desk.audited("payments", entry_id) == [(OPERATOR, "assign_money", "payer_confirmed")]


async def test_an_order_that_credit_covers_is_paid_at_once_and_its_e_invoice_says_how(desk: Desk) -> None:
    customer = desk.play.customer("carla")
    await customer.begin_trial()
    await customer.save_profile(people.private_person("Carla", "Neri"))
    money = await arrives(desk, 90_000, text="vecchio saldo")
    data = {"account_id": customer.account_id, "reason_code": "customer_agrees"}
    assert "EUR 900.00" in str((await desk.update(money, "credit", data)).result)
    await desk.stands(money, "Credited")
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
    order = await desk.play.fulfilled(customer, placed.order_id)
    assert await credit_of(desk, customer) == 90_000 - quote.totals.gross.minor
    xml = await until(lambda: xml_of(desk, customer, order.invoice_id), "the e-invoice")
    assert b"<ModalitaPagamento>MP22</ModalitaPagamento>" in xml
    assert b"MP05" not in xml


async def test_an_id_that_is_no_accounts_gets_no_credit_and_the_money_waits_on(desk: Desk) -> None:
    money = await arrives(desk, 10_000, text="senza riferimento")
    copied = {"account_id": "0193a5b0-1111-7d55-9f3b-0242ac120002", "reason_code": "customer_agrees"}
    assert "there is no such account" in (await desk.update(money, "credit", copied)).refusal
    customer = desk.play.customer("dora")
    await customer.begin_trial()
    await close_under_hold(desk, customer)
    of_closed = {"account_id": customer.account_id, "reason_code": "customer_agrees"}
    assert "the account is closed" in (await desk.update(money, "credit", of_closed)).refusal
    assert money.partition(":")[2] in {entry.money_entry_id for entry in await queue(desk)}
    assert (await desk.update(money, "set_aside", {"reason_code": "not_from_a_customer"})).result == "set aside"


async def xml_of(desk: Desk, customer: Customer, document_id: str) -> bytes | None:
    """The e-invoice's file, once it is there."""
    invoicing, me = desk.play.gateway.invoicing, await customer.me()
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=document_id)
    document = (await invoicing.GetInvoicingDocument(asked, metadata=me)).document
    files = [file for file in document.files if file.kind == invoicing_pb2.FILE_KIND_XML]
    if not files:
        return None
    wanted = invoicing_pb2.GetDocumentFileRequest(document_id=document_id, file_id=files[0].file_id)
    return bytes((await invoicing.GetDocumentFile(wanted, metadata=me)).content)


async def test_unknown_money_is_refunded_with_the_next_file_for_the_bank(desk: Desk) -> None:
    money = await arrives(desk, 1_234, text="errore")
    answer = await desk.update(money, "refund", {"reason_code": "not_for_us"})
    assert "EUR 12.34" in str(answer.result)
    await desk.stands(money, "Refunding")
    made = await desk.play.operator.payments.ExportRefunds(
        payments_pb2.ExportRefundsRequest(request_id=str(uuid4()), steering=STEERING)
    )
    assert (made.transfers, made.sum.minor) == (1, 1_234)
    assert PAYERS_IBAN.encode() in made.file
    refusal = (await desk.update(money, "set_aside", {"reason_code": "too_late"})).refusal
    assert refusal == "the money is settled already: it is refunded"


async def test_money_that_is_none_of_the_customers_is_set_aside_and_the_ledger_is_proved(desk: Desk) -> None:
    money = await arrives(desk, 777, text="rimborso fornitore")
    assert (await desk.update(money, "set_aside", {"reason_code": "not_from_a_customer"})).result == "set aside"
    await desk.stands(money, "SetAside")
    proof = await desk.play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert proof.balanced, list(proof.discrepancies)
