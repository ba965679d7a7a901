"""Credit notes: numbered among the invoices, never more than is left, once a credit id, told and sent like them."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from grpc.aio import AioRpcError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.invoicing.builders import (
    as_uuid,
    company,
    credit_request,
    day,
    invoice_request,
    line,
    money,
    person,
    recipient,
    steering,
    totals,
    untaxed,
)
from tests.invoicing.clients import Stub
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import TestRoom, request_id

WITHDRAWN = pb.ServedDays(first_day=day(2026, 3, 2), last_day=day(2026, 3, 5), days_of_term=31)


async def issued(worker: Stub, **fields: object) -> pb.Document:
    return (await worker.IssueInvoice(invoice_request(**fields))).document


async def credited(worker: Stub, request: pb.IssueCreditNoteRequest) -> pb.Document:
    return (await worker.IssueCreditNote(request)).document


async def refusal(worker: Stub, request: pb.IssueCreditNoteRequest) -> Refused:
    with pytest.raises(Refused) as refused:
        await worker.IssueCreditNote(request)
    return refused.value


async def read(worker: Stub, document: pb.Document) -> pb.Document:
    asked = pb.GetInvoicingDocumentRequest(document_id=document.document_id)
    return (await worker.GetInvoicingDocument(asked)).document


async def give_up(worker: Stub, document: pb.Document) -> None:
    request = pb.GiveUpTransmissionRequest(
        request_id=request_id(), invoice_id=document.document_id, steering=steering(f"give_up:{new_id()}")
    )
    await worker.GiveUpTransmission(request)


async def test_a_whole_credit_has_the_next_number_and_says_what_it_credits(room: TestRoom, worker: Stub) -> None:
    invoice = await issued(worker)
    await room.empty_outbox()
    room.clock.advance(days=4)
    request = credit_request(
        invoice,
        cause_date=day(2026, 3, 5),
        refund_method=pb.REFUND_METHOD_BANK_TRANSFER,
        served=WITHDRAWN,
    )
    note = await credited(worker, request)
    assert (note.kind, note.number, note.date) == (pb.DOCUMENT_KIND_CREDIT_NOTE, "2026/2", day(2026, 3, 6))
    assert (note.account_id, note.order_id) == (invoice.account_id, invoice.order_id)
    assert note.totals == invoice.totals
    assert note.transmission_state == pb.TRANSMISSION_STATE_PENDING
    assert note.credit == pb.Credit(
        invoice_id=invoice.document_id,
        invoice_number="2026/1",
        invoice_date=day(2026, 3, 2),
        reason=pb.CREDIT_REASON_WITHDRAWAL,
        cause_date=day(2026, 3, 5),
        refund_method=pb.REFUND_METHOD_BANK_TRANSFER,
        served=WITHDRAWN,
    )
    (only,) = note.lines
    assert only.description == (
        "Storno totale della fattura 2026/1 del 02/03/2026: recesso dal contratto del 05/03/2026; giorni di servizio "
        "che restano dovuti: 4 su 31 (dal 02/03/2026 al 05/03/2026)"
    )
    assert [file.name for file in note.files] == ["nota-di-credito-2026-2.pdf", "IT07123450483_00002.xml"]
    assert [wake.workflow_id for wake in await room.wakes()] == [f"einvoice:{note.document_id}"]
    (event,) = await room.events()
    assert (event["type"], event["amount"]["minor"]) == ("credit_note.issued", 1281)
    assert event["ids"] == {
        "document_id": note.document_id,
        "invoice_id": invoice.document_id,
        "order_id": invoice.order_id,
    }


@pytest.mark.parametrize(
    ("reason", "credited_lines"),
    [
        (pb.CREDIT_REASON_WITHDRAWAL, [("N2.1", 100_00), ("N1", 2_00)]),
        (pb.CREDIT_REASON_CONTRACT, [("N2.1", 102_00)]),
    ],
)
async def test_charged_stamp_duty_goes_back_first_where_a_withdrawal_is_the_cause(
    worker: Stub, reason: pb.CreditReason, credited_lines: list[tuple[str, int]]
) -> None:
    lines = [line(70, rate="0.00", nature="N2.1"), line(1, 200, "0.00", "Imposta di bollo", "N1")]
    invoice = await issued(worker, **untaxed(lines=lines, totals=totals(107_00, 0)))
    note = await credited(worker, credit_request(invoice, 102_00, reason=reason))
    assert [(each.nature, each.net.minor) for each in note.lines] == credited_lines


async def test_an_invoice_names_its_credit_notes_and_what_was_credited_so_far(
    worker: Stub, operator: Stub, room: TestRoom
) -> None:
    invoice, other = await issued(worker), await issued(worker)
    assert invoice.credited == money(0)
    for amount in (500, 281):
        await credited(worker, credit_request(invoice, amount))
        room.clock.advance(seconds=1)
    shown = await read(worker, invoice)
    assert [(note.number, note.gross.minor) for note in shown.credit_notes] == [("2026/3", 500), ("2026/4", 281)]
    assert shown.credited == money(781)
    listed = (await operator.ListInvoices(pb.ListInvoicesRequest())).invoices
    assert {each.document_id: each.credited.minor for each in listed} == {
        invoice.document_id: 781,
        other.document_id: 0,
    }


async def test_parts_of_two_rates_add_up_to_the_invoice_to_the_cent(worker: Stub) -> None:
    lines = [line(7, 150), line(1, 999, "10.00"), line(3, 333, "4.00")]
    invoice = await issued(worker, lines=lines, totals=totals(3048, 231 + 100 + 40))
    notes = [await credited(worker, credit_request(invoice, amount)) for amount in (1, 333, 1000)]
    left = invoice.totals.gross.minor - 1334
    notes.append(await credited(worker, credit_request(invoice, left)))
    assert sum(note.totals.net.minor for note in notes) == invoice.totals.net.minor
    assert sum(note.totals.vat.minor for note in notes) == invoice.totals.vat.minor
    for rate, net in (("22.00", 1050), ("10.00", 999), ("4.00", 999)):
        assert sum(each.net.minor for note in notes for each in note.lines if each.vat_rate == rate) == net
    refused = await refusal(worker, credit_request(invoice, 1))
    assert refused.reason == errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE


async def test_more_than_is_left_is_refused_with_what_is_left_and_nothing_is_stored(
    room: TestRoom, worker: Stub
) -> None:
    invoice = await issued(worker)
    await credited(worker, credit_request(invoice, 1000))
    refused = await refusal(worker, credit_request(invoice, 282))
    assert (refused.reason, refused.metadata["left"]) == (errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE, "281")
    assert len(await room.rows("documents")) == 2
    assert (await issued(worker)).number == "2026/3"


async def test_twenty_credits_of_one_invoice_at_once_never_come_to_more_than_it(worker: Stub, operator: Stub) -> None:
    invoice = await issued(worker)
    answers = await asyncio.gather(
        *(worker.IssueCreditNote(credit_request(invoice, 100), timeout=60) for _ in range(20)), return_exceptions=True
    )
    notes = [answer.document for answer in answers if not isinstance(answer, BaseException)]
    assert len(notes) == 12
    assert {refused.reason for refused in answers if isinstance(refused, Refused)} == {
        errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE
    }
    assert (await read(worker, invoice)).credited == money(1200)
    audit = await operator.AuditNumbering(pb.AuditNumberingRequest())
    assert (audit.invoices, audit.credit_notes, list(audit.violations)) == (1, 12, [])


async def test_fifty_invoices_and_credit_notes_at_once_are_numbered_without_a_gap(worker: Stub, operator: Stub) -> None:
    invoices = [await issued(worker) for _ in range(5)]

    async def invoice() -> pb.Document:
        return (await worker.IssueInvoice(invoice_request(), timeout=60)).document

    async def note(number: int) -> pb.Document:
        return (await worker.IssueCreditNote(credit_request(invoices[number % 5], 100), timeout=60)).document

    made = await asyncio.gather(*(call for number in range(25) for call in (invoice(), note(number))))
    numbers = [int(document.number.removeprefix("2026/")) for document in made]
    assert sorted(numbers) == list(range(6, 56))
    assert len({document.files[0].file_id for document in made}) == 50
    audit = await operator.AuditNumbering(pb.AuditNumberingRequest(year=2026))
    assert (audit.invoices, audit.credit_notes, list(audit.violations)) == (30, 25, [])


async def test_a_credit_id_credits_once_whatever_is_asked_again(room: TestRoom, worker: Stub) -> None:
    invoice, other = await issued(worker), await issued(worker)
    request = credit_request(invoice, 300)
    answers = await asyncio.gather(*(worker.IssueCreditNote(request, timeout=60) for _ in range(20)))
    assert {answer.document.number for answer in answers} == {"2026/3"}
    room.clock.advance(days=400)
    assert await credited(worker, request) == answers[0].document
    for changed in (
        {"gross": money(301)},
        {"reason": pb.CREDIT_REASON_CONTRACT},
        {"invoice_id": other.document_id},
        {"cause_date": day(2026, 3, 3)},
        {"served": WITHDRAWN},
    ):
        again = credit_request(invoice, 300, credit_id=request.credit_id, **changed)
        assert (await refusal(worker, again)).reason == errors_pb2.REASON_REQUEST_ID_REUSED, changed
    otherwise = credit_request(invoice, 300, credit_id=request.credit_id, refund_method=pb.REFUND_METHOD_ONLINE)
    assert await credited(worker, otherwise) == answers[0].document
    assert (await read(worker, invoice)).credited == money(300)
    assert (await issued(worker)).number == "2026/4"


async def test_one_credit_id_for_two_invoices_at_once_credits_one_of_them(worker: Stub) -> None:
    invoices = [await issued(worker) for _ in range(2)]
    credit_id = str(new_id())
    answers = await asyncio.gather(
        *(worker.IssueCreditNote(credit_request(each, 100, credit_id=credit_id), timeout=60) for each in invoices),
        return_exceptions=True,
    )
    (refused,) = [answer for answer in answers if isinstance(answer, BaseException)]
    assert isinstance(refused, Refused)
    assert refused.reason == errors_pb2.REASON_REQUEST_ID_REUSED
    assert sum([(await read(worker, each)).credited.minor for each in invoices]) == 100
    assert (await issued(worker)).number == "2026/4"


async def test_a_number_taken_for_a_credit_that_fails_is_given_back(room: TestRoom, worker: Stub) -> None:
    invoice = await issued(worker)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("ALTER TABLE outbox ADD CONSTRAINT broken CHECK (false) NOT VALID")
    request = credit_request(invoice)
    with pytest.raises(AioRpcError, match="INTERNAL"):
        await worker.IssueCreditNote(request)
    assert len(await room.rows("documents")) == 1
    assert await room.rows("credit_notes") == []
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("ALTER TABLE outbox DROP CONSTRAINT broken")
    assert (await credited(worker, request)).number == "2026/2"


async def test_a_note_of_the_new_year_is_numbered_in_the_new_year(room: TestRoom, worker: Stub, operator: Stub) -> None:
    invoice = await issued(worker)
    room.clock.at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Rome
    note = await credited(worker, credit_request(invoice))
    assert (note.number, note.date) == ("2027/1", day(2027, 1, 1))
    assert list((await operator.AuditNumbering(pb.AuditNumberingRequest(year=2027))).violations) == []


@pytest.mark.parametrize("reason", [pb.CREDIT_REASON_AGREEMENT, pb.CREDIT_REASON_CORRECTION])
async def test_an_agreement_or_correction_is_credited_within_a_year_of_the_invoice(
    room: TestRoom, worker: Stub, reason: pb.CreditReason
) -> None:
    invoice = await issued(worker)
    room.clock.at = datetime(2027, 3, 2, 22, 59, tzinfo=UTC)
    assert (await credited(worker, credit_request(invoice, 100, reason=reason))).date == day(2027, 3, 2)
    room.clock.advance(minutes=1)
    refused = await refusal(worker, credit_request(invoice, 100, reason=reason))
    assert (refused.reason, refused.metadata["last_day"]) == (errors_pb2.REASON_CREDIT_TOO_LATE, "2027-03-02")
    for other in (pb.CREDIT_REASON_WITHDRAWAL, pb.CREDIT_REASON_CONTRACT, pb.CREDIT_REASON_DISPUTE):
        await credited(worker, credit_request(invoice, 100, reason=other))


async def test_an_invoice_that_was_given_up_counts_as_never_issued_and_is_not_credited(worker: Stub) -> None:
    invoice = await issued(worker)
    await give_up(worker, invoice)
    refused = await refusal(worker, credit_request(invoice))
    assert (refused.reason, refused.metadata["state"]) == (errors_pb2.REASON_TRANSMISSION_STATE, "given_up")


async def test_an_invoice_with_a_credit_note_is_not_given_up_before_its_note(worker: Stub, operator: Stub) -> None:
    invoice = await issued(worker)
    note = await credited(worker, credit_request(invoice))
    with pytest.raises(Refused) as refused:
        await give_up(worker, invoice)
    assert (refused.value.reason, refused.value.metadata["credit_notes"]) == (
        errors_pb2.REASON_TRANSMISSION_STATE,
        "2026/2",
    )
    await give_up(worker, note)
    assert (await read(worker, invoice)).credited == money(0)
    await give_up(worker, invoice)
    given_up = (await operator.ListGivenUpInvoices(pb.ListGivenUpInvoicesRequest())).invoices
    assert {(each.number, each.kind) for each in given_up} == {
        ("2026/1", pb.DOCUMENT_KIND_INVOICE),
        ("2026/2", pb.DOCUMENT_KIND_CREDIT_NOTE),
    }


async def test_what_a_given_up_note_credited_can_be_credited_again(worker: Stub, operator: Stub) -> None:
    invoice = await issued(worker)
    await give_up(worker, await credited(worker, credit_request(invoice, 1281)))
    note = await credited(worker, credit_request(invoice, 1281))
    assert [each.number for each in (await read(worker, invoice)).credit_notes] == [note.number]
    audit = await operator.AuditNumbering(pb.AuditNumberingRequest())
    assert (audit.credit_notes, list(audit.violations)) == (2, [])


async def test_a_note_accepted_after_it_was_given_up_is_found_where_the_invoice_was_credited_again(
    worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    invoice = await issued(worker)
    note = await credited(worker, credit_request(invoice))
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=note.document_id))
    await give_up(worker, note)
    await credited(worker, credit_request(invoice, 1))
    sdi.answer("RC", sent.transmission.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    violations = (await operator.AuditNumbering(pb.AuditNumberingRequest())).violations
    assert "2026/1: more was credited than it came to" in violations


async def test_every_bad_field_is_named_and_nothing_is_stored(room: TestRoom, worker: Stub) -> None:
    request = pb.IssueCreditNoteRequest(
        credit_id="1",
        invoice_id="x",
        reason=99,  # type: ignore[arg-type]
        gross=money(0),
        cause_date=day(2026, 3, 3),
        refund_method=99,  # type: ignore[arg-type]
        served=pb.ServedDays(first_day=day(2026, 3, 1), last_day=day(2026, 3, 4), days_of_term=3),
        steering=common_pb2.Steering(reason_code="Because I want"),
    )
    refused = await refusal(worker, request)
    assert sorted(bad.field for bad in refused.violations) == [
        "cause_date", "credit_id", "gross", "invoice_id", "reason", "refund_method", "served.last_day",
        "steering.actor", "steering.reason_code", "steering.source",
    ]  # fmt: skip
    empty = await refusal(worker, pb.IssueCreditNoteRequest())
    assert sorted(bad.field for bad in empty.violations) == ["cause_date", "credit_id", "gross", "invoice_id", "reason"]
    assert await room.rows("documents") == []


async def test_another_currency_than_the_invoices_is_refused(worker: Stub) -> None:
    francs = common_pb2.Money(minor=100, currency="CHF")
    refused = await refusal(worker, credit_request(await issued(worker), gross=francs))
    assert [bad.field for bad in refused.violations] == ["gross"]


async def test_a_withdrawal_that_a_payment_has_crossed_is_credited_with_its_earlier_day(worker: Stub) -> None:
    note = await credited(worker, credit_request(await issued(worker), cause_date=day(2026, 2, 27)))
    assert note.credit.cause_date == day(2026, 2, 27)
    assert "recesso dal contratto del 27/02/2026" in note.lines[0].description


async def test_only_an_invoice_can_be_credited(worker: Stub) -> None:
    note = await credited(worker, credit_request(await issued(worker)))
    for unknown in (note.document_id, str(new_id())):
        assert (
            await refusal(worker, credit_request(note, 1, invoice_id=unknown))
        ).reason == errors_pb2.REASON_NOT_FOUND


async def test_an_operator_says_who_and_why_and_the_trail_keeps_it_with_the_invoice(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    invoice = await issued(worker)
    bad = (await refusal(operator, credit_request(invoice))).violations
    assert {each.field for each in bad} == {"steering.actor", "steering.reason_code", "steering.source"}
    request = credit_request(invoice, steering=steering("casella invoice credit/1"))
    for _ in range(2):
        await credited(operator, request)
    (entry,) = await room.rows("audit")
    assert (entry["action"], str(entry["subject_id"]), entry["actor"], entry["reason_code"]) == (
        "credit_invoice",
        invoice.document_id,
        "operator@provider",
        "rejected",
    )


@pytest.mark.parametrize("method", [pb.REFUND_METHOD_ACCOUNT_CREDIT, pb.REFUND_METHOD_ONLINE])
async def test_the_refund_of_an_operators_note_follows_it_and_a_process_makes_its_own(
    worker: Stub, operator: Stub, method: pb.RefundMethod
) -> None:
    invoice = await issued(worker)
    fields: dict[str, object] = {"refund_method": method, "steering": steering("casella invoice credit/1")}
    by_hand = await credited(operator, credit_request(invoice, 300, **fields))
    asked = pb.GetTransmissionRequest(invoice_id=by_hand.document_id)
    told = (await worker.GetTransmission(asked)).transmission
    assert (told.refund, told.refund_method) == (money(300), method)
    without = await credited(operator, credit_request(invoice, 200, steering=steering("casella invoice credit/2")))
    by_process = await credited(worker, credit_request(invoice, 100, **fields))
    for note in (invoice, without, by_process):
        told = (await worker.GetTransmission(pb.GetTransmissionRequest(invoice_id=note.document_id))).transmission
        assert (told.HasField("refund"), told.refund_method) == (False, pb.REFUND_METHOD_UNSPECIFIED)


async def test_an_operators_cause_does_not_lie_before_the_invoice(worker: Stub, operator: Stub) -> None:
    invoice = await issued(worker)
    fields: dict[str, object] = {"steering": steering("casella invoice credit/1")}
    bad = (await refusal(operator, credit_request(invoice, 100, cause_date=day(2026, 3, 1), **fields))).violations
    assert [each.field for each in bad] == ["cause_date"]
    assert (await read(worker, invoice)).credited == money(0)
    await credited(operator, credit_request(invoice, 100, cause_date=day(2026, 3, 2), **fields))


async def test_a_customer_reads_their_own_credit_notes_and_no_others(
    room: TestRoom, worker: Stub, gateway: Stub
) -> None:
    invoice = await issued(worker)
    note = await credited(worker, credit_request(invoice))
    own, stranger = room.customer(as_uuid(invoice.account_id)), room.customer(new_id())
    listed = await gateway.ListDocuments(
        pb.ListDocumentsRequest(account_id=invoice.account_id, kind=pb.DOCUMENT_KIND_CREDIT_NOTE), metadata=own
    )
    assert [each.number for each in listed.documents] == [note.number]
    assert listed.documents[0].credit == note.credit
    asked = pb.GetInvoicingDocumentRequest(document_id=note.document_id)
    assert (await gateway.GetInvoicingDocument(asked, metadata=own)).document == note
    for file in note.files:
        wanted = pb.GetDocumentFileRequest(document_id=note.document_id, file_id=file.file_id)
        assert (await gateway.GetDocumentFile(wanted, metadata=own)).content
        with pytest.raises(Refused, match="NOT_FOUND"):
            await gateway.GetDocumentFile(wanted, metadata=stranger)
    with pytest.raises(Refused, match="NOT_FOUND"):
        await gateway.GetInvoicingDocument(asked, metadata=stranger)


async def test_a_note_goes_to_the_customer_as_the_invoice_was_corrected(worker: Stub) -> None:
    invoice = await issued(worker, party=person())
    request = pb.PrepareResendRequest(
        request_id=request_id(),
        invoice_id=invoice.document_id,
        party=company(revision=2),
        steering=steering(),
    )
    await worker.PrepareResend(request)
    note = await credited(worker, credit_request(invoice))
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=note.document_id))
    assert sent.transmission.kind == pb.DOCUMENT_KIND_CREDIT_NOTE
    assert sent.transmission.state == pb.TRANSMISSION_STATE_SENT


@pytest.mark.parametrize(
    ("kind", "codes", "name"),
    [("RC", (), "delivered"), ("MC", (), "undeliverable"), ("NS", ("00305",), "rejected")],
)
async def test_what_the_sdi_says_of_a_credit_note_is_told(
    room: TestRoom, worker: Stub, sdi: SdiInMemory, kind: str, codes: tuple[str, ...], name: str
) -> None:
    invoice = await issued(worker)
    note = await credited(worker, credit_request(invoice))
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=note.document_id))
    await room.empty_outbox()
    sdi.answer(kind, sent.transmission.file_name, *codes)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    (event,) = await room.events()
    assert (event["type"], event["state"]) == (f"credit_note.{name}", name)
    assert (event["ids"]["document_id"], event["ids"]["invoice_id"]) == (note.document_id, invoice.document_id)


@pytest.mark.parametrize(
    ("language", "refund", "subject", "said"),
    [
        (
            common_pb2.LANGUAGE_IT,
            pb.REFUND_METHOD_BANK_TRANSFER,
            "Nota di credito 2026/2 sulla fattura 2026/1",
            ("del 2 marzo 2026, di 12,81\xa0€, sulla fattura 2026/1", "restituito con bonifico bancario", "XML"),
        ),
        (
            common_pb2.LANGUAGE_EN,
            pb.REFUND_METHOD_ONLINE,
            "Credit note 2026/2 on invoice 2026/1",
            ("of 2 March 2026, for €12.81, on invoice 2026/1", "returned to the card or PayPal account", "XML"),
        ),
        (
            common_pb2.LANGUAGE_EN,
            pb.REFUND_METHOD_RETURNED,
            "Credit note 2026/2 on invoice 2026/1",
            ("Your bank, your card issuer or PayPal has returned the amount to you already: no other refund",),
        ),
        (
            common_pb2.LANGUAGE_IT,
            pb.REFUND_METHOD_RETURNED,
            "Nota di credito 2026/2 sulla fattura 2026/1",
            ("L’importo ti è già stato restituito dalla tua banca", "non segue un altro rimborso"),
        ),
    ],
)
async def test_a_credit_note_is_emailed_once_with_its_pdf(
    room: TestRoom,
    worker: Stub,
    language: common_pb2.Language,
    refund: pb.RefundMethod,
    subject: str,
    said: tuple[str, ...],
) -> None:
    note = await credited(worker, credit_request(await issued(worker), refund_method=refund))
    for _ in range(3):
        request = pb.SendCreditNoteRequest(document_id=note.document_id, recipient=recipient(language))
        await worker.SendCreditNote(request)
    message = await only_mail(room)
    assert message["Subject"] == subject
    for expected in said:
        assert expected in text_of(message)
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == note.files[0].name
    assert attachment.get_content().startswith(b"%PDF")


async def test_a_note_that_goes_back_in_two_ways_says_so_in_answer_xml_and_email(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    part = pb.RefundPart(method=pb.REFUND_METHOD_BANK_TRANSFER, amount=money(281))
    asked = credit_request(await issued(worker), refund_method=pb.REFUND_METHOD_ONLINE, other_refund=part)
    note = await credited(worker, asked)
    assert await credited(worker, asked) == note
    assert (note.credit.refund_method, note.credit.other_refund) == (pb.REFUND_METHOD_ONLINE, part)
    xml = next(file for file in note.files if file.kind == pb.FILE_KIND_XML)
    asked_file = pb.GetDocumentFileRequest(document_id=note.document_id, file_id=xml.file_id)
    content = (await operator.GetDocumentFile(asked_file)).content.decode()
    assert re.findall("<ModalitaPagamento>([^<]*)|<ImportoPagamento>([^<]*)", content) == [
        ("MP08", ""), ("", "10.00"), ("MP05", ""), ("", "2.81"),
    ]  # fmt: skip
    request = pb.SendCreditNoteRequest(document_id=note.document_id, recipient=recipient())
    await worker.SendCreditNote(request)
    told = text_of(await only_mail(room))
    for expected in (
        "10,00 € ti vengono restituiti sulla carta", "2,81 € ti vengono restituiti con bonifico bancario",
    ):  # fmt: skip
        assert expected in told
    assert "L’importo" not in told


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"refund_method": pb.REFUND_METHOD_UNSPECIFIED}, "refund_method"),
        ({"refund_method": pb.REFUND_METHOD_BANK_TRANSFER}, "other_refund.method"),
        ({"amount": 1281}, "other_refund.amount"),
        ({"amount": 0}, "other_refund.amount"),
        ({"method": pb.REFUND_METHOD_UNSPECIFIED}, "other_refund.method"),
        ({"steering": steering("casella invoice credit/1")}, "other_refund"),
    ],
)
async def test_what_is_no_second_part_of_a_refund_is_refused_by_its_field(
    room: TestRoom, worker: Stub, operator: Stub, changed: dict[str, Any], field: str
) -> None:
    invoice = await issued(worker)
    method = changed.pop("method", pb.REFUND_METHOD_BANK_TRANSFER)
    part = pb.RefundPart(method=method, amount=money(changed.pop("amount", 281)))
    asked = credit_request(invoice, **{"refund_method": pb.REFUND_METHOD_ONLINE, "other_refund": part, **changed})
    refused = await refusal(operator if asked.HasField("steering") else worker, asked)
    assert [violation.field for violation in refused.violations] == [field]
    assert len(await room.rows("documents")) == 1


async def test_that_a_bank_has_returned_it_is_said_beside_another_way_and_by_no_operator(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    invoice = await issued(worker)
    by_hand = credit_request(
        invoice, refund_method=pb.REFUND_METHOD_RETURNED, steering=steering("casella invoice credit/1")
    )
    assert [bad.field for bad in (await refusal(operator, by_hand)).violations] == ["refund_method"]
    part = pb.RefundPart(method=pb.REFUND_METHOD_ONLINE, amount=money(281))
    asked = credit_request(invoice, refund_method=pb.REFUND_METHOD_RETURNED, other_refund=part)
    note = await credited(worker, asked)
    assert (note.credit.refund_method, note.credit.other_refund) == (pb.REFUND_METHOD_RETURNED, part)
    await worker.SendCreditNote(pb.SendCreditNoteRequest(document_id=note.document_id, recipient=recipient()))
    told = text_of(await only_mail(room)).replace("\xa0", " ")
    assert "10,00 € ti sono già stati restituiti dalla tua banca" in told
    assert "2,81 € ti vengono restituiti sulla carta" in told


async def test_only_a_credit_note_is_sent_as_one(worker: Stub) -> None:
    invoice = await issued(worker)
    note = await credited(worker, credit_request(invoice))
    with pytest.raises(Refused, match="NOT_FOUND"):
        await worker.SendCreditNote(pb.SendCreditNoteRequest(document_id=invoice.document_id, recipient=recipient()))
    with pytest.raises(Refused, match="NOT_FOUND"):
        await worker.SendInvoice(pb.SendInvoiceRequest(document_id=note.document_id, recipient=recipient()))


async def test_a_corrected_and_accepted_credit_note_brings_its_own_copy(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    note = await credited(worker, credit_request(await issued(worker)))
    transmit = pb.TransmitInvoiceRequest(invoice_id=note.document_id)
    sdi.answer("NS", (await worker.TransmitInvoice(transmit)).transmission.file_name, "00305")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    moved = company(address_street="Via della Correzione 5", revision=2)
    await worker.PrepareResend(
        pb.PrepareResendRequest(request_id=request_id(), invoice_id=note.document_id, party=moved, steering=steering())
    )
    sdi.answer("RC", (await worker.TransmitInvoice(transmit)).transmission.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    asked = pb.SendCorrectedInvoiceRequest(document_id=note.document_id, recipient=recipient())
    assert (await worker.SendCorrectedInvoice(asked)).due
    message = await only_mail(room)
    assert message["Subject"] == "Nota di credito 2026/2: nuova copia di cortesia con i dati corretti"
    assert "sulla fattura 2026/1 del 2 marzo 2026" in text_of(message)


async def test_an_operator_reads_an_invoice_or_note_by_its_number_and_a_customer_does_not(
    room: TestRoom, worker: Stub, operator: Stub, gateway: Stub
) -> None:
    invoice = await issued(worker)
    note = await credited(worker, credit_request(invoice))
    for document in (await read(worker, invoice), note):
        asked = pb.GetInvoicingDocumentRequest(number=document.number)
        assert (await operator.GetInvoicingDocument(asked)).document == document
        with pytest.raises(Refused, match="INVALID_INPUT"):
            await gateway.GetInvoicingDocument(asked, metadata=room.customer(as_uuid(invoice.account_id)))
    with pytest.raises(Refused, match="NOT_FOUND"):
        await operator.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(number="2026/3"))
    both = pb.GetInvoicingDocumentRequest(number=note.number, document_id=note.document_id)
    with pytest.raises(Refused, match="INVALID_INPUT"):
        await operator.GetInvoicingDocument(both)
