"""Account credit on documents: the proforma asks for the rest, the e-invoice names both means, nothing is over."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.documents import Document, Language
from services.invoicing.domain.sums import totals
from services.invoicing.pdf.view import invoice_view, proforma_view
from tests.invoicing.builders import (
    invoice_request,
    money,
    online_terms,
    proforma_request,
    send_proforma_request,
    transfer_terms,
)
from tests.invoicing.documents import ISSUER, invoice, proforma
from tests.invoicing.kinds import xml_of
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.test_payment_methods import text_of as words_of
from tests.support.refusals import bad_fields, refused_as
from tests.support.room import TestRoom

Stub = Any
CREDIT = 100


def using(document: Document, credit_minor: int) -> Document:
    return replace(document, payment=replace(document.payment, credit_minor=credit_minor))


def means_of(document: Document) -> list[tuple[str, str]]:
    root = etree.fromstring(xml_of(document))
    return [
        (str(each.findtext("ModalitaPagamento")), str(each.findtext("ImportoPagamento")))
        for each in root.iter("DettaglioPagamento")
    ]


def test_an_e_invoice_paid_in_part_with_credit_names_both_means_which_add_up() -> None:
    gross = totals(invoice().lines).gross
    rest = (gross.minor - CREDIT) / 100
    assert means_of(using(invoice(), CREDIT)) == [("MP22", "1.00"), ("MP05", f"{rest:.2f}")]


def test_an_e_invoice_paid_with_credit_alone_names_that_alone() -> None:
    gross = totals(invoice().lines).gross
    assert means_of(using(invoice(), gross.minor)) == [("MP22", str(gross.decimal))]


@pytest.mark.parametrize(
    ("language", "credit", "nothing", "paid"),
    [
        (Language.IT, "Credito del conto", "non c’è nulla da pagare", "Pagata con il credito del conto"),
        (Language.EN, "Account credit", "there is nothing to pay", "Paid with account credit"),
    ],
)
def test_the_pdf_shows_the_credit_and_the_rest(language: Language, credit: str, nothing: str, paid: str) -> None:
    asked = proforma(language=language)
    gross = totals(asked.lines).gross.minor
    said = words_of(proforma_view(using(asked, CREDIT), ISSUER))
    assert credit in said
    assert f"{(gross - CREDIT) // 100}{',' if language is Language.IT else '.'}{(gross - CREDIT) % 100:02d}" in said
    assert nothing in words_of(proforma_view(using(asked, gross), ISSUER))
    assert paid in words_of(invoice_view(using(invoice(language=language), CREDIT), ISSUER, "IT1_1.xml"))


async def test_the_proforma_s_email_asks_for_the_rest(room: TestRoom, worker: Stub) -> None:
    terms = transfer_terms()
    terms.credit_used.CopyFrom(money(281))
    asked = (await worker.IssueProforma(proforma_request(payment=terms))).document
    await worker.SendProforma(send_proforma_request(asked, common_pb2.LANGUAGE_EN))
    said = text_of(await only_mail(room))
    assert "Your account credit covers €2.81; €10.00 is left to pay." in said
    assert "€10.00" in said.partition("IBAN")[2]


@pytest.mark.parametrize("method", ["transfer", "online"])
async def test_a_proforma_that_credit_covers_asks_for_nothing(room: TestRoom, worker: Stub, method: str) -> None:
    terms = online_terms() if method == "online" else pb.PaymentTerms(method=transfer_terms().method)
    terms.credit_used.CopyFrom(money(1281))
    asked = (await worker.IssueProforma(proforma_request(payment=terms))).document
    await worker.SendProforma(send_proforma_request(asked, common_pb2.LANGUAGE_EN))
    said = text_of(await only_mail(room))
    assert "there is nothing to pay" in said
    assert "IBAN" not in said
    assert "http" not in said.partition("nothing to pay")[2].partition("tax purposes")[0]


@pytest.mark.parametrize("minor", [1282, -1])
async def test_credit_beyond_the_total_is_refused(worker: Stub, minor: int) -> None:
    terms = transfer_terms()
    terms.credit_used.CopyFrom(money(minor))
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await worker.IssueProforma(proforma_request(payment=terms))
    assert bad_fields(refused.value) == {"payment.credit_used": "out_of_range"}
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await worker.IssueInvoice(invoice_request(credit_used=money(minor)))
    assert bad_fields(refused.value) == {"credit_used": "out_of_range"}


async def test_a_transfer_without_instructions_is_refused_unless_credit_covers_all(worker: Stub) -> None:
    terms = pb.PaymentTerms(method=transfer_terms().method, credit_used=money(1280))
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await worker.IssueProforma(proforma_request(payment=terms))
    assert bad_fields(refused.value) == {"payment.credit_used": "out_of_range"}
