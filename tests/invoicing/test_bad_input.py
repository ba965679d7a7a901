"""Bad input on every RPC: the right status, every bad field named, nothing stored."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.metadata import LANGUAGE
from tests.invoicing.builders import (
    company,
    day,
    invoice_request,
    line,
    money,
    person,
    proforma_request,
    recipient,
    steering,
    totals,
    transfer_terms,
    untaxed,
)
from tests.invoicing.clients import Stub, stub
from tests.support.room import TestRoom

ID = str(new_id())
PERIOD = PeriodCause(new_id(), 1)


def _changed(message: Any, **fields: Any) -> Any:
    for field, value in fields.items():
        setattr(message, field, value)
    return message


def _terms(**fields: Any) -> pb.PaymentTerms:
    changed: pb.PaymentTerms = _changed(transfer_terms(), **fields)
    return changed


def _line(**fields: Any) -> common_pb2.Line:
    return common_pb2.Line(**{**_fields(line()), **fields})


def _fields(message: Message) -> dict[str, Any]:
    return {field.name: getattr(message, field.name) for field, _ in message.ListFields()}


_DATED = day(2026, 3, 2)

_LIVIGNO = common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY
CASES: list[tuple[str, str, Message, set[str]]] = [
    (
        "worker",
        "IssueProforma",
        pb.IssueProformaRequest(),
        {
            "order_id",
            "period",
            "account_id",
            "language",
            "tax_treatment",
            "party.kind",
            "party.company_name",
            "party.address.street",
            "party.address.postal_code",
            "party.address.city",
            "party.address.country",
            "lines",
            "payment.method",
            "payment.holder",
            "payment.iban",
            "payment.reference",
        },
    ),
    ("worker", "IssueProforma", proforma_request(order_id="1", account_id="x" * 36), {"order_id", "account_id"}),
    ("worker", "IssueProforma", proforma_request(period=period_of(PERIOD)), {"order_id", "period"}),
    (
        "worker",
        "IssueInvoice",
        invoice_request(order_id="", period=common_pb2.PeriodRef(period_id=ID, subscription_id=ID, number=1)),
        {"period.period_id"},
    ),
    (
        "worker",
        "IssueInvoice",
        invoice_request(period=common_pb2.PeriodRef(number=-1)),
        {"order_id", "period", "period.period_id", "period.subscription_id", "period.number"},
    ),
    ("worker", "IssueProforma", proforma_request(totals=totals(1050, 232)), {"totals.vat"}),
    ("worker", "IssueProforma", proforma_request(totals=totals(1049, 231)), {"totals.net"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(net=money(1051))]), {"lines[0].net"}),
    ("worker", "IssueProforma", proforma_request(lines=[line(), _line(vat_rate="abc")]), {"lines[1].vat_rate"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(vat_rate="0.00")]), {"lines[0].vat_rate"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(vat_rate="NaN")]), {"lines[0].vat_rate"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(vat_rate="101")]), {"lines[0].vat_rate"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(vat_rate="22.001")]), {"lines[0].vat_rate"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(vat_rate="1e400")]), {"lines[0].vat_rate"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(nature="N2.1")]), {"lines[0].nature"}),
    ("worker", "IssueProforma", proforma_request(**untaxed(lines=[line(70, rate="0.00")])), {"lines[0].nature"}),
    (
        "worker",
        "IssueInvoice",
        invoice_request(**untaxed(lines=[line(70, rate="22.00", nature="N6")])),
        {"lines[0].vat_rate", "lines[0].nature"},
    ),
    ("worker", "IssueInvoice", invoice_request(**untaxed(party=company())), {"tax_treatment"}),
    ("worker", "IssueInvoice", invoice_request(**untaxed(tax_treatment=_LIVIGNO)), {"tax_treatment"}),
    ("worker", "IssueInvoice", invoice_request(**untaxed(party=person(address_country="DE"))), {"tax_treatment"}),
    ("worker", "IssueProforma", proforma_request(lines=[line(quantity=0)]), {"lines[0].quantity"}),
    ("worker", "IssueProforma", proforma_request(lines=[line(text="")]), {"lines[0].description"}),
    ("worker", "IssueProforma", proforma_request(lines=[line(text="a\x00b")]), {"lines[0].description"}),
    ("worker", "IssueProforma", proforma_request(lines=[line(text="x" * 1001)]), {"lines[0].description"}),
    ("worker", "IssueProforma", proforma_request(lines=[line()] * 1001), {"lines"}),
    (
        "worker",
        "IssueProforma",
        proforma_request(lines=[line(), _line(unit_price=common_pb2.Money(minor=150, currency="USD"))]),
        {"lines"},
    ),
    ("worker", "IssueProforma", proforma_request(lines=[_line(period_start=_DATED)]), {"lines[0].period_end"}),
    ("worker", "IssueProforma", proforma_request(lines=[_line(period_end=_DATED)]), {"lines[0].period_start"}),
    (
        "worker",
        "IssueProforma",
        proforma_request(lines=[_line(period_start=_DATED, period_end=day(2026, 3, 1))]),
        {"lines[0].period_end"},
    ),
    (
        "worker",
        "IssueProforma",
        proforma_request(lines=[_line(period_start=day(2026, 2, 30), period_end=_DATED)]),
        {"lines[0].period_start"},
    ),
    (
        "worker",
        "IssueProforma",
        proforma_request(party=person(first_name="", last_name="x" * 61)),
        {
            "party.first_name",
            "party.last_name",
        },
    ),
    ("worker", "IssueProforma", proforma_request(party=company(company_name="\u202eabc")), {"party.company_name"}),
    (
        "worker",
        "IssueProforma",
        proforma_request(party=company(vat_number="", pec="x" * 255)),
        {
            "party.vat_number",
            "party.pec",
        },
    ),
    ("worker", "IssueProforma", proforma_request(payment=_terms(epc_payload="x" * 400)), {"payment.epc_payload"}),
    (
        "worker",
        "IssueInvoice",
        pb.IssueInvoiceRequest(party=person(), lines=[line()]),
        {
            "order_id",
            "period",
            "account_id",
            "language",
            "tax_treatment",
            "date",
            "method",
        },
    ),
    ("worker", "IssueInvoice", invoice_request(method=9), {"method"}),
    ("worker", "IssueInvoice", invoice_request(date=day(2026, 2, 29)), {"date"}),
    ("worker", "IssueInvoice", invoice_request(date=day(2026, 3, 3)), {"date"}),
    ("worker", "IssueInvoice", invoice_request(payment_reference="x" * 61), {"payment_reference"}),
    (
        "worker",
        "SendProforma",
        pb.SendProformaRequest(document_id="x", pay_url="javascript:x"),
        {
            "document_id",
            "pay_url",
            "recipient.email",
            "recipient.name",
            "recipient.language",
            "expires_at",
        },
    ),
    (
        "worker",
        "SendProforma",
        pb.SendProformaRequest(document_id=ID, recipient=recipient(), expires_at=Timestamp(seconds=1 << 40)),
        {"expires_at"},
    ),
    (
        "worker",
        "SendInvoice",
        pb.SendInvoiceRequest(document_id=ID, recipient=_changed(recipient(), email="a@")),
        {
            "recipient.email",
        },
    ),
    (
        "worker",
        "SendCorrectedInvoice",
        pb.SendCorrectedInvoiceRequest(document_id="x"),
        {"document_id", "recipient.email", "recipient.name", "recipient.language"},
    ),
    ("operator", "GetInvoicingDocument", pb.GetInvoicingDocumentRequest(document_id="' OR 1=1"), {"document_id"}),
    (
        "operator",
        "ListDocuments",
        pb.ListDocumentsRequest(kind=9, page=common_pb2.PageRequest(page_size=201, page_token="%%")),  # type: ignore[arg-type]
        {"account_id", "kind", "page.page_size", "page.page_token"},
    ),
    (
        "operator",
        "ListDocuments",
        pb.ListDocumentsRequest(account_id=ID, page=common_pb2.PageRequest(page_token="AAAA")),
        {"page.page_token"},
    ),
    (
        "operator",
        "ListInvoices",
        pb.ListInvoicesRequest(page=common_pb2.PageRequest(page_size=201, page_token="AAAA")),
        {"page.page_size", "page.page_token"},
    ),
    (
        "operator",
        "ListFiscalDocuments",
        pb.ListFiscalDocumentsRequest(page=common_pb2.PageRequest(page_size=201, page_token="AAAA")),
        {"from_date", "to_date", "page.page_size", "page.page_token"},
    ),
    (
        "operator",
        "ListFiscalDocuments",
        pb.ListFiscalDocumentsRequest(from_date=day(2026, 4, 1), to_date=day(2026, 3, 31)),
        {"to_date"},
    ),
    ("operator", "GetDocumentFile", pb.GetDocumentFileRequest(), {"document_id", "file_id"}),
    ("operator", "CheckProfile", pb.CheckProfileRequest(), {"party.kind", "tax_treatment"}),
    (
        "ordering",
        "CheckProfile",
        pb.CheckProfileRequest(
            party=common_pb2.BillingParty(
                kind=common_pb2.CUSTOMER_KIND_PRIVATE,
                last_name="Ro\x00ssi",
                address=common_pb2.Address(city="\x01"),
            ),
            tax_treatment=common_pb2.TAX_TREATMENT_DOMESTIC,
        ),
        {"party.last_name", "party.address.city"},
    ),
    ("worker", "TransmitInvoice", pb.TransmitInvoiceRequest(), {"invoice_id"}),
    ("worker", "GetTransmission", pb.GetTransmissionRequest(invoice_id="0"), {"invoice_id"}),
    (
        "worker",
        "PrepareResend",
        pb.PrepareResendRequest(party=common_pb2.BillingParty(kind=common_pb2.CUSTOMER_KIND_PRIVATE)),
        {
            "request_id",
            "invoice_id",
            "party.first_name",
            "party.last_name",
            "party.codice_fiscale",
            "party.address.street",
            "party.address.postal_code",
            "party.address.city",
            "party.address.country",
            "steering.actor",
            "steering.reason_code",
            "steering.source",
        },
    ),
    (
        "worker",
        "GiveUpTransmission",
        pb.GiveUpTransmissionRequest(
            request_id=ID, invoice_id=ID, steering=_changed(steering(), ticket_id="12", reason_code="\x07")
        ),
        {"steering.ticket_id", "steering.reason_code"},
    ),
    ("operator", "AuditNumbering", pb.AuditNumberingRequest(year=-1), {"year"}),
]


@pytest.mark.parametrize(
    ("caller", "rpc", "request_", "fields"), CASES, ids=[f"{n}-{c[1]}" for n, c in enumerate(CASES)]
)
async def test_every_bad_field_is_named_and_nothing_is_stored(
    room: TestRoom, caller: str, rpc: str, request_: Message, fields: set[str]
) -> None:
    call: Callable[..., Any] = getattr(stub(room, caller), rpc)
    with pytest.raises(Refused) as refused:
        await call(request_)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.reason == errors_pb2.REASON_INVALID_INPUT
    assert {violation.field for violation in refused.value.violations} == fields
    for table in ("documents", "numbering", "outbox", "requests", "transmissions"):
        assert await room.rows(table) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("it", "Il totale non corrisponde alle righe."), ("en", "The total is not that of the lines.")],
)
async def test_a_bad_field_is_explained_in_the_callers_language(worker: Stub, language: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        await worker.IssueProforma(proforma_request(totals=totals(1050, 232)), metadata=((LANGUAGE, language),))
    assert [violation.message for violation in refused.value.violations] == [text]


async def test_documents_of_nobody_are_not_found(worker: Stub, operator: Stub) -> None:
    unknown = str(new_id())
    expires = pb.SendProformaRequest(document_id=unknown, recipient=recipient())
    expires.expires_at.GetCurrentTime()
    calls: list[Any] = [
        worker.SendProforma(expires),
        worker.SendInvoice(pb.SendInvoiceRequest(document_id=unknown, recipient=recipient())),
        worker.SendCorrectedInvoice(pb.SendCorrectedInvoiceRequest(document_id=unknown, recipient=recipient())),
        operator.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=unknown)),
        operator.GetDocumentFile(pb.GetDocumentFileRequest(document_id=unknown, file_id=unknown)),
    ]
    for call in calls:
        with pytest.raises(Refused) as refused:
            await call
        assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_a_proforma_cannot_be_sent_as_an_invoice(worker: Stub) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    with pytest.raises(Refused) as refused:
        await worker.SendInvoice(pb.SendInvoiceRequest(document_id=proforma.document_id, recipient=recipient()))
    assert refused.value.reason == errors_pb2.REASON_NOT_FOUND
    corrected = pb.SendCorrectedInvoiceRequest(document_id=proforma.document_id, recipient=recipient())
    with pytest.raises(Refused) as refused:
        await worker.SendCorrectedInvoice(corrected)
    assert refused.value.reason == errors_pb2.REASON_NOT_FOUND
