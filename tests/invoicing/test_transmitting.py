"""An invoice's way out: its try written first, one sending at a time, re-sent under new names, given up by decision."""

import asyncio
from datetime import UTC

import pytest
from lxml import etree
from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.channels import refusal_of
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.invoicing.builders import company, day, invoice_request, person, steering
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SDI, SdiInMemory
from tests.support.pdf_parts import streams
from tests.support.room import TestRoom, request_id


async def issue(worker: Stub, **fields: object) -> str:
    return (await worker.IssueInvoice(invoice_request(**fields))).document.document_id


async def transmit(worker: Stub, invoice_id: str) -> pb.Transmission:
    return (await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice_id))).transmission


async def resend(worker: Stub, invoice_id: str, **fields: object) -> pb.Transmission:
    request = pb.PrepareResendRequest(request_id=request_id(), invoice_id=invoice_id, steering=steering())
    request.MergeFrom(pb.PrepareResendRequest(**fields))  # type: ignore[arg-type]
    return (await worker.PrepareResend(request)).transmission


async def behind_the_lock(room: TestRoom, tasks: list[asyncio.Task[pb.Transmission]]) -> None:
    """Come back once all of them wait for a lock, or one is done."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20), room.core.database.reading() as conn:
        while await conn.scalar(text(waiting)) != len(tasks) and not any(task.done() for task in tasks):
            pass


async def test_an_invoice_is_sent_once_however_often_it_is_asked_for(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    invoice_id = await issue(worker)
    first = await transmit(worker, invoice_id)
    room.clock.advance(hours=1)
    again = await transmit(worker, invoice_id)
    assert (first.state, first.attempt, first.file_name) == (pb.TRANSMISSION_STATE_SENT, 1, "IT07123450483_00001.xml")
    assert again.sent_at == first.sent_at
    assert [(file.name, to) for file, to in sdi.sent] == [("IT07123450483_00001.xml", "sdi01@pec.fatturapa.it")]


async def test_ten_who_send_at_once_send_one_file(worker: Stub, sdi: SdiInMemory) -> None:
    invoice_id = await issue(worker)
    answers = await asyncio.gather(*(transmit(worker, invoice_id) for _ in range(10)))
    assert {answer.state for answer in answers} == {pb.TRANSMISSION_STATE_SENT}
    assert len(sdi.sent) == 1


async def test_who_asks_while_a_file_is_on_its_way_waits_and_finds_it_sent(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    """A second file of the same name would be rejected as a duplicate, after the first was accepted."""
    invoice_id = await issue(worker)
    second: list[asyncio.Task[pb.Transmission]] = []

    async def ask_again() -> None:
        second.append(asyncio.create_task(transmit(worker, invoice_id)))
        await behind_the_lock(room, second)

    sdi.meanwhile = ask_again
    first = await transmit(worker, invoice_id)
    assert await second[0] == first
    assert len(sdi.sent) == 1


async def test_a_file_in_whose_place_another_was_prepared_meanwhile_does_not_leave(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    """It was checked before the correction, and would leave behind it: twice, and not as the operator wants it."""
    invoice_id = await issue(worker)
    tasks: list[asyncio.Task[pb.Transmission]] = []
    async with room.core.database.transaction() as conn:
        await conn.execute(text("SELECT FROM transmissions FOR UPDATE"))
        for step in (resend, transmit):  # the lock goes to whoever came first
            tasks.append(asyncio.create_task(step(worker, invoice_id)))
            await behind_the_lock(room, tasks)
    prepared, overtaken = await asyncio.gather(*tasks)
    assert (prepared.attempt, overtaken.state) == (2, pb.TRANSMISSION_STATE_PENDING)
    assert sdi.sent == []
    assert (await transmit(worker, invoice_id)).state == pb.TRANSMISSION_STATE_SENT
    assert [file.name for file, _ in sdi.sent] == [prepared.file_name]


async def test_while_the_channel_is_away_the_invoice_waits(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    invoice_id = await issue(worker)
    sdi.away = True
    with pytest.raises(Exception) as caught:  # noqa: PT011  UNAVAILABLE stays a gRPC error: the same call may succeed
        await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice_id), timeout=3)
    assert refusal_of(caught.value) is None  # type: ignore[arg-type]
    state = await worker.GetTransmission(pb.GetTransmissionRequest(invoice_id=invoice_id))
    assert state.transmission.state == pb.TRANSMISSION_STATE_PENDING
    sdi.away = False
    assert (await transmit(worker, invoice_id)).state == pb.TRANSMISSION_STATE_SENT


async def test_an_invoice_that_the_sdi_would_reject_does_not_leave(worker: Stub, sdi: SdiInMemory) -> None:
    invoice_id = await issue(worker, party=company(vat_number="01234567890"))
    with pytest.raises(Refused) as refused:
        await transmit(worker, invoice_id)
    assert refused.value.reason == errors_pb2.REASON_DOCUMENT_NOT_VALID
    assert refused.value.metadata == {"codes": "00305", "elements": "IdFiscaleIVA"}
    assert sdi.sent == []


async def test_a_correction_is_appended_and_sent_under_a_new_name_with_number_and_date_kept(
    room: TestRoom, worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    invoice_id = await issue(worker, party=company(vat_number="01234567890"), date=day(2026, 3, 1))
    prepared = await resend(worker, invoice_id, party=company(company_name="Nuovo Nome S.r.l.", revision=2))
    assert (prepared.state, prepared.attempt) == (pb.TRANSMISSION_STATE_PENDING, 2)
    sent = await transmit(worker, invoice_id)
    assert sent.file_name == "IT07123450483_00002.xml"
    xml = etree.fromstring(sdi.sent[0][0].content)
    assert xml.findtext(".//CessionarioCommittente//Denominazione") == "Nuovo Nome S.r.l."
    assert xml.findtext(".//DatiGeneraliDocumento/Numero") == "2026/1"
    assert xml.findtext(".//DatiGeneraliDocumento/Data") == "2026-03-01"
    customers = await room.rows("customers")
    assert [(row["revision"], row["customer"]["company_name"]) for row in customers] == [
        (1, "Officine Ferrarini & Figli S.n.c."),
        (2, "Nuovo Nome S.r.l."),
    ]
    document = await worker.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=invoice_id))
    files = {file.name: file.file_id for file in document.document.files}
    asked = pb.GetDocumentFileRequest(document_id=invoice_id, file_id=files["fattura-2026-1-v2.pdf"])
    copy = (await operator.GetDocumentFile(asked)).content
    assert sdi.sent[0][0].content in streams(copy)


async def test_a_correction_that_corrects_nothing_is_refused_and_the_same_can_still_be_sent(
    room: TestRoom, worker: Stub
) -> None:
    invoice_id = await issue(worker, party=company(revision=1))
    await transmit(worker, invoice_id)
    for party in (company(revision=1), company(revision=2)):
        with pytest.raises(Refused) as refused:
            await resend(worker, invoice_id, party=party)
        assert refused.value.reason == errors_pb2.REASON_PROFILE_UNCHANGED
    assert len(await room.rows("attempts")) == 1
    assert await room.rows("audit") == []
    assert (await resend(worker, invoice_id)).attempt == 2
    assert (await resend(worker, invoice_id, party=company(company_name="Altra S.r.l.", revision=2))).attempt == 3


async def test_a_repeated_correction_is_not_refused_as_unchanged(worker: Stub) -> None:
    invoice_id = await issue(worker)
    await transmit(worker, invoice_id)
    request = pb.PrepareResendRequest(
        request_id=request_id(), invoice_id=invoice_id, steering=steering(), party=company(company_name="Altra S.r.l.")
    )
    assert await worker.PrepareResend(request) == await worker.PrepareResend(request)


async def test_operators_read_the_receipts_words_and_the_worker_reads_casellas_own(
    worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    invoice_id = await issue(worker)
    sdi.answer("NS", (await transmit(worker, invoice_id)).file_name, "00305", "09999")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    asked = pb.GetTransmissionRequest(invoice_id=invoice_id)
    known, unknown = (await operator.GetTransmission(asked)).transmission.errors
    assert (known.code, known.meaning) == ("00305", "the customer's VAT number is not valid")
    assert (known.description, known.advice) == ("descrizione", "suggerimento")
    assert (unknown.code, unknown.meaning, unknown.description) == ("09999", "", "descrizione")
    for error in (await transmit(worker, invoice_id)).errors:
        assert (error.description, error.advice) == ("", ""), "it would stand in a history"


async def test_the_sdis_identifier_is_that_of_the_attempt(worker: Stub, sdi: SdiInMemory) -> None:
    invoice_id = await issue(worker)
    first = (await transmit(worker, invoice_id)).file_name
    sdi.answer("NS", first, "00305")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    asked = pb.GetTransmissionRequest(invoice_id=invoice_id)
    assert (await worker.GetTransmission(asked)).transmission.sdi_identifier == "7249991"
    await resend(worker, invoice_id)
    second = await transmit(worker, invoice_id)
    assert (second.attempt, second.sdi_identifier) == (2, "")
    assert [error.code for error in second.errors] == ["00305"], "why it had to be sent again"
    sdi.answer("RC", second.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    delivered = (await worker.GetTransmission(asked)).transmission
    assert (delivered.sdi_identifier, list(delivered.errors)) == ("7249991", [])


async def test_what_was_given_up_is_listed_for_ever_with_who_and_why(
    room: TestRoom, worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    assert not (await operator.ListGivenUpInvoices(pb.ListGivenUpInvoicesRequest())).invoices
    given_up = []
    for _ in range(2):
        invoice_id = await issue(worker)
        sdi.answer("NS", (await transmit(worker, invoice_id)).file_name, "00305")
        await worker.PollReceipts(pb.PollReceiptsRequest())
        await worker.GiveUpTransmission(
            pb.GiveUpTransmissionRequest(request_id=request_id(), invoice_id=invoice_id, steering=steering())
        )
        given_up.append(invoice_id)
    await issue(worker)
    page = common_pb2.PageRequest(page_size=1)
    first = await operator.ListGivenUpInvoices(pb.ListGivenUpInvoicesRequest(page=page))
    page.page_token = first.next_page_token
    second = await operator.ListGivenUpInvoices(pb.ListGivenUpInvoicesRequest(page=page))
    assert [each.invoice_id for each in (*first.invoices, *second.invoices)] == sorted(given_up)
    assert second.next_page_token == ""
    told = first.invoices[0]
    number = f"2026/{given_up.index(told.invoice_id) + 1}"
    assert (told.number, list(told.error_codes), told.steering.actor) == (number, ["00305"], "operator@provider")
    assert told.given_up_at.ToDatetime(UTC) == room.clock.now()
    audited = await operator.AuditNumbering(pb.AuditNumberingRequest())
    assert list(audited.violations) == []


async def test_the_files_of_every_attempt_stay_listed_the_newest_first(
    worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    issued = (await worker.IssueInvoice(invoice_request())).document
    sdi.answer("NS", (await transmit(worker, issued.document_id)).file_name, "00305")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    await resend(worker, issued.document_id, party=company(company_name="Nuovo Nome S.r.l.", revision=2))
    sdi.answer("RC", (await transmit(worker, issued.document_id)).file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    (listed,) = (await operator.ListDocuments(pb.ListDocumentsRequest(account_id=issued.account_id))).documents
    assert listed.transmission_state == pb.TRANSMISSION_STATE_DELIVERED
    assert [(file.attempt, file.name) for file in listed.files] == [
        (2, "fattura-2026-1-v2.pdf"),
        (1, "fattura-2026-1.pdf"),
        (2, "IT07123450483_00002_RC_001.xml"),
        (1, "IT07123450483_00001_NS_001.xml"),
        (2, "IT07123450483_00002.xml"),
        (1, "IT07123450483_00001.xml"),
    ]
    for file in listed.files:
        asked = pb.GetDocumentFileRequest(document_id=issued.document_id, file_id=file.file_id)
        assert len((await operator.GetDocumentFile(asked)).content) == file.size


async def test_the_first_answer_assigns_the_address_of_all_later_files(worker: Stub, sdi: SdiInMemory) -> None:
    first = await transmit(worker, await issue(worker))
    sdi.answer("RC", first.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    await transmit(worker, await issue(worker))
    assert [to for _, to in sdi.sent] == ["sdi01@pec.fatturapa.it", SDI]


async def test_a_repeated_request_to_resend_prepares_one_attempt(room: TestRoom, worker: Stub) -> None:
    invoice_id = await issue(worker)
    await transmit(worker, invoice_id)
    request = pb.PrepareResendRequest(request_id=request_id(), invoice_id=invoice_id, steering=steering())
    first = await worker.PrepareResend(request)
    assert await worker.PrepareResend(request) == first
    assert first.transmission.attempt == 2
    request.steering.reason_code = "other"
    with pytest.raises(Refused) as refused:
        await worker.PrepareResend(request)
    assert refused.value.reason == errors_pb2.REASON_REQUEST_ID_REUSED
    audit = await room.rows("audit")
    assert [(entry["actor"], entry["action"]) for entry in audit] == [("operator@provider", "prepare_resend")]


async def test_what_has_ended_is_neither_sent_again_nor_given_up(worker: Stub, sdi: SdiInMemory) -> None:
    invoice_id = await issue(worker, party=person())
    sent = await transmit(worker, invoice_id)
    sdi.answer("MC", sent.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    give_up = pb.GiveUpTransmissionRequest(request_id=request_id(), invoice_id=invoice_id, steering=steering())
    for call in (resend(worker, invoice_id), worker.GiveUpTransmission(give_up)):
        with pytest.raises(Refused) as refused:
            await call
        assert refused.value.reason == errors_pb2.REASON_TRANSMISSION_STATE
        assert refused.value.metadata == {"state": "undeliverable"}


async def test_given_up_keeps_the_number_and_waits_for_nothing(room: TestRoom, worker: Stub) -> None:
    invoice_id = await issue(worker)
    request = pb.GiveUpTransmissionRequest(request_id=request_id(), invoice_id=invoice_id, steering=steering())
    given_up = (await worker.GiveUpTransmission(request)).transmission
    assert await worker.GiveUpTransmission(request) == pb.GiveUpTransmissionResponse(transmission=given_up)
    assert (given_up.state, given_up.number) == (pb.TRANSMISSION_STATE_GIVEN_UP, "2026/1")
    assert not given_up.HasField("alert_in")
    assert (await transmit(worker, invoice_id)).state == pb.TRANSMISSION_STATE_GIVEN_UP
    assert [row["next_at"] for row in await room.rows("transmissions")] == [None]


async def test_the_deadlines_are_those_of_the_law(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    invoice_id = await issue(worker, date=day(2026, 3, 1))
    asked = pb.GetTransmissionRequest(invoice_id=invoice_id)
    pending = (await worker.GetTransmission(asked)).transmission
    # 12 days after 1 March, to the day's end in Rome; an operator hears of it on the 9th day.
    assert pending.deadline.ToJsonString().startswith("2026-03-13T22:59:59")
    assert pending.alert_in.ToTimedelta().days == 7
    sent = await transmit(worker, invoice_id)
    assert sent.alert_in.ToTimedelta().days == 5
    room.clock.advance(days=2)
    sdi.answer("NS", sent.file_name, "00200")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    rejected = (await worker.GetTransmission(asked)).transmission
    assert rejected.deadline.ToJsonString().startswith("2026-03-09T22:59:59")
    assert rejected.alert_in.ToTimedelta().total_seconds() == 0


@pytest.mark.parametrize("rpc", ["TransmitInvoice", "GetTransmission"])
async def test_an_unknown_invoice_is_not_found(worker: Stub, rpc: str) -> None:
    request = {"TransmitInvoice": pb.TransmitInvoiceRequest, "GetTransmission": pb.GetTransmissionRequest}[rpc]
    with pytest.raises(Refused) as refused:
        await getattr(worker, rpc)(request(invoice_id=str(new_id())))
    assert refused.value.reason == errors_pb2.REASON_NOT_FOUND
