"""What a customer abroad gets: the printed document is the invoice, with both VAT numbers and why there is no VAT."""

from dataclasses import replace

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.documents import Document, Language
from services.invoicing.pdf.typesetting import Typesetter
from services.invoicing.pdf.view import invoice_view, proforma_view
from tests.invoicing.builders import abroad, company, invoice_request, recipient, untaxed
from tests.invoicing.clients import Stub
from tests.invoicing.documents import ISSUER
from tests.invoicing.kinds import KINDS
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.invoicing.test_corrected_copies import rejected
from tests.invoicing.test_documents_as_pdf import words
from tests.support.pdf_parts import streams
from tests.support.room import TestRoom


def _said(kind: str, language: Language = Language.EN) -> str:
    return words(invoice_view(replace(KINDS[kind], language=language), ISSUER, "")).replace("\u2011", "-")


def test_the_invoice_of_a_business_in_the_eu_is_no_copy_and_says_reverse_charge_with_both_vat_numbers() -> None:
    said = _said("reverse charge")
    for expected in (
        "Invoice", "VAT number IT07123450483", "Italy", "Müller & Söhne GmbH", "10117 Berlin", "Germany",
        "DE136695976", "Reverse charge", "Article 196 of Council Directive 2006/112/EC", "Article 7-ter",
        "Italian stamp duty of €2.00 paid electronically", "Total VAT\n€0.00", "Invoice total\n€105.00",
    ):  # fmt: skip
        assert expected in said
    assert "ourtesy" not in said
    assert "Sistema di Interscambio" not in said
    assert "0%" not in said


def test_the_same_in_italian() -> None:
    said = _said("reverse charge", Language.IT)
    for expected in (
        "Inversione contabile (N2.1)", "Germania", "Italia", "art. 196 della direttiva 2006/112/CE",
        "Imposta di bollo di 2,00\xa0€ assolta in modo virtuale",
    ):  # fmt: skip
        assert expected in said
    assert "opia di cortesia" not in said


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Greece", ["VAT number\nEL094259216", "Παπαδόπουλος Α.Ε.", "Οδός Ερμού 15", "Greece", "Reverse charge"]),
        ("Monaco", ["VAT number\nFR83404833048", "Monaco", "Reverse charge"]),
        ("Northern Ireland", ["VAT number\nXI110305878", "United Kingdom", "Not subject to VAT"]),
        ("outside the EU", ["Tax ID\n12-3456789", "United States", "Not subject to VAT, Article 7-ter"]),
        ("EU business taxed in Italy", ["22%", "Total VAT\n€2.31", "DE136695976"]),
    ],
)
def test_each_customer_abroad_reads_its_own_number_country_and_reason(kind: str, expected: list[str]) -> None:
    said = _said(kind)
    assert [text for text in expected if text not in said] == []
    assert "ourtesy" not in said


def test_a_customer_in_livigno_gets_a_courtesy_copy_that_says_why_there_is_no_vat() -> None:
    said = _said("Livigno", Language.IT)
    assert "Copia di cortesia" in said
    assert "artt. 7, comma 1, lettera a), e 7-ter" in said
    assert "e 7-octies" in _said("person in Livigno", Language.IT)
    assert "Italia" not in said.splitlines()


@pytest.mark.parametrize("kind", ["reverse charge below the stamp duty", "EU business taxed in Italy", "company"])
def test_no_stamp_duty_is_named_where_none_is_due(kind: str) -> None:
    assert "tamp duty" not in _said(kind)


def test_a_proforma_says_why_there_is_no_vat_and_no_stamp_duty_of_an_invoice_to_come() -> None:
    asked: Document = replace(KINDS["reverse charge"], language=Language.EN)
    said = words(proforma_view(asked, ISSUER))
    assert "Article 196" in said
    assert "tamp duty" not in said


def test_stamp_duty_that_is_charged_stands_in_line_summary_and_total() -> None:
    said = _said("reverse charge, stamp duty charged")
    assert "Excluded, Art. 15 DPR 633/1972 (N1)\n€2.00\n€0.00" in said
    assert "Invoice total\n€107.00" in said


def test_the_invoice_of_a_customer_abroad_carries_no_file() -> None:
    assert b"/EmbeddedFile" not in Typesetter(ISSUER).invoice(KINDS["reverse charge"], "", b"")


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        (common_pb2.LANGUAGE_EN, "Invoice 2026/1", "The attached PDF is your invoice: please keep it."),
        (common_pb2.LANGUAGE_IT, "Fattura 2026/1", "Il PDF allegato è la tua fattura: conservalo."),
    ],
)
async def test_the_email_to_a_customer_abroad_brings_the_invoice_itself(
    room: TestRoom, worker: Stub, language: common_pb2.Language, subject: str, sentence: str
) -> None:
    invoice = (await worker.IssueInvoice(invoice_request(**untaxed(language=language)))).document
    asked = pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=recipient(language))
    for _ in range(3):
        await worker.SendInvoice(asked)
    message = await only_mail(room)
    assert message["Subject"] == subject
    text = text_of(message)
    assert sentence in text
    assert not {"courtesy", "cortesia", "XML"} & set(text.split())
    (attachment,) = message.iter_attachments()
    assert not [stream for stream in streams(attachment.get_content()) if b"FatturaElettronica" in stream]


async def test_a_corrected_invoice_reaches_a_customer_abroad_as_the_invoice_itself(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    e_invoice = await rejected(worker, sdi, **untaxed())
    second = await e_invoice.resend(abroad(address_street="Neue Straße 2", revision=2))
    await e_invoice.answer("MC", second)
    assert await e_invoice.copy(common_pb2.LANGUAGE_EN)
    message = await only_mail(room)
    assert message["Subject"] == "Invoice 2026/1: new copy with the corrected data"
    assert "The attached PDF is your invoice" in text_of(message)


async def test_the_mail_of_a_customer_in_livigno_speaks_of_the_courtesy_copy(room: TestRoom, worker: Stub) -> None:
    livigno = company(address_city="Livigno", address_postal_code="23041", address_province="SO")
    asked = untaxed(party=livigno, tax_treatment=common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY)
    invoice = (await worker.IssueInvoice(invoice_request(**asked))).document
    await worker.SendInvoice(pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=recipient()))
    assert "la tua copia di cortesia" in (await only_mail(room))["Subject"]
