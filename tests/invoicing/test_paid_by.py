"""By which means an invoice was paid: those of what came, each its part, and none for what was never paid."""

from dataclasses import replace

import pytest
from lxml import etree

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.credits import (
    Credit,
    CreditNoteInfo,
    CreditReason,
    RefundMethod,
    RefundPart,
    remitted_left,
)
from services.invoicing.domain.deducting import paid_less
from services.invoicing.domain.documents import Document, Language, PaidPart, Payment, PaymentMethod
from services.invoicing.domain.sums import totals
from services.invoicing.pdf.view import credit_note_view, invoice_view
from services.kit.ids import new_id
from services.kit.money import Money
from tests.invoicing.builders import RF, credit_request, day, invoice_request, money, recipient, steering
from tests.invoicing.clients import Stub
from tests.invoicing.documents import ISSUER, invoice
from tests.invoicing.kinds import xml_of
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.test_account_credit import means_of
from tests.invoicing.test_advance_invoices import ACCOUNT, ORDER, part, read
from tests.invoicing.test_advance_invoices import xml_of as file_of
from tests.invoicing.test_payment_methods import text_of as words_of
from tests.support.refusals import bad_fields, refused_as
from tests.support.room import TestRoom

TRANSFER, ONLINE, DEBIT = PaymentMethod.BANK_TRANSFER, PaymentMethod.ONLINE, PaymentMethod.AUTOMATIC_DEBIT
GROSS = 1281


def paid(document: Document, *parts: PaidPart, shortfall: int = 0, method: PaymentMethod = ONLINE) -> Document:
    how = replace(document.payment, method=method, reference="", parts=parts, shortfall_minor=shortfall)
    return replace(document, payment=how)


def causes_of(document: Document) -> list[str]:
    return [str(each.text) for each in etree.fromstring(xml_of(document)).iter("Causale")]


def by(method: int, minor: int, reference: str = "") -> pb.PaidPart:
    return pb.PaidPart(method=method, amount=money(minor), reference=reference)  # type: ignore[arg-type]


BY_TRANSFER, BY_CARD = common_pb2.PAYMENT_METHOD_BANK_TRANSFER, common_pb2.PAYMENT_METHOD_ONLINE


def test_an_invoice_ordered_by_card_and_paid_by_transfer_names_the_transfer() -> None:
    gross = totals(invoice().lines).gross
    document = paid(invoice(language=Language.IT), PaidPart(TRANSFER, gross.minor, RF))
    assert means_of(document) == [("MP05", str(gross.decimal))]
    said = words_of(invoice_view(document, ISSUER, "IT1_1.xml"))
    assert "Pagata con bonifico bancario in data" in said
    assert "carta" not in said
    assert "RF18 5390" in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.IT, ["Pagati con bonifico bancario, entro il", "Pagati con carta o PayPal, entro il", "10,00"]),
        (Language.EN, ["Paid by bank transfer, by", "Paid by card or PayPal, by", "10.00"]),
    ],
)
def test_several_means_name_each_its_part(language: Language, words: list[str]) -> None:
    gross = totals(invoice().lines).gross
    document = paid(invoice(language=language), PaidPart(TRANSFER, 1000, RF), PaidPart(ONLINE, gross.minor - 1000))
    rest = Money(gross.minor - 1000, gross.currency)
    assert means_of(document) == [("MP05", "10.00"), ("MP08", str(rest.decimal))]
    said = words_of(invoice_view(document, ISSUER, "IT1_1.xml"))
    assert all(each in said for each in words)


@pytest.mark.parametrize(
    ("language", "part_paid", "remitted"),
    [
        (
            Language.IT,
            "Pagati con bonifico bancario, entro il",
            "3,76 € non sono stati pagati e non sono più dovuti",
        ),
        (Language.EN, "Paid by bank transfer, by", "€3.76 was not paid and is not due any more"),
    ],
)
def test_what_was_remitted_is_paid_by_no_means_and_said_to_be_due_no_more(
    language: Language, part_paid: str, remitted: str
) -> None:
    gross = totals(invoice().lines).gross
    came = Money(gross.minor - 376, gross.currency)
    document = paid(invoice(language=language), PaidPart(TRANSFER, came.minor, RF), shortfall=376)
    assert means_of(document) == [("MP05", str(came.decimal))]
    assert causes_of(document) == [
        "3,76 EUR non incassati e non più dovuti: al pagamento è stata accettata una differenza"
    ]
    said = words_of(invoice_view(document, ISSUER, "IT1_1.xml"))
    assert part_paid in said
    assert remitted in said.replace("\u00a0", " ")


def test_an_invoice_whose_rest_was_remitted_says_of_no_payment() -> None:
    gross = totals(invoice().lines).gross
    document = paid(invoice(language=Language.IT), shortfall=gross.minor, method=TRANSFER)
    assert means_of(document) == []
    assert "Pagat" not in words_of(invoice_view(document, ISSUER, "IT1_1.xml"))


@pytest.mark.parametrize(
    ("advance", "left"),
    [
        (TRANSFER, [(ONLINE, 400), (TRANSFER, 381)]),
        (ONLINE, [(TRANSFER, 781)]),
        (DEBIT, [(TRANSFER, 781)]),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_part_payment_is_taken_from_what_its_own_means_paid_and_then_from_the_others(
    advance: PaymentMethod, left: list[tuple[PaymentMethod, int]], order: int
) -> None:
    """5.00 of a sale of which 8.81 came by transfer and 4.00 by card."""
    parts = (PaidPart(TRANSFER, 881, RF), PaidPart(ONLINE, 400, "pi_1"))[::order]
    found = paid_less(Payment(method=ONLINE, parts=parts), paid(invoice(), method=advance), Money(500))
    assert sorted((part.method, part.minor) for part in found.parts) == sorted(left)


async def test_the_final_invoice_names_the_means_of_what_its_part_payments_leave(worker: Stub, operator: Stub) -> None:
    transferred = await part(worker, 500)
    issued = await issue(
        worker, advance_ids=[transferred.document_id], method=BY_CARD, payment_reference="",
        paid_by=[by(BY_TRANSFER, 800, RF), by(BY_CARD, 381)], shortfall=money(100),
    )  # fmt: skip
    assert (issued.totals.gross.minor, issued.shortfall.minor) == (781, 100)
    root = await file_of(operator, issued)
    ways = [(str(each.findtext("ModalitaPagamento")), str(each.findtext("ImportoPagamento"))) for each in
            root.iter("DettaglioPagamento")]  # fmt: skip
    assert ways == [("MP05", "3.00"), ("MP08", "3.81")]


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"paid_by": [by(BY_TRANSFER, GROSS - 1)]}, {"paid_by": "wrong_sum"}),
        ({"paid_by": [by(BY_TRANSFER, GROSS)], "shortfall": money(1)}, {"paid_by": "wrong_sum"}),
        ({"paid_by": [by(BY_TRANSFER, GROSS)], "credit_used": money(1)}, {"paid_by": "wrong_sum"}),
        ({"shortfall": money(GROSS + 1)}, {"shortfall": "out_of_range"}),
        ({"shortfall": money(-1)}, {"shortfall": "out_of_range"}),
        ({"paid_by": [by(0, GROSS)]}, {"paid_by[0].method": "required"}),
        ({"paid_by": [by(BY_TRANSFER, 0)]}, {"paid_by[0].amount": "out_of_range"}),
    ],
)
async def test_what_paid_and_was_remitted_must_be_the_total(
    worker: Stub, fields: dict[str, object], bad: dict[str, str]
) -> None:
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await worker.IssueInvoice(invoice_request(**fields))
    assert bad_fields(refused.value) == bad


async def test_a_credit_note_over_what_was_never_paid_says_that_nothing_of_it_is_returned(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    issued = await issue(worker, paid_by=[by(BY_TRANSFER, GROSS - 376, RF)], shortfall=money(376))
    asked = credit_request(
        issued, gross=money(1200), remitted=money(376), reason=pb.CREDIT_REASON_WITHDRAWAL,
        refund_method=pb.REFUND_METHOD_BANK_TRANSFER,
    )  # fmt: skip
    note = (await worker.IssueCreditNote(asked)).document
    assert (await worker.IssueCreditNote(asked)).document.document_id == note.document_id
    assert note.credit.remitted.minor == 376
    root = await file_of(operator, note)
    assert [(each.findtext("ModalitaPagamento"), each.findtext("ImportoPagamento")) for each in
            root.iter("DettaglioPagamento")] == [("MP05", "8.24")]  # fmt: skip
    assert "3,76 EUR non erano stati pagati" in str([each.text for each in root.iter("Causale")][-1])
    of_invoice = await read(worker, issued)
    assert (of_invoice.shortfall.minor, of_invoice.credited.minor) == (0, 1200)
    assert [each.remitted.minor for each in of_invoice.credit_notes] == [376]
    await worker.SendCreditNote(pb.SendCreditNoteRequest(document_id=note.document_id, recipient=recipient()))
    said = text_of(await only_mail(room))
    assert "8,24" in said
    assert "3,76 € non erano stati pagati" in said.replace("\u00a0", " ")
    asked.remitted.minor = 375
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await worker.IssueCreditNote(asked)


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"remitted": money(GROSS)}, {"remitted": "not_a_part"}),
        ({"remitted": money(-1)}, {"remitted": "out_of_range"}),
        ({"remitted": common_pb2.Money(minor=1, currency="CHF")}, {"remitted": "one_currency"}),
        (
            {
                "remitted": money(281),
                "refund_method": pb.REFUND_METHOD_ONLINE,
                "other_refund": pb.RefundPart(method=pb.REFUND_METHOD_ACCOUNT_CREDIT, amount=money(1000)),
            },
            {"other_refund.amount": "not_a_part"},
        ),
    ],
)
async def test_what_was_never_paid_is_a_part_of_what_is_credited(
    worker: Stub, fields: dict[str, object], bad: dict[str, str]
) -> None:
    issued = await issue(worker)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await worker.IssueCreditNote(credit_request(issued, GROSS, **fields))
    assert bad_fields(refused.value) == bad


async def test_a_note_by_hand_names_nothing_that_was_never_paid(worker: Stub, operator: Stub) -> None:
    asked = credit_request(
        await issue(worker), gross=money(500), remitted=money(100), cause_date=day(2026, 3, 2),
        steering=steering("casella invoice credit/1"),
    )  # fmt: skip
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await operator.IssueCreditNote(asked)
    assert bad_fields(refused.value) == {"remitted": "must_be_empty"}


def note(gross: int, reason: CreditReason, how: RefundMethod | None, remitted: int = 0) -> CreditNoteInfo:
    day = invoice().date
    part_of = Money(remitted) if remitted else None
    return CreditNoteInfo(new_id(), new_id(), "2026/9", day, Money(gross), reason, how, part_of)


@pytest.mark.parametrize(
    ("notes", "left"),
    [
        ([], 376),
        ([note(1000, CreditReason.AGREEMENT, RefundMethod.BANK_TRANSFER)], 376),
        ([note(1000, CreditReason.DISPUTE, None)], 376),
        ([note(300, CreditReason.AGREEMENT, None)], 76),
        ([note(1000, CreditReason.AGREEMENT, None)], 0),
        ([note(1000, CreditReason.WITHDRAWAL, None, remitted=376)], 0),
    ],
)
def test_a_note_that_gives_nothing_back_credits_what_was_never_paid_first(
    notes: list[CreditNoteInfo], left: int
) -> None:
    assert remitted_left(Money(376), notes).minor == left


@pytest.mark.parametrize(("remitted", "online"), [(None, 981), (Money(376), 605)])
@pytest.mark.parametrize("other", [Money(300), None])
def test_the_ways_of_a_refund_come_to_what_was_paid_of_what_is_credited(
    remitted: Money | None, online: int, other: Money | None
) -> None:
    by_transfer = None if other is None else RefundPart(RefundMethod.BANK_TRANSFER, other)
    credit = Credit(
        invoice_id=new_id(), invoice_number="2026/1", invoice_date=invoice().date, reason=CreditReason.WITHDRAWAL,
        cause_date=invoice().date, refund_method=RefundMethod.ONLINE, other_refund=by_transfer, remitted=remitted,
    )  # fmt: skip
    ways = [(each.method, each.amount.minor) for each in credit.refunds(Money(GROSS))]
    assert ways == (
        [(RefundMethod.ONLINE, online), (RefundMethod.BANK_TRANSFER, 300)]
        if by_transfer
        else [(RefundMethod.ONLINE, online + 300)]
    )


def test_the_printed_note_tells_refund_and_what_was_never_paid_apart() -> None:
    day, document = invoice().date, invoice(language=Language.EN)
    gross = totals(document.lines).gross
    credit = Credit(
        invoice_id=new_id(), invoice_number="2026/1", invoice_date=day, reason=CreditReason.WITHDRAWAL, cause_date=day,
        refund_method=RefundMethod.BANK_TRANSFER, remitted=Money(376),
    )  # fmt: skip
    said = words_of(credit_note_view(replace(document, credit=credit), credit, ISSUER, ""))
    back = Money(gross.minor - 376)
    assert f"€{back.decimal} is returned to you by bank transfer" in said
    assert "€3.76 had not been paid" in said


async def issue(worker: Stub, **fields: object) -> pb.Document:
    usual: dict[str, object] = {"order_id": ORDER, "account_id": ACCOUNT}
    issued: pb.Document = (await worker.IssueInvoice(invoice_request(**{**usual, **fields}))).document
    return issued
