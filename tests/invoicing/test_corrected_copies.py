"""Another courtesy copy goes out once the SdI has accepted data that the first one did not show, and only then."""

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from tests.invoicing.builders import company, invoice_request, person, recipient, steering
from tests.invoicing.clients import Stub
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.pdf_parts import streams
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id

MOVED = company(address_street="Via della Correzione 5", revision=2)


class EInvoice:
    """An issued invoice on its way to the SdI."""

    def __init__(self, worker: Stub, sdi: SdiInMemory, invoice: pb.Document) -> None:
        self.worker = worker
        self.sdi = sdi
        self.invoice_id = invoice.document_id

    async def send(self) -> str:
        """Send the newest attempt; gives its file's name."""
        asked = pb.TransmitInvoiceRequest(invoice_id=self.invoice_id)
        return (await self.worker.TransmitInvoice(asked)).transmission.file_name

    async def answer(self, kind: str, file_name: str, *codes: str) -> None:
        """Let the SdI answer a file."""
        self.sdi.answer(kind, file_name, *codes)
        await self.worker.PollReceipts(pb.PollReceiptsRequest())

    async def resend(self, party: common_pb2.BillingParty | None = None) -> str:
        """Send again, with a corrected customer if there is one; gives the new file's name."""
        request = pb.PrepareResendRequest(
            request_id=request_id(), invoice_id=self.invoice_id, party=party, steering=steering()
        )
        await self.worker.PrepareResend(request)
        return await self.send()

    async def copy(self, language: common_pb2.Language = common_pb2.LANGUAGE_IT) -> bool:
        """Ask for the corrected copy; tells whether one was due."""
        asked = pb.SendCorrectedInvoiceRequest(document_id=self.invoice_id, recipient=recipient(language))
        return (await self.worker.SendCorrectedInvoice(asked)).due


async def issued(worker: Stub, sdi: SdiInMemory, **fields: object) -> EInvoice:
    return EInvoice(worker, sdi, (await worker.IssueInvoice(invoice_request(**fields))).document)


async def rejected(worker: Stub, sdi: SdiInMemory, **fields: object) -> EInvoice:
    e_invoice = await issued(worker, sdi, **fields)
    await e_invoice.answer("NS", await e_invoice.send(), "00305")
    return e_invoice


@pytest.mark.parametrize("receipt", ["RC", "MC"])
async def test_a_corrected_e_invoice_brings_its_own_copy_once_it_is_accepted(
    room: TestRoom, worker: Stub, sdi: SdiInMemory, receipt: str
) -> None:
    e_invoice = await rejected(worker, sdi)
    second = await e_invoice.resend(MOVED)
    assert not await e_invoice.copy()
    assert await room.mails() == []
    await e_invoice.answer(receipt, second)
    for _ in range(3):
        assert await e_invoice.copy()
    message = await only_mail(room)
    assert message["Subject"] == "Fattura 2026/1: nuova copia di cortesia con i dati corretti"
    text = text_of(message)
    assert "nella fattura 2026/1 del 2 marzo 2026 abbiamo corretto i tuoi dati" in text
    assert "Numero, data e importi della fattura non sono cambiati: il totale resta 12,81\xa0€" in text
    assert "nuova copia di cortesia con i dati corretti" in text
    assert "Fatture e corrispettivi" in text
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "fattura-2026-1-v2.pdf"
    assert sdi.sent[1][0].content in streams(attachment.get_content())


async def test_the_corrected_copy_speaks_english_too(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    e_invoice = await rejected(worker, sdi, party=person())
    await e_invoice.answer("MC", await e_invoice.resend(person(address_city="Fiesole", revision=2)))
    assert await e_invoice.copy(common_pb2.LANGUAGE_EN)
    message = await only_mail(room)
    assert message["Subject"] == "Invoice 2026/1: new courtesy copy with the corrected data"
    text = text_of(message)
    assert "we have corrected your data on invoice 2026/1 of 2 March 2026" in text
    assert "number, date and amounts have not changed: the total is still €12.81" in text
    assert "new courtesy copy with the corrected data" in text
    assert "Fatture e corrispettivi" not in text


async def test_the_first_copy_and_the_corrected_one_are_two_emails(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    e_invoice = await rejected(worker, sdi)
    await worker.SendInvoice(pb.SendInvoiceRequest(document_id=e_invoice.invoice_id, recipient=recipient()))
    await e_invoice.answer("RC", await e_invoice.resend(MOVED))
    assert await e_invoice.copy()
    assert {row["key"] for row in await room.rows("mails")} == {
        f"invoice:{e_invoice.invoice_id}",
        f"corrected_invoice:{e_invoice.invoice_id}",
    }


async def test_what_the_copy_does_not_show_brings_no_other_copy(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    e_invoice = await rejected(worker, sdi)
    with refused_as(errors_pb2.REASON_PROFILE_UNCHANGED):  # no document names it
        await e_invoice.resend(company(phone="+39051999999", revision=2))
    await e_invoice.answer("RC", await e_invoice.resend(None))
    assert not await e_invoice.copy()
    assert await room.mails() == []


async def test_data_corrected_back_bring_no_other_copy(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    e_invoice = await rejected(worker, sdi)
    await e_invoice.answer("NS", await e_invoice.resend(MOVED), "00305")
    await e_invoice.answer("RC", await e_invoice.resend(company(revision=3)))
    assert not await e_invoice.copy()
    assert await room.mails() == []


@pytest.mark.parametrize(("receipt", "codes"), [("RC", ()), ("NS", ("00404",))])
async def test_where_the_first_file_was_accepted_after_all_the_first_copy_stands(
    room: TestRoom, worker: Stub, sdi: SdiInMemory, receipt: str, codes: tuple[str, ...]
) -> None:
    e_invoice = await issued(worker, sdi)
    first = await e_invoice.send()
    second = await e_invoice.resend(MOVED)
    await e_invoice.answer(receipt, second if codes else first, *codes)
    state = (
        await worker.GetTransmission(pb.GetTransmissionRequest(invoice_id=e_invoice.invoice_id))
    ).transmission.state
    assert state in {pb.TRANSMISSION_STATE_DELIVERED, pb.TRANSMISSION_STATE_UNDELIVERABLE}
    assert not await e_invoice.copy()
    assert await room.mails() == []


async def test_what_was_given_up_brings_no_other_copy(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> None:
    e_invoice = await rejected(worker, sdi)
    await e_invoice.answer("NS", await e_invoice.resend(MOVED), "00305")
    give_up = pb.GiveUpTransmissionRequest(
        request_id=request_id(), invoice_id=e_invoice.invoice_id, steering=steering()
    )
    await worker.GiveUpTransmission(give_up)
    assert not await e_invoice.copy()
    assert await room.mails() == []
