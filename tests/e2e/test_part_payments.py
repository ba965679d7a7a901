"""A short transfer stands for nine days: it is invoiced (TD02), then the rest comes, or the money goes back."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
import pytest_asyncio
from lxml import etree

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli.ties import tie
from deploy.local.clock import LocalCalendar, open_calendar
from deploy.local.demo import paying
from deploy.local.demo.customer import Customer
from deploy.local.demo.inbox import text_of
from services.kit.calendar import rome_date
from services.kit.wire import from_date, from_timestamp
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk
from tests.e2e.waiting import until
from tests.payments.statement import Entry
from tests.payments.statement import statement as bank_statement
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("part-payments")]

STEERING = common.Steering(actor=OPERATOR, reason_code="checked", source="test/1")
IBAN, PAYERS_IBAN = "IT60X0542811101000000123456", "DE89370400440532013000"
ADVANCE, INVOICE, NOTE = (
    invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE,
    invoicing_pb2.DOCUMENT_KIND_INVOICE,
    invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE,
)


@dataclass
class Stage:
    """A running Casella with its calendar."""

    desk: Desk
    calendar: LocalCalendar

    async def buyer(self) -> tuple[Customer, ordering_pb2.Order]:
        return await self.desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)

    async def arrives(self, order: ordering_pb2.Order, minor: int) -> str:
        """A transfer that is too little comes; returns its workflow."""
        before = await self.waiting()
        assert not (await self.told(order, minor)).paid
        (entry_id,) = await self.waiting() - before
        money = names.money_id(entry_id)
        await self.desk.stands(money, "NeedsOperator")
        return money

    async def told(self, order: ordering_pb2.Order, minor: int) -> payments_pb2.ImportStatementResponse:
        """A statement tells of a transfer that names the proforma."""
        transfer = paying.Transfer(
            common.Money(minor=minor, currency="EUR"),
            rome_date(self.calendar.now()),
            text=order.proforma_number,
            payer_iban=PAYERS_IBAN,
        )
        file = paying.statement(IBAN, [transfer])
        return await self.desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))

    async def reference(self, order: ordering_pb2.Order) -> str:
        """The creditor reference of what an order asks for."""
        asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
        found = (await self.desk.play.operator.payments.GetPaymentRequest(asked)).payment_request
        return found.transfer.reference

    async def waiting(self) -> set[str]:
        listed = await self.desk.play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
        return {entry.money_entry_id for entry in listed.entries}

    async def documents(self, customer: Customer) -> dict[invoicing_pb2.DocumentKind, invoicing_pb2.Document]:
        """The customer's documents, whole, by kind."""
        invoicing = self.desk.play.operator.invoicing
        listed = await invoicing.ListDocuments(invoicing_pb2.ListDocumentsRequest(account_id=customer.account_id))
        found = {}
        for each in listed.documents:
            asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=each.document_id)
            found[each.kind] = (await invoicing.GetInvoicingDocument(asked)).document
        return found

    async def document(self, customer: Customer, kind: invoicing_pb2.DocumentKind) -> invoicing_pb2.Document:
        """The customer's document of a kind, once it is there."""

        async def look() -> invoicing_pb2.Document | None:
            return (await self.documents(customer)).get(kind)

        return await until(look, f"document of kind {kind}")

    async def xml(self, document: invoicing_pb2.Document) -> etree._Element:
        """Its e-invoice."""

        async def look() -> etree._Element | None:
            invoicing = self.desk.play.operator.invoicing
            asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=document.document_id)
            files = (await invoicing.GetInvoicingDocument(asked)).document.files
            for file in files:
                if file.kind == invoicing_pb2.FILE_KIND_XML:
                    wanted = invoicing_pb2.GetDocumentFileRequest(
                        document_id=document.document_id, file_id=file.file_id
                    )
                    return etree.fromstring((await invoicing.GetDocumentFile(wanted)).content)
            return None

        return await until(look, f"the e-invoice of {document.number}")

    async def proved(self) -> list[str]:
        """What the audit finds."""
        operator = self.desk.play.operator
        numbering = await operator.invoicing.AuditNumbering(invoicing_pb2.AuditNumberingRequest())
        invoices = (await operator.invoicing.ListInvoices(invoicing_pb2.ListInvoicesRequest())).invoices
        paid = (await operator.payments.ListPaidRequests(payments_pb2.ListPaidRequestsRequest())).payment_requests
        advances = (await operator.payments.ListAdvances(payments_pb2.ListAdvancesRequest())).entries
        ledger = await operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
        at = from_timestamp(numbering.audited_at) + timedelta(days=1)
        ties = tie(paid, invoices, at, None, advances)
        return [*numbering.violations, *ledger.discrepancies, *ties.findings]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("part-payments") / "var"
    async with at_the_desk(folder) as desk, open_calendar(desk.play.world.site) as calendar:
        yield Stage(desk, calendar)


def asks_for(mail: EmailMessage, amount: str) -> bool:
    return f"Importo: {amount}" in text_of(mail).replace("\xa0", " ")


def said(root: etree._Element, name: str) -> list[str]:
    return [str(each.text) for each in root.iter(name)]


async def test_a_part_payment_is_invoiced_after_nine_days_and_deducted_once_the_rest_has_come(stage: Stage) -> None:
    desk = stage.desk
    customer, order = await stage.buyer()
    gross = order.totals.gross.minor
    money = await stage.arrives(order, 1_000)
    first_day = rome_date(stage.calendar.now())
    missing = f"{gross // 100 - 10},{gross % 100:02d} €"
    told = await desk.play.inbox.wait_for(
        customer.email, lambda mail: "mancano ancora" in mail["Subject"], "what is still missing"
    )
    assert (asks_for(told, missing), paying.creditor_reference(told)) == (True, await stage.reference(order))
    assert "the customer is told by email" in await desk.details(money)
    await stage.calendar.advance(timedelta(days=8), lambda _: None)
    assert ADVANCE not in await stage.documents(customer)
    assert "it is invoiced as a part payment (TD02)" in await desk.details(money)
    await stage.calendar.advance(timedelta(days=2), lambda _: None)
    advance = await stage.document(customer, ADVANCE)
    assert (advance.totals.gross.minor, from_date(advance.date)) == (1_000, first_day)
    assert advance.number in await desk.details(money)
    assert said(await stage.xml(advance), "TipoDocumento") == ["TD02"]
    mail = await desk.play.inbox.wait_for(
        customer.email, lambda mail: advance.number in mail["Subject"], "the invoice of the part payment"
    )
    assert "acconto" in str(mail["Subject"])
    assert (asks_for(mail, missing), paying.creditor_reference(mail)) == (True, await stage.reference(order))
    await desk.stands(names.order_id(order.order_id), "NeedsOperator")
    assert (await stage.told(order, gross - 1_000)).made_whole == 1
    await desk.stands(names.order_id(order.order_id), "Fulfilled")
    await desk.stands(money, "Assigned")
    final = await stage.document(customer, INVOICE)
    assert final.totals.gross.minor == gross - 1_000
    assert [each.number for each in final.advances] == [advance.number]
    root = await stage.xml(final)
    assert said(root, "TipoDocumento") == ["TD01"]
    assert root.findtext(".//DatiFattureCollegate/IdDocumento") == advance.number
    assert advance.totals.vat.minor + final.totals.vat.minor == order.totals.vat.minor
    assert f"the final invoice deducts invoice {advance.number}" in await desk.details(money)
    assert NOTE not in await stage.documents(customer)
    assert await stage.proved() == []


async def test_a_part_payment_of_a_cancelled_order_that_goes_back_is_credited_once_it_has_left(stage: Stage) -> None:
    desk, payments = stage.desk, stage.desk.play.operator.payments
    customer, order = await stage.buyer()
    money = await stage.arrives(order, 1_500)
    await stage.calendar.advance(timedelta(days=10), lambda _: None)
    advance = await stage.document(customer, ADVANCE)
    await desk.update(names.order_id(order.order_id), "cancel_order", {"reason_code": "customer_asked"})
    await desk.stands(names.order_id(order.order_id), "Cancelled")
    await desk.update(money, "refund", {"reason_code": "not_for_us"})
    await desk.stands(money, "Refunding")
    made = await payments.ExportRefunds(payments_pb2.ExportRefundsRequest(request_id=str(uuid4()), steering=STEERING))
    assert NOTE not in await stage.documents(customer)
    end_to_end = re.search(rb"<EndToEndId>([^<]+)</EndToEndId>", made.file)
    assert end_to_end is not None
    left = Entry(
        1_500, direction="DBIT", end_to_end=end_to_end[1].decode(), bank_reference="OUT-1",
        day=rome_date(stage.calendar.now()),
    )  # fmt: skip
    await payments.ImportStatement(
        payments_pb2.ImportStatementRequest(file=bank_statement(left, number="OUT", iban=IBAN))
    )
    await desk.stands(money, "Refunded")
    note = await stage.document(customer, NOTE)
    assert (note.credit.invoice_number, note.totals) == (advance.number, advance.totals)
    assert note.credit.refund_method == invoicing_pb2.REFUND_METHOD_BANK_TRANSFER
    assert said(await stage.xml(note), "IdDocumento") == [advance.number]
    assert INVOICE not in await stage.documents(customer)
    assert await stage.proved() == []


async def test_a_part_payment_that_becomes_credit_is_credited_and_the_next_order_is_invoiced_in_full(
    stage: Stage,
) -> None:
    desk = stage.desk
    customer, order = await stage.buyer()
    money = await stage.arrives(order, 700)
    await stage.calendar.advance(timedelta(days=10), lambda _: None)
    advance = await stage.document(customer, ADVANCE)
    data = {"account_id": customer.account_id, "reason_code": "customer_agrees"}
    assert "EUR 7.00" in str((await desk.update(money, "credit", data)).result)
    await desk.stands(money, "Credited")
    note = await stage.document(customer, NOTE)
    assert said(await stage.xml(note), "ModalitaPagamento") == ["MP22"]
    assert note.totals == advance.totals
    assert await stage.proved() == []


async def tells(stage: Stage, entry: Entry, *, notice: bool = False) -> payments_pb2.ImportStatementResponse:
    """A statement, or a notification (camt.054), tells of an entry."""
    file = bank_statement(entry, number=uuid4().hex, iban=IBAN)
    if notice:
        for one, other in (
            (b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"), (b"Stmt>", b"Ntfctn>"), (b"camt.053", b"camt.054"),
        ):  # fmt: skip
            file = file.replace(one, other)
    return await stage.desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


async def test_what_the_bank_takes_back_while_it_waits_neither_pays_nor_is_invoiced(stage: Stage) -> None:
    desk = stage.desk
    customer, order = await stage.buyer()
    gross, before = order.totals.gross.minor, await stage.waiting()
    came = Entry(
        gross - 1, text=order.proforma_number, bank_reference=uuid4().hex, iban=PAYERS_IBAN,
        day=rome_date(stage.calendar.now()),
    )  # fmt: skip
    assert (await tells(stage, came)).queued == 1
    (entry_id,) = await stage.waiting() - before
    money = names.money_id(entry_id)
    await desk.stands(money, "NeedsOperator")
    assert (await tells(stage, replace(came, direction="DBIT", reversal=True))).taken_back == 1
    await desk.stands(money, "TakenBack")
    assert "the bank took this money back" in await desk.details(money)
    rest = await tells(stage, replace(came, minor=1, bank_reference=uuid4().hex))
    assert (rest.paid, rest.queued) == (0, 1)
    await desk.stands(names.order_id(order.order_id), "NeedsOperator")
    await stage.calendar.advance(timedelta(days=10), lambda _: None)
    advance = await stage.document(customer, ADVANCE)
    assert advance.totals.gross.minor == 1, "the cent alone"
    assert INVOICE not in await stage.documents(customer)
    assert await stage.proved() == []


async def test_an_invoiced_part_payment_that_is_taken_back_is_credited_once_it_is_set_aside(stage: Stage) -> None:
    desk = stage.desk
    customer, order = await stage.buyer()
    before = await stage.waiting()
    came = Entry(
        900, text=order.proforma_number, bank_reference=uuid4().hex, iban=PAYERS_IBAN,
        day=rome_date(stage.calendar.now()),
    )  # fmt: skip
    await tells(stage, came)
    (entry_id,) = await stage.waiting() - before
    money = names.money_id(entry_id)
    await stage.calendar.advance(timedelta(days=10), lambda _: None)
    advance = await stage.document(customer, ADVANCE)
    assert (await tells(stage, replace(came, direction="DBIT"))).queued == 1
    (reversal_id,) = await stage.waiting() - before - {entry_id}
    await desk.shows(money, "the bank took this money back")
    for each in (money, names.money_id(reversal_id)):
        await desk.update(each, "set_aside", {"reason_code": "taken_back"})
        await desk.stands(each, "SetAside")
    note = await stage.document(customer, NOTE)
    assert (note.credit.invoice_number, note.totals) == (advance.number, advance.totals)
    assert await stage.proved() == []


async def test_half_the_price_that_two_files_tell_does_not_pay_the_order(stage: Stage) -> None:
    desk = stage.desk
    customer, order = await stage.buyer()
    assert order.totals.gross.minor % 2 == 0
    half = Entry(
        order.totals.gross.minor // 2, text=order.proforma_number, end_to_end=uuid4().hex, iban=PAYERS_IBAN,
        day=rome_date(stage.calendar.now()),
    )  # fmt: skip
    before = await stage.waiting()
    assert (await tells(stage, half, notice=True)).queued == 1
    told = await tells(stage, half)
    assert (told.queued, told.made_whole) == (1, 0)
    for entry_id in await stage.waiting() - before:
        await desk.shows(names.money_id(entry_id), "PERHAPS IT CAME ONCE")
    await desk.stands(names.order_id(order.order_id), "NeedsOperator")
    assert INVOICE not in await stage.documents(customer)
    assert await stage.proved() == []
