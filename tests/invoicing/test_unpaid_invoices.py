"""What has accrued abroad is invoiced unpaid: dated with its issue, to be paid by its day; it learns of its payment."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree
from sqlalchemy.exc import DBAPIError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.documents import Language
from services.invoicing.pdf.view import invoice_view
from services.kit.ids import new_id
from tests.invoicing.builders import (
    company,
    credit_request,
    day,
    invoice_request,
    line,
    money,
    online_terms,
    person,
    proforma_request,
    recipient,
    totals,
    transfer_terms,
    unpaid_request,
    untaxed,
)
from tests.invoicing.clients import Stub
from tests.invoicing.documents import ISSUER
from tests.invoicing.kinds import KINDS, xml_of
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.test_advance_invoices import part_request
from tests.invoicing.test_documents_as_pdf import words
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import TestRoom

INVALID = errors_pb2.REASON_INVALID_INPUT


def said(kind: str, language: Language = Language.EN) -> str:
    return words(invoice_view(replace(KINDS[kind], language=language), ISSUER, ""))


async def issue(worker: Stub, **fields: object) -> pb.Document:
    answer = await worker.IssueInvoice(unpaid_request(**fields))
    return pb.Document.FromString(answer.document.SerializeToString())


async def note(worker: Stub, invoice: pb.Document, paid_on: common_pb2.Date) -> pb.Document:
    request = pb.RecordInvoicePaidRequest(document_id=invoice.document_id, paid_on=paid_on)
    answer = await worker.RecordInvoicePaid(request)
    return pb.Document.FromString(answer.document.SerializeToString())


def test_the_print_says_until_when_and_how_it_is_to_be_paid_and_not_that_it_was() -> None:
    text = said("reverse charge, unpaid")
    for expected in (
        "To be paid at once: €105.00. It was due on",
        "11 February 2026",
        "IT60",
        "RF18",
        "Reverse charge",
    ):
        assert expected in text
    assert "Paid by" not in text
    italian = said("reverse charge, unpaid", Language.IT)
    assert "Da pagare subito: 105,00" in italian
    assert "Pagata" not in italian


@pytest.mark.parametrize(
    ("due_on", "says"), [(1, "To be paid at once: €105.00. It was due"), (2, "To be paid: €105.00 by")]
)
def test_a_day_that_has_passed_is_not_named_as_one_until_which_it_can_be_paid(due_on: int, says: str) -> None:
    unpaid = KINDS["reverse charge, unpaid"]
    payment = replace(unpaid.payment, due_on=date(2026, 3, due_on))
    assert unpaid.date == date(2026, 3, 2)
    assert says in words(invoice_view(replace(unpaid, payment=payment), ISSUER, ""))


def test_where_a_link_leads_to_the_payment_the_print_names_the_email_of_the_proforma() -> None:
    text = said("outside the EU, unpaid by link")
    assert "see the email with which you received the proforma" in text
    assert "Paid by" not in text


def test_account_credit_has_paid_its_part_and_the_rest_is_to_be_paid() -> None:
    text = said("reverse charge, unpaid, in part with account credit")
    assert "Paid with account credit: €10.00." in text
    assert "To be paid at once: €95.00. It was due on" in text
    xml = etree.fromstring(xml_of(KINDS["reverse charge, unpaid, in part with account credit"]))
    assert xml.xpath("//ModalitaPagamento/text()") == ["MP22", "MP05"]
    assert xml.xpath("//ImportoPagamento/text()") == ["10.00", "95.00"]


def test_what_part_payments_leave_is_to_be_paid() -> None:
    text = said("unpaid, less a part payment")
    assert "To be paid at once: €65.00. It was due on" in text
    xml = etree.fromstring(xml_of(KINDS["unpaid, less a part payment"]))
    assert xml.xpath("//ImportoPagamento/text()") == ["65.00"]
    assert xml.xpath("//DatiFattureCollegate/IdDocumento/text()") == [
        KINDS["unpaid, less a part payment"].advances[0].number
    ]


def test_where_part_payments_and_account_credit_are_all_of_it_nothing_is_to_be_paid() -> None:
    text = said("unpaid, less all but account credit")
    assert "Paid with account credit: €10.00." in text
    assert "To be paid" not in text


def test_the_e_invoice_says_the_day_on_which_it_is_due() -> None:
    xml = etree.fromstring(xml_of(KINDS["reverse charge, unpaid"]))
    found = {name: xml.findtext(f".//{name}") for name in (
        "TipoDocumento", "CondizioniPagamento", "ModalitaPagamento", "DataScadenzaPagamento", "ImportoPagamento",
        "CodicePagamento", "Natura",
    )}  # fmt: skip
    assert found == {
        "TipoDocumento": "TD01",
        "CondizioniPagamento": "TP02",
        "ModalitaPagamento": "MP05",
        "DataScadenzaPagamento": "2026-02-11",
        "ImportoPagamento": "105.00",
        "CodicePagamento": "RF18539007547034",
        "Natura": "N2.1",
    }


async def test_it_is_dated_with_the_day_of_its_issue_and_sent_as_any_other(room: TestRoom, worker: Stub) -> None:
    invoice = await issue(worker)
    assert (invoice.number, invoice.date, invoice.due_on) == ("2026/1", day(2026, 3, 2), day(2026, 2, 11))
    assert not invoice.HasField("paid_on")
    assert [wake.workflow_id for wake in await room.wakes()] == [f"einvoice:{invoice.document_id}"]


async def test_its_payment_is_noted_once_and_makes_no_other_document(room: TestRoom, worker: Stub) -> None:
    invoice = await issue(worker)
    first = await note(worker, invoice, day(2026, 3, 1))
    assert (first.paid_on, first.due_on) == (day(2026, 3, 1), day(2026, 2, 11))
    days = [day(2026, 3, 2), day(2026, 2, 28)]
    assert {str((await note(worker, invoice, other)).paid_on) for other in days} == {str(day(2026, 3, 1))}
    assert len(await room.rows("documents")) == len(await room.rows("invoice_payments")) == 1


async def test_two_who_note_its_payment_at_once_note_one_day(room: TestRoom, worker: Stub) -> None:
    invoice = await issue(worker)
    noted = await asyncio.gather(*(note(worker, invoice, day(2026, 3, number)) for number in (1, 2)))
    assert len({str(each.paid_on) for each in noted}) == 1
    assert len(await room.rows("invoice_payments")) == 1


async def test_a_noted_payment_never_changes(room: TestRoom, worker: Stub) -> None:
    await note(worker, await issue(worker), day(2026, 3, 1))
    with pytest.raises(DBAPIError, match="never changes"):
        async with room.core.database.transaction() as conn:
            await conn.exec_driver_sql("DELETE FROM invoice_payments")


async def test_an_invoice_that_was_paid_as_it_was_issued_says_so_and_learns_nothing(
    room: TestRoom, worker: Stub
) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    assert (invoice.paid_on, invoice.HasField("due_on")) == (day(2026, 3, 2), False)
    assert (await note(worker, invoice, day(2026, 3, 1))).paid_on == day(2026, 3, 2)
    assert await room.rows("invoice_payments") == []


async def test_a_proforma_is_never_noted_as_paid(worker: Stub) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    request = pb.RecordInvoicePaidRequest(document_id=proforma.document_id, paid_on=day(2026, 3, 1))
    await refused_for(worker.RecordInvoicePaid(request), errors_pb2.REASON_NOT_FOUND)


async def test_a_period_that_was_invoiced_unpaid_has_no_second_invoice_once_it_is_paid(
    room: TestRoom, worker: Stub
) -> None:
    request = unpaid_request()
    first = (await worker.IssueInvoice(request)).document
    again = invoice_request(order_id="", period=request.period)
    assert (await worker.IssueInvoice(again)).document.document_id == first.document_id
    assert len(await room.rows("documents")) == 1


@pytest.mark.parametrize("party", [company(), person()])
async def test_only_a_business_that_is_taxed_abroad_is_invoiced_unpaid(
    room: TestRoom, worker: Stub, party: common_pb2.BillingParty
) -> None:
    request = unpaid_request(
        party=party,
        tax_treatment=common_pb2.TAX_TREATMENT_DOMESTIC,
        lines=[line()],
        totals=totals(1050, 231),
    )
    assert bad_fields(await refused_for(worker.IssueInvoice(request), INVALID)) == {"unpaid": "paid_first"}
    assert await room.rows("documents") == []


async def test_what_is_unpaid_says_nothing_of_a_payment_and_every_bad_field_is_named(worker: Stub) -> None:
    terms = transfer_terms()
    terms.iban = ""
    request = unpaid_request(
        date=day(2026, 3, 1),
        method=common_pb2.PAYMENT_METHOD_ONLINE,
        payment_reference="pi_1",
        advance_ids=[str(new_id())],
        paid_by=[pb.PaidPart(method=common_pb2.PAYMENT_METHOD_ONLINE)],
        shortfall=common_pb2.Money(),
        unpaid=pb.UnpaidInvoice(payment=terms),
    )
    assert bad_fields(await refused_for(worker.IssueInvoice(request), INVALID)) == {
        "date": "must_be_empty",
        "method": "must_be_empty",
        "payment_reference": "must_be_empty",
        "advance_ids": "must_be_empty",
        "paid_by": "must_be_empty",
        "shortfall": "must_be_empty",
        "unpaid.due_on": "required",
        "unpaid.payment.iban": "required",
    }


async def test_a_payment_lies_on_a_day_that_has_come(worker: Stub) -> None:
    invoice = await issue(worker)
    request = pb.RecordInvoicePaidRequest(document_id=invoice.document_id, paid_on=day(2026, 3, 3))
    assert bad_fields(await refused_for(worker.RecordInvoicePaid(request), INVALID)) == {"paid_on": "in_the_future"}
    request = pb.RecordInvoicePaidRequest(document_id="x")
    wanted = {"document_id": "not_a_uuid", "paid_on": "required"}
    assert bad_fields(await refused_for(worker.RecordInvoicePaid(request), INVALID)) == wanted


async def test_its_email_thanks_for_no_payment(room: TestRoom, worker: Stub) -> None:
    invoice = await issue(worker, unpaid=pb.UnpaidInvoice(due_on=day(2026, 2, 11), payment=online_terms()))
    to = recipient(common_pb2.LANGUAGE_EN)
    await worker.SendInvoice(pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=to))
    text = text_of(await only_mail(room))
    assert "thank you for your payment" not in text
    assert "due date: 11 February 2026" in text.replace("*", "")
    assert "The attached PDF is your invoice" in text


async def test_what_has_not_left_by_the_15th_is_found(room: TestRoom, worker: Stub, operator: Stub) -> None:
    await issue(worker)
    audit = pb.AuditNumberingRequest(year=2026)
    assert list((await operator.AuditNumbering(audit)).violations) == []
    room.clock.advance(days=14)
    assert "2026/1 of 2026-03-02, of what has accrued abroad, has not left by the 15th" in list(
        (await operator.AuditNumbering(audit)).violations
    )


def part_of(period: common_pb2.PeriodRef, gross: int = 4000, **fields: object) -> pb.IssueAdvanceInvoiceRequest:
    """So much of the German business's period of 105.00, available on 1 March 2026."""
    return part_request(gross, order_id="", period=period, **untaxed(**fields))


async def part(worker: Stub, request: pb.IssueAdvanceInvoiceRequest) -> pb.Document:
    answer = await worker.IssueAdvanceInvoice(request)
    return pb.Document.FromString(answer.document.SerializeToString())


async def credited(worker: Stub, document: pb.Document) -> pb.Document:
    return (await worker.IssueCreditNote(credit_request(document))).document


def a_period() -> common_pb2.PeriodRef:
    return unpaid_request().period


async def test_it_deducts_every_part_payment_that_was_invoiced_before(worker: Stub, operator: Stub) -> None:
    period = a_period()
    one, two = await part(worker, part_of(period)), await part(worker, part_of(period, 500))
    back = await part(worker, part_of(period, 700))
    await credited(worker, back)
    assert one.paid_on == day(2026, 3, 1)
    invoice = await issue(worker, period=period)
    assert [each.number for each in invoice.advances] == [one.number, two.number]
    assert invoice.totals.gross == money(6000)
    assert not invoice.HasField("paid_on")
    assert (await note(worker, invoice, day(2026, 3, 2))).paid_on == day(2026, 3, 2)
    assert list((await operator.AuditNumbering(pb.AuditNumberingRequest())).violations) == []


async def test_one_that_is_more_than_is_left_is_passed_over_and_credited(worker: Stub) -> None:
    period = a_period()
    one, more = await part(worker, part_of(period, 9000)), await part(worker, part_of(period, 1001))
    terms = transfer_terms()
    terms.credit_used.CopyFrom(money(500))
    invoice = await issue(worker, period=period, unpaid=pb.UnpaidInvoice(due_on=day(2026, 2, 11), payment=terms))
    assert [each.number for each in invoice.advances] == [one.number]
    assert (await credited(worker, more)).totals.gross == money(1001)


async def test_no_part_payment_is_invoiced_after_it(room: TestRoom, worker: Stub) -> None:
    period = a_period()
    invoice = await issue(worker, period=period)
    request = part_of(period)
    for _ in range(2):
        assert (await part(worker, request)).document_id == invoice.document_id
    assert len(await room.rows("documents")) == 1
    assert len(await room.wakes()) == 1


async def test_it_and_a_part_payment_at_once_come_to_the_price_together(worker: Stub) -> None:
    for _ in range(5):
        period = a_period()
        await worker.IssueProforma(proforma_request(order_id="", period=period, **untaxed()))
        invoice, advance = await asyncio.gather(issue(worker, period=period), part(worker, part_of(period)))
        assert invoice.totals.gross == money(10500 - sum(each.gross.minor for each in invoice.advances))
        assert (advance.kind == pb.DOCUMENT_KIND_ADVANCE_INVOICE) == bool(invoice.advances)


async def test_a_credit_note_on_it_has_no_day_for_paying_and_may_leave_after_the_15th(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    invoice = await issue(worker)
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))
    room.clock.advance(days=20)
    await note(worker, invoice, day(2026, 3, 1))
    given = await credited(worker, invoice)
    assert not given.HasField("due_on")
    assert list((await operator.AuditNumbering(pb.AuditNumberingRequest())).violations) == []
