"""The emails of documents: each once, with its PDF, in the customer's language, with all that is needed to pay."""

from datetime import date

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.pdf.typesetting import Typesetter
from services.invoicing.settings import InvoicingSettings
from services.invoicing.store import documents
from services.kit.calendar import start_of_day
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.wire import from_timestamp, to_timestamp
from tests.invoicing.builders import (
    EXPIRES,
    as_uuid,
    day,
    invoice_request,
    online_terms,
    person,
    proforma_request,
    recipient,
    send_proforma_request,
    untaxed,
)
from tests.invoicing.clients import Stub
from tests.invoicing.mails import only_mail, text_of
from tests.support.post import delivered, tables_holding, texts_of
from tests.support.room import TestRoom

PAY_URL = "https://panel.example/pay/0123456789abcdef"


async def test_a_proforma_by_transfer_says_where_to_pay_and_with_which_reference(room: TestRoom, worker: Stub) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    for _ in range(3):
        await worker.SendProforma(send_proforma_request(proforma))
    message = await only_mail(room)
    assert message["Subject"] == "Proforma P2026/1: come pagare"
    assert message["To"] == "Anna Rossi <anna@example.it>"
    text = text_of(message)
    for expected in (
        "12,81\xa0€",
        "Puoi pagarla entro il 17 marzo 2026, ore 23:59.",
        "Beneficiario: Casella Esempio S.r.l.",
        "IBAN: IT60 X054 2811 1010 0000 0123 456",
        "Causale: RF18 5390 0754 7034",
    ):
        assert expected in text
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == ("proforma-P2026-1.pdf", "application/pdf")
    assert attachment.get_content().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (
            common_pb2.LANGUAGE_IT,
            "Proforma P2026/1: come pagare",
            "Paga 12,81\xa0€: https://panel.example/pay/0123456789abcdef",
        ),
        (
            common_pb2.LANGUAGE_EN,
            "Proforma P2026/1: how to pay",
            "Pay €12.81: https://panel.example/pay/0123456789abcdef",
        ),
    ],
)
async def test_a_proforma_to_pay_online_carries_the_link(
    room: TestRoom, worker: Stub, language: common_pb2.Language, subject: str, words: str
) -> None:
    proforma = (await worker.IssueProforma(proforma_request(payment=online_terms()))).document
    await worker.SendProforma(send_proforma_request(proforma, language, pay_url=PAY_URL))
    message = await only_mail(room)
    assert message["Subject"] == subject
    assert words in text_of(message)


async def test_the_pdf_and_the_email_name_the_same_last_moment_which_stays(room: TestRoom, worker: Stub) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    await worker.SendProforma(send_proforma_request(proforma))
    async with room.core.database.transaction() as conn:  # as if a crash had come before the mail was written
        await conn.exec_driver_sql("DELETE FROM outbox_attachments")
        await conn.exec_driver_sql("DELETE FROM outbox")
        await conn.exec_driver_sql("DELETE FROM mails")
    later = to_timestamp(room.clock.advance(days=90))
    await worker.SendProforma(send_proforma_request(proforma, expires_at=later))
    async with room.core.database.reading() as conn:
        stored = await documents.by_id(conn, as_uuid(proforma.document_id))
    assert stored is not None
    assert stored.payment.payable_until == from_timestamp(EXPIRES)
    assert isinstance(room.core.settings, InvoicingSettings)
    message = await only_mail(room)
    assert "Puoi pagarla entro il 17 marzo 2026, ore 23:59." in text_of(message)
    (attachment,) = message.iter_attachments()
    assert attachment.get_content() == Typesetter(room.core.settings.issuer).proforma(stored)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            common_pb2.LANGUAGE_IT,
            "Era da pagare entro il 1° marzo 2026: pagala subito. Se non è pagata entro l’11 marzo 2026, l’invio viene",
        ),
        (
            common_pb2.LANGUAGE_EN,
            "It was due on 1 March 2026: please pay it at once. If it is not paid by 11 March 2026, sending is",
        ),
    ],
)
async def test_a_proforma_whose_due_day_has_passed_says_so_and_what_follows(
    room: TestRoom, worker: Stub, language: common_pb2.Language, words: str
) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    await worker.SendProforma(
        send_proforma_request(
            proforma, language, expires_at=to_timestamp(start_of_day(date(2026, 3, 1))), suspend_after=day(2026, 3, 11)
        )
    )
    text = text_of(await only_mail(room))
    assert words in text
    assert "Puoi pagarla entro" not in text
    assert "You can pay it until" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (common_pb2.LANGUAGE_IT, "il pagamento, o entro il 15 del mese successivo al servizio, emettiamo la fattura"),
        (common_pb2.LANGUAGE_EN, "arrives, or by the 15th of the month after the service, we issue the invoice"),
    ],
)
async def test_the_email_of_a_period_abroad_says_that_its_invoice_may_come_unpaid(
    room: TestRoom, worker: Stub, language: common_pb2.Language, words: str
) -> None:
    period = {"order_id": "", "period": period_of(PeriodCause(new_id(), 2))}
    proforma = (await worker.IssueProforma(proforma_request(**untaxed(**period)))).document
    await worker.SendProforma(send_proforma_request(proforma, language))
    assert words in text_of(await only_mail(room))


async def test_once_a_proforma_has_left_no_row_holds_its_link(room: TestRoom, worker: Stub) -> None:
    proforma = (await worker.IssueProforma(proforma_request(payment=online_terms()))).document
    await worker.SendProforma(send_proforma_request(proforma, pay_url=PAY_URL))
    assert await tables_holding(room, "0123456789abcdef") == ["outbox"]
    [message] = await delivered(room)
    assert any(PAY_URL in part for part in texts_of(message))
    assert await tables_holding(room, "0123456789abcdef") == []


async def test_a_link_belongs_to_a_proforma_to_pay_online(room: TestRoom, worker: Stub) -> None:
    online = (await worker.IssueProforma(proforma_request(payment=online_terms()))).document
    transfer = (await worker.IssueProforma(proforma_request())).document
    for document, pay_url, key in ((online, "", "required"), (transfer, PAY_URL, "must_be_empty")):
        with pytest.raises(Refused) as refused:
            await worker.SendProforma(send_proforma_request(document, pay_url=pay_url))
        assert [(bad.field, bad.key) for bad in refused.value.violations] == [("pay_url", key)]
    assert await room.mails() == []


async def test_a_courtesy_invoice_tells_a_private_customer_where_the_original_is(room: TestRoom, worker: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request(party=person()))).document
    request = pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=recipient())
    for _ in range(3):
        await worker.SendInvoice(request)
    message = await only_mail(room)
    assert message["Subject"] == "Fattura 2026/1: la tua copia di cortesia"
    text = text_of(message)
    assert "viene trasmessa al Sistema di Interscambio: sarà disponibile nella tua area riservata" in text
    assert "Fatture e corrispettivi" not in text
    assert [part.get_filename() for part in message.iter_attachments()] == ["fattura-2026-1.pdf"]


async def test_a_courtesy_invoice_tells_a_business_of_its_channel(room: TestRoom, worker: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    await worker.SendInvoice(
        pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=recipient(common_pb2.LANGUAGE_EN))
    )
    message = await only_mail(room)
    assert message["Subject"] == "Invoice 2026/1: your courtesy copy"
    text = text_of(message)
    assert "is being sent to the Italian exchange system" in text
    assert "delivers it to the recipient code or certified address" in text
    assert "It will also be available in your reserved area" in text
    assert "Fatture e corrispettivi" in text


async def test_no_article_stands_wrongly_before_a_day(room: TestRoom, worker: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request(date=day(2026, 2, 8)))).document
    await worker.SendInvoice(pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=recipient()))
    assert "della fattura 2026/1 dell’8 febbraio 2026" in text_of(await only_mail(room))


async def test_the_mail_belongs_to_the_account_for_a_later_erasure(room: TestRoom, worker: Stub) -> None:
    request = invoice_request()
    invoice = (await worker.IssueInvoice(request)).document
    await worker.SendInvoice(pb.SendInvoiceRequest(document_id=invoice.document_id, recipient=recipient()))
    assert [(row["key"], str(row["subject_id"])) for row in await room.rows("mails")] == [
        (f"invoice:{invoice.document_id}", request.account_id)
    ]
