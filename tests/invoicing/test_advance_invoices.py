"""Invoices of part payments (TD02): once for each money, out of the whole sale, deducted once or credited once."""

import asyncio

import pytest
from lxml import etree

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.invoicing.builders import (
    RF,
    company,
    credit_request,
    day,
    invoice_request,
    line,
    money,
    proforma_request,
    recipient,
    steering,
    totals,
    untaxed,
)
from tests.invoicing.clients import Stub
from tests.invoicing.mails import only_mail, text_of
from tests.support.room import TestRoom, request_id

ORDER, ACCOUNT = (str(new_id()) for _ in range(2))


def part_request(gross: int = 500, **fields: object) -> pb.IssueAdvanceInvoiceRequest:
    """So much of seven mailboxes at 1.50 (12.81 with VAT), available on 1 March 2026."""
    usual: dict[str, object] = {
        "money_entry_id": str(new_id()),
        "order_id": ORDER,
        "account_id": ACCOUNT,
        "language": common_pb2.LANGUAGE_IT,
        "party": company(),
        "tax_treatment": common_pb2.TAX_TREATMENT_DOMESTIC,
        "lines": [line()],
        "totals": totals(1050, 231),
        "gross": money(gross),
        "date": day(2026, 3, 1),
        "method": common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        "payment_reference": RF,
        "proforma_number": "P2026/1",
    }
    return pb.IssueAdvanceInvoiceRequest(**{**usual, **fields})  # type: ignore[arg-type]


def rest() -> pb.RestToPay:
    """What is left of the sale after a part payment of 5.00."""
    return pb.RestToPay(
        amount=money(781), holder="Casella Srl", iban="IT60X0542811101000000123456", reference="RF18539007547034"
    )


async def part(worker: Stub, gross: int = 500, **fields: object) -> pb.Document:
    return (await worker.IssueAdvanceInvoice(part_request(gross, **fields))).document


async def final(worker: Stub, *parts: pb.Document, **fields: object) -> pb.Document:
    usual = {"order_id": ORDER, "account_id": ACCOUNT, "advance_ids": [each.document_id for each in parts]}
    return (await worker.IssueInvoice(invoice_request(**{**usual, **fields}))).document


async def read(worker: Stub, document: pb.Document) -> pb.Document:
    asked = pb.GetInvoicingDocumentRequest(document_id=document.document_id)
    return (await worker.GetInvoicingDocument(asked)).document


async def xml_of(operator: Stub, document: pb.Document) -> etree._Element:
    (file,) = [each for each in document.files if each.kind == pb.FILE_KIND_XML]
    asked = pb.GetDocumentFileRequest(document_id=document.document_id, file_id=file.file_id)
    return etree.fromstring((await operator.GetDocumentFile(asked)).content)


async def violations(operator: Stub) -> list[str]:
    return list((await operator.AuditNumbering(pb.AuditNumberingRequest())).violations)


async def give_up(worker: Stub, document: pb.Document) -> None:
    await worker.GiveUpTransmission(
        pb.GiveUpTransmissionRequest(
            request_id=request_id(), invoice_id=document.document_id, steering=steering(f"give_up:{new_id()}")
        )
    )


def sums(document: pb.Document) -> tuple[int, int, int]:
    return document.totals.net.minor, document.totals.vat.minor, document.totals.gross.minor


def said(root: etree._Element, name: str) -> list[str]:
    return [str(each.text) for each in root.iter(name)]


async def refusal(call: object) -> Refused:
    with pytest.raises(Refused) as refused:
        await call  # type: ignore[misc]
    return refused.value


async def test_a_part_payment_is_invoiced_as_td02_with_the_next_number_of_the_invoices(
    worker: Stub, operator: Stub
) -> None:
    first = (await worker.IssueInvoice(invoice_request())).document
    document = await part(worker)
    assert (document.kind, first.number, document.number) == (
        pb.DOCUMENT_KIND_ADVANCE_INVOICE, "2026/1", "2026/2",
    )  # fmt: skip
    assert sums(document) == (410, 90, 500)
    assert document.date == day(2026, 3, 1)
    root = await xml_of(operator, document)
    assert said(root, "TipoDocumento") == ["TD02"]
    assert said(root, "ImportoTotaleDocumento") == said(root, "ImportoPagamento") == ["5.00"]
    assert said(root, "ModalitaPagamento") == ["MP05"]
    (text,) = said(root, "Descrizione")
    for words in ("Acconto ricevuto il 01/03/2026", "P2026/1", "7 × Casella email 8 GB"):
        assert words in text
    assert await violations(operator) == []


async def test_a_line_that_names_its_number_itself_is_told_as_it_is(worker: Stub, operator: Stub) -> None:
    sold = line(1, 1050, text="7 × Casella 8 GB")
    (text,) = said(await xml_of(operator, await part(worker, lines=[sold])), "Descrizione")
    assert text.endswith("per: 7 × Casella 8 GB")


async def test_the_final_invoice_deducts_the_part_payment_and_names_it(worker: Stub, operator: Stub) -> None:
    advance = await part(worker)
    document = await final(worker, advance)
    assert document.kind == pb.DOCUMENT_KIND_INVOICE
    assert sums(document) == (1050 - 410, 231 - 90, 781)
    assert [each.number for each in document.advances] == [advance.number]
    assert document.advances[0].gross == money(500)
    root = await xml_of(operator, document)
    assert said(root, "TipoDocumento") == ["TD01"]
    linked = root.find(".//DatiFattureCollegate")
    assert linked is not None
    assert (linked.findtext("IdDocumento"), linked.findtext("Data")) == (advance.number, "2026-03-01")
    assert said(root, "PrezzoTotale") == ["10.50", "-4.10"]
    assert said(root, "ImponibileImporto") == ["6.40"]
    assert said(root, "Imposta") == ["1.41"]
    assert said(root, "ImportoPagamento") == ["7.81"]
    assert f"fattura {advance.number} del 01/03/2026" in said(root, "Descrizione")[1]
    assert (await read(worker, advance)).deducted_by == document.document_id
    assert await violations(operator) == []


async def test_two_part_payments_have_each_their_own_invoice_and_may_be_all_of_it(worker: Stub, operator: Stub) -> None:
    one, two = await part(worker, 640), await part(worker, 641)
    document = await final(worker, one, two)
    assert sums(document) == (0, 0, 0)
    assert [each.number for each in document.advances] == [one.number, two.number]
    for each in (one, two, document):
        await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=each.document_id))
    assert said(await xml_of(operator, document), "ImportoPagamento") == []
    assert await violations(operator) == []


async def test_money_is_invoiced_once_however_often_and_at_once_it_is_asked_for(worker: Stub, operator: Stub) -> None:
    request = part_request()
    answers = await asyncio.gather(*(worker.IssueAdvanceInvoice(request) for _ in range(5)))
    assert len({answer.document.document_id for answer in answers}) == 1
    assert (await worker.IssueAdvanceInvoice(request)).document == answers[0].document
    other = part_request(499, money_entry_id=request.money_entry_id)
    refused = await refusal(worker.IssueAdvanceInvoice(other))
    assert refused.reason == errors_pb2.REASON_REQUEST_ID_REUSED
    assert (await operator.AuditNumbering(pb.AuditNumberingRequest())).invoices == 1


async def test_a_part_payment_abroad_has_no_vat_and_stamp_duty_by_its_own_sum(worker: Stub, operator: Stub) -> None:
    small = await part(worker, 7747, **untaxed())
    above = await part(worker, 7748, **untaxed(), order_id=str(new_id()))
    assert (sums(small), sums(above)) == ((7747, 0, 7747), (7748, 0, 7748))
    assert (small.HasField("stamp_duty"), above.stamp_duty.minor) == (False, 200)
    rest = await final(worker, small, **untaxed())
    assert (sums(rest), rest.HasField("stamp_duty")) == ((10500 - 7747, 0, 10500 - 7747), False)
    for each in (small, above, rest):
        await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=each.document_id))
    assert said(await xml_of(operator, await read(worker, rest)), "Natura") == ["N2.1", "N2.1", "N2.1"]


async def test_a_part_payment_that_was_credited_is_not_deducted(worker: Stub, operator: Stub) -> None:
    advance = await part(worker)
    note = (await worker.IssueCreditNote(credit_request(advance))).document
    assert said(await xml_of(operator, note), "IdDocumento") == [advance.number]
    document = await final(worker, advance)
    assert (sums(document), list(document.advances)) == ((1050, 231, 1281), [])
    assert await violations(operator) == []


async def test_of_a_part_payment_credited_in_part_the_rest_is_deducted(worker: Stub, operator: Stub) -> None:
    advance = await part(worker)
    await worker.IssueCreditNote(credit_request(advance, 200))
    document = await final(worker, advance)
    assert document.totals.gross.minor == 1281 - 300
    assert await violations(operator) == []


async def test_a_deducted_part_payment_is_credited_with_the_invoice_that_deducts_it(
    worker: Stub, operator: Stub
) -> None:
    advance = await part(worker)
    document = await final(worker, advance)
    refused = await refusal(worker.IssueCreditNote(credit_request(advance)))
    assert (refused.reason, refused.metadata["left"]) == (errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE, "0")
    refused = await refusal(worker.IssueCreditNote(credit_request(document, 1282)))
    assert refused.metadata["left"] == "1281"
    note = (await worker.IssueCreditNote(credit_request(document, 1281))).document
    assert sums(note) == (1050, 231, 1281)
    assert (
        f"Storno totale della fattura {document.number} del 02/03/2026 e delle fatture di acconto che essa deduce "
        f"({advance.number} del 01/03/2026)"
    ) in note.lines[0].description
    assert said(await xml_of(operator, note), "IdDocumento") == [document.number, advance.number]
    assert await violations(operator) == []


async def test_a_credit_and_a_deduction_at_once_never_both_take_a_part_payment(worker: Stub, operator: Stub) -> None:
    for _ in range(5):
        order = str(new_id())
        advance = await part(worker, order_id=order)
        document, note = await asyncio.gather(
            final(worker, advance, order_id=order),
            worker.IssueCreditNote(credit_request(advance)),
            return_exceptions=True,
        )
        assert isinstance(document, pb.Document)
        assert bool(document.advances) == isinstance(note, Refused)
    assert await violations(operator) == []


async def test_a_given_up_part_payment_counts_as_never_issued_and_is_not_deducted(worker: Stub) -> None:
    advance = await part(worker)
    await give_up(worker, advance)
    document = await final(worker, advance)
    assert sums(document) == (1050, 231, 1281)


async def test_a_deducted_part_payment_is_not_given_up(worker: Stub) -> None:
    advance = await part(worker)
    await final(worker, advance)
    assert (await refusal(give_up(worker, advance))).reason == errors_pb2.REASON_TRANSMISSION_STATE


@pytest.mark.parametrize("way_out", ["credited", "given up"])
async def test_an_invoice_that_was_given_up_deducts_nothing_and_its_part_payment_is_credited_or_given_up(
    worker: Stub, operator: Stub, way_out: str
) -> None:
    advance = await part(worker)
    document = await final(worker, advance)
    await give_up(worker, document)
    assert [each.number for each in (await read(worker, document)).advances] == [advance.number]
    assert (await read(worker, advance)).deducted_by == ""
    assert await violations(operator) == []
    if way_out == "credited":
        note = (await worker.IssueCreditNote(credit_request(advance))).document
        assert sums(note) == (410, 90, 500)
    else:
        await give_up(worker, advance)
        assert (await read(worker, advance)).transmission_state == pb.TRANSMISSION_STATE_GIVEN_UP
    assert await violations(operator) == []


async def test_only_part_payments_of_the_same_sale_are_deducted(worker: Stub, operator: Stub) -> None:
    elsewhere = await part(worker, order_id=str(new_id()))
    whole = (await worker.IssueInvoice(invoice_request(order_id=str(new_id())))).document
    for wrong in (elsewhere, whole, pb.Document(document_id=str(new_id()))):
        refused = await refusal(final(worker, wrong))
        assert [each.field for each in refused.violations] == ["advance_ids"]
    assert await violations(operator) == []


async def test_part_payments_and_account_credit_together_are_at_most_the_whole(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    parts = await part(worker, 700), await part(worker, 500)
    before = await room.rows("documents")
    refused = await refusal(final(worker, *parts, credit_used=money(1281 - 1200 + 1)))
    assert [(each.field, each.message) for each in refused.violations] == [
        ("advance_ids", "Gli acconti superano quanto è stato pagato.")
    ]
    assert await room.rows("documents") == before, "not even a number was taken"
    document = await final(worker, *parts, credit_used=money(1281 - 1200))
    assert sums(document)[2] == 81, "what account credit has paid"
    assert (document.number, [each.gross.minor for each in document.advances]) == ("2026/3", [700, 500])
    assert [(await read(worker, each)).deducted_by for each in parts] == [document.document_id] * 2
    root = await xml_of(operator, document)
    assert said(root, "ImportoTotaleDocumento") == ["0.81"]
    assert said(root, "ModalitaPagamento") == ["MP22"]
    assert await violations(operator) == []


async def test_every_bad_field_of_a_part_payment_is_named_and_nothing_is_stored(room: TestRoom, worker: Stub) -> None:
    bad = part_request(
        0, money_entry_id="17", order_id="x", account_id="y", date=day(2026, 2, 30), totals=totals(1050, 231)
    )
    named = {each.field for each in (await refusal(worker.IssueAdvanceInvoice(bad))).violations}
    assert {"money_entry_id", "order_id", "account_id", "date", "gross"} <= named
    for wrong, field in (
        (part_request(1282), "gross"),
        (part_request(date=day(2026, 3, 3)), "date"),
        (part_request(totals=totals(1050, 230)), "totals.vat"),
    ):
        found = (await refusal(worker.IssueAdvanceInvoice(wrong))).violations
        assert [each.field for each in found] == [field]
    assert await room.rows("documents") == []


async def test_the_invoice_of_a_part_payment_is_emailed_once_with_its_pdf(room: TestRoom, worker: Stub) -> None:
    document = await part(worker)
    for _ in range(2):
        await worker.SendInvoice(
            pb.SendInvoiceRequest(document_id=document.document_id, recipient=recipient(common_pb2.LANGUAGE_EN))
        )
    mail = await only_mail(room)
    assert mail["Subject"] == f"Invoice {document.number} for your payment on account: your courtesy copy"
    assert "on account of proforma P2026/1" in text_of(mail)
    assert "€5.00" in text_of(mail)


@pytest.mark.parametrize("language", [common_pb2.LANGUAGE_EN, common_pb2.LANGUAGE_IT])
async def test_the_email_of_a_part_payments_invoice_names_the_rest_and_how_to_pay_it(
    room: TestRoom, worker: Stub, language: common_pb2.Language
) -> None:
    document = await part(worker)
    await worker.SendInvoice(
        pb.SendInvoiceRequest(document_id=document.document_id, recipient=recipient(language), rest=rest())
    )
    text = text_of(await only_mail(room)).replace("\xa0", " ")
    english = language == common_pb2.LANGUAGE_EN
    amount = "Amount: €7.81" if english else "Importo: 7,81 €"
    for said in (amount, "IT60 X054 2811 1010 0000 0123 456", "RF18 5390 0754 7034", "QR"):
        assert said in text
    assert ("which deducts this payment" if english else "che detrae questo acconto") in text


async def test_the_email_of_a_part_payments_invoice_asks_for_nothing_where_nothing_is_missing(
    room: TestRoom, worker: Stub
) -> None:
    document = await part(worker)
    await worker.SendInvoice(
        pb.SendInvoiceRequest(document_id=document.document_id, recipient=recipient(common_pb2.LANGUAGE_EN))
    )
    text = text_of(await only_mail(room))
    assert "The final invoice deducts this payment" in text
    assert "still to be paid" not in text


async def test_a_rest_wants_amount_account_and_reference_and_belongs_to_a_part_payments_invoice(
    room: TestRoom, worker: Stub
) -> None:
    document = await part(worker)
    bad = pb.RestToPay(amount=money(0), bic="TOOLONGFORABIC", reference="x" * 26)
    asked = pb.SendInvoiceRequest(document_id=document.document_id, recipient=recipient(), rest=bad)
    assert {each.field for each in (await refusal(worker.SendInvoice(asked))).violations} == {
        "rest.amount", "rest.holder", "rest.iban", "rest.bic", "rest.reference",
    }  # fmt: skip
    whole = await final(worker)
    asked = pb.SendInvoiceRequest(document_id=whole.document_id, recipient=recipient(), rest=rest())
    [violation] = (await refusal(worker.SendInvoice(asked))).violations
    assert (violation.field, violation.key) == ("rest", "must_be_empty")
    assert await room.mails() == []


async def test_the_customers_list_shows_part_payments_and_what_they_became(worker: Stub, operator: Stub) -> None:
    await worker.IssueProforma(proforma_request(order_id=ORDER, account_id=ACCOUNT))
    request = part_request()
    advance = (await worker.IssueAdvanceInvoice(request)).document
    document = await final(worker, advance)
    listed = list((await operator.ListInvoices(pb.ListInvoicesRequest())).invoices)
    shown = {each.document_id: each for each in listed}
    assert shown[advance.document_id].money_entry_id == request.money_entry_id
    assert shown[advance.document_id].deducted_by == document.document_id
    assert [each.document_id for each in shown[document.document_id].advances] == [advance.document_id]
    wanted = pb.ListDocumentsRequest(account_id=ACCOUNT, kind=pb.DOCUMENT_KIND_ADVANCE_INVOICE)
    (only,) = (await operator.ListDocuments(wanted)).documents
    assert only.document_id == advance.document_id
