"""What comes back: receipts move invoices whatever their order and number; nothing else does or stops them."""

import itertools
import threading
from collections.abc import Callable

import pytest

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.sdi.envelopes import Envelope, open_envelope
from services.invoicing.service import receiving
from tests.invoicing.builders import invoice_request, steering
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SDI, SdiInMemory, certificate, envelope, receipt
from tests.support.room import TestRoom, request_id

POLL = pb.PollReceiptsRequest()
SENT = pb.TRANSMISSION_STATE_SENT
DELIVERED = pb.TRANSMISSION_STATE_DELIVERED
UNDELIVERABLE = pb.TRANSMISSION_STATE_UNDELIVERABLE
REJECTED = pb.TRANSMISSION_STATE_REJECTED


async def sent_invoice(worker: Stub) -> pb.Transmission:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    return (await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))).transmission


async def transmission(worker: Stub, sent: pb.Transmission) -> pb.Transmission:
    return (await worker.GetTransmission(pb.GetTransmissionRequest(invoice_id=sent.invoice_id))).transmission


@pytest.mark.parametrize(
    ("kind", "codes", "state"),
    [("RC", (), DELIVERED), ("MC", (), UNDELIVERABLE), ("NS", ("00305", "00306"), REJECTED)],
)
async def test_a_receipt_moves_its_invoice_is_kept_and_wakes_the_workflow(
    room: TestRoom, worker: Stub, sdi: SdiInMemory, kind: str, codes: tuple[str, ...], state: pb.TransmissionState
) -> None:
    sent = await sent_invoice(worker)
    await room.empty_outbox()
    sdi.answer(kind, sent.file_name, *codes)
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse(messages=1, receipts=1)
    after = await transmission(worker, sent)
    assert (after.state, after.sdi_identifier, tuple(after.error_codes)) == (state, "7249991", codes)
    assert [(wake.workflow_id, wake.signal) for wake in await room.wakes()] == [
        (f"einvoice:{sent.invoice_id}", "receipt_arrived")
    ]
    document = await worker.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=sent.invoice_id))
    receipts = [file.name for file in document.document.files if file.kind == pb.FILE_KIND_RECEIPT]
    assert receipts == [f"IT07123450483_00001_{kind}_001.xml"]


async def test_the_same_receipt_twice_changes_nothing(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    sent = await sent_invoice(worker)
    sdi.answer("RC", sent.file_name)
    sdi.mailbox.append(sdi.mailbox[0])
    sdi.answer("RC", sent.file_name, number="2")
    await room.empty_outbox()
    assert (await worker.PollReceipts(POLL)).receipts == 2  # byte-equal messages are one message
    sdi.generation = 2  # the server was moved: everything is read again
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse()
    assert len(await room.wakes()) == 1
    assert (await transmission(worker, sent)).state == DELIVERED


@pytest.mark.parametrize("order", list(itertools.permutations(["RC", "MC", "NS"])), ids="-".join)
async def test_an_acceptance_wins_in_whatever_order_receipts_come(
    worker: Stub, sdi: SdiInMemory, order: tuple[str, ...]
) -> None:
    sent = await sent_invoice(worker)
    for kind in order:
        sdi.answer(kind, sent.file_name, *(["00305"] if kind == "NS" else []))
        await worker.PollReceipts(POLL)
    assert (await transmission(worker, sent)).state == DELIVERED


async def test_a_file_that_left_twice_after_a_lost_answer_is_not_taken_for_rejected(
    worker: Stub, sdi: SdiInMemory
) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    request = pb.TransmitInvoiceRequest(invoice_id=invoice.document_id)
    sdi.loses_answer = True
    sent = (await worker.TransmitInvoice(request)).transmission  # the channel's retry policy asks again by itself
    assert [file.message_id for file, _ in sdi.sent] == [sdi.sent[0][0].message_id] * 2
    sdi.answer("NS", sent.file_name, "00002")
    assert (await worker.PollReceipts(POLL)).receipts == 1
    assert (await transmission(worker, sent)).state == SENT
    sdi.answer("RC", sent.file_name)
    await worker.PollReceipts(POLL)
    assert (await transmission(worker, sent)).state == DELIVERED


async def test_a_name_that_was_used_elsewhere_is_a_rejection(worker: Stub, sdi: SdiInMemory) -> None:
    sent = await sent_invoice(worker)
    sdi.answer("NS", sent.file_name, "00002")
    await worker.PollReceipts(POLL)
    assert (await transmission(worker, sent)).state == REJECTED


async def test_known_already_after_a_silence_means_accepted(worker: Stub, sdi: SdiInMemory) -> None:
    first = await sent_invoice(worker)
    prepare = pb.PrepareResendRequest(request_id=request_id(), invoice_id=first.invoice_id, steering=steering())
    await worker.PrepareResend(prepare)
    second = (await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=first.invoice_id))).transmission
    sdi.answer("NS", second.file_name, "00404")
    await worker.PollReceipts(POLL)
    assert (await transmission(worker, first)).state == UNDELIVERABLE
    sdi.answer("RC", first.file_name)
    await worker.PollReceipts(POLL)
    assert (await transmission(worker, first)).state == DELIVERED


async def test_known_already_at_the_first_sending_is_a_rejection(worker: Stub, sdi: SdiInMemory) -> None:
    sent = await sent_invoice(worker)
    sdi.answer("NS", sent.file_name, "00404")
    await worker.PollReceipts(POLL)
    assert (await transmission(worker, sent)).state == REJECTED


async def test_a_late_rejection_of_an_earlier_file_leaves_the_later_one_alone(worker: Stub, sdi: SdiInMemory) -> None:
    first = await sent_invoice(worker)
    prepare = pb.PrepareResendRequest(request_id=request_id(), invoice_id=first.invoice_id, steering=steering())
    await worker.PrepareResend(prepare)
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=first.invoice_id))
    sdi.answer("NS", first.file_name, "00305")
    await worker.PollReceipts(POLL)
    assert (await transmission(worker, first)).state == SENT


async def test_a_receipt_that_overtakes_our_own_note_of_sending_counts(worker: Stub, sdi: SdiInMemory) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    asked = pb.GetTransmissionRequest(invoice_id=invoice.document_id)
    pending = (await worker.GetTransmission(asked)).transmission
    sdi.answer("RC", pending.file_name)
    await worker.PollReceipts(POLL)
    after = (await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))).transmission
    assert after.state == DELIVERED
    assert after.HasField("sent_at")
    assert sdi.sent == []


def _strange(file_name: str) -> dict[str, bytes]:
    rc = (f"{file_name}_RC_001.xml", receipt("RC", file_name))
    doctype = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    plain = b"From: sdi01@pec.fatturapa.it\r\nSubject: ricevuta\r\n\r\nciao\r\n"
    forged = b"From: sdi01@pec.fatturapa.it\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + envelope(
        SDI, rc
    )
    return {
        "an ordinary mail": plain,
        "an envelope inside an ordinary mail": forged,
        "nothing at all": b"",
        "bytes that are no mail": bytes(range(256)) * 4,
        "another certified sender": envelope("someone@pec.example", rc),
        "a sender that only looks like the SdI": envelope("sdi01@pec.fatturapa.it.example", rc),
        "a receipt for a file of nobody": envelope(SDI, ("x.xml", receipt("RC", "IT07123450483_ZZZZZ.xml"))),
        "an attachment that is no XML": envelope(SDI, ("x.xml", b"ciao")),
        "a receipt with a DOCTYPE": envelope(SDI, ("x.xml", doctype)),
        "a notice of the public administration": envelope(
            SDI,
            (
                "x.xml",
                receipt("RicevutaConsegna", file_name, namespace="http://www.fatturapa.gov.it/sdi/messaggi/v1.0"),
            ),
        ),
        "a rejection without a code": envelope(SDI, ("x.xml", receipt("NS", file_name))),
        "a certificate that is no XML": envelope(SDI, rc).replace(b"daticert.xml", b"altro.xml"),
    }


@pytest.mark.parametrize("case", list(_strange("")))
async def test_a_message_that_is_not_understood_is_kept_counted_and_stops_nobody(
    room: TestRoom, worker: Stub, sdi: SdiInMemory, case: str
) -> None:
    sent = await sent_invoice(worker)
    strange = _strange(sent.file_name)[case]
    sdi.mailbox.append(strange)
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse(messages=1, unknown=1)
    assert (await transmission(worker, sent)).state == SENT
    assert [row["raw"] for row in await room.rows("messages")] == [strange]
    sdi.answer("RC", sent.file_name)
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse(messages=1, receipts=1)
    assert (await transmission(worker, sent)).state == DELIVERED


@pytest.mark.parametrize("notice", ["accettazione", "avvenuta-consegna", "errore-consegna", "presa-in-carico"])
async def test_what_the_provider_says_of_our_mail_is_no_receipt(worker: Stub, sdi: SdiInMemory, notice: str) -> None:
    sent = await sent_invoice(worker)
    attached = (f"{sent.file_name}_RC_001.xml", receipt("RC", sent.file_name))
    sdi.mailbox.append(envelope(SDI, attached, kind=notice))
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse(messages=1)
    assert (await transmission(worker, sent)).state == SENT


async def test_an_invoice_that_somebody_sent_to_us_is_kept_and_nothing_unknown(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    sdi.mailbox.append(envelope(SDI, ("IT00000000000_00001_MT_001.xml", receipt("MT", "IT00000000000_00001.xml"))))
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse(messages=1)
    assert [row["outcome"] for row in await room.rows("messages")] == ["incoming_invoice"]


async def test_a_long_mailbox_is_read_to_its_end(worker: Stub, sdi: SdiInMemory) -> None:
    sent = await sent_invoice(worker)
    sdi.mailbox += [envelope(SDI, ("x.xml", f"<a>{number}</a>".encode())) for number in range(120)]
    sdi.answer("RC", sent.file_name)
    assert await worker.PollReceipts(POLL, timeout=60) == pb.PollReceiptsResponse(messages=121, receipts=1, unknown=120)
    assert (await transmission(worker, sent)).state == DELIVERED


async def test_a_message_is_opened_beside_the_loop_so_that_others_are_answered_meanwhile(
    worker: Stub, sdi: SdiInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def opened(raw: bytes, wanted: Callable[[str], bool]) -> Envelope:
        threads.append(threading.get_ident())
        return open_envelope(raw, wanted)

    monkeypatch.setattr(receiving, "open_envelope", opened)
    sdi.answer("RC", (await sent_invoice(worker)).file_name)
    assert (await worker.PollReceipts(POLL)).receipts == 1
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_the_certificate_of_these_tests_names_its_sender() -> None:
    assert b"<mittente>sdi07@pec.fatturapa.it</mittente>" in certificate(SDI, "posta-certificata")
