"""Proformas and invoices of a period of a subscription: one of each a period, in the same series as an order's."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from tests.invoicing.builders import invoice_request, online_terms, proforma_request, send_proforma_request
from tests.invoicing.clients import Stub
from tests.invoicing.mails import only_mail, text_of
from tests.invoicing.test_mailing import PAY_URL
from tests.support.room import TestRoom


async def test_a_period_has_one_proforma_and_one_invoice_whatever_is_asked_again(room: TestRoom, worker: Stub) -> None:
    period = PeriodCause(new_id(), 2)
    named = {"order_id": "", "period": period_of(period)}
    proformas = await asyncio.gather(*(worker.IssueProforma(proforma_request(**named), timeout=30) for _ in range(5)))
    invoices = await asyncio.gather(*(worker.IssueInvoice(invoice_request(**named), timeout=30) for _ in range(5)))
    assert {answer.document.number for answer in proformas} == {"P2026/1"}
    assert {answer.document.number for answer in invoices} == {"2026/1"}
    invoice = invoices[0].document
    assert (invoice.order_id, invoice.period) == ("", period_of(period))
    assert [wake.workflow_id for wake in await room.wakes()] == [f"einvoice:{invoice.document_id}"]


async def test_orders_and_periods_share_the_series_and_each_period_has_its_own_number(
    worker: Stub, operator: Stub
) -> None:
    subscription, account = new_id(), str(new_id())
    periods = [period_of(PeriodCause(subscription, number)) for number in (2, 3)]
    requests = [invoice_request(account_id=account)]
    requests += [invoice_request(account_id=account, order_id="", period=period) for period in periods]
    numbers = [(await worker.IssueInvoice(request)).document.number for request in requests]
    assert numbers == ["2026/1", "2026/2", "2026/3"]
    listed = await operator.ListDocuments(pb.ListDocumentsRequest(account_id=account))
    assert {(document.order_id, document.period.number) for document in listed.documents} == {
        (requests[0].order_id, 0), ("", 2), ("", 3),
    }  # fmt: skip
    audit = await operator.AuditNumbering(pb.AuditNumberingRequest(year=2026))
    assert (audit.invoices, list(audit.violations)) == (3, [])


async def test_the_transmission_of_a_periods_invoice_says_which_period_it_is(worker: Stub) -> None:
    period = period_of(PeriodCause(new_id(), 2))
    invoice = (await worker.IssueInvoice(invoice_request(order_id="", period=period))).document
    asked = pb.GetTransmissionRequest(invoice_id=invoice.document_id)
    sent = (await worker.GetTransmission(asked)).transmission
    assert (sent.order_id, sent.period) == ("", period)


@pytest.mark.parametrize(
    ("language", "of_an_order", "of_a_period"),
    [
        (
            common_pb2.LANGUAGE_IT,
            "appena riceviamo il pagamento sblocchiamo il servizio ed emettiamo la fattura.",
            "appena riceviamo il pagamento emettiamo la fattura.",
        ),
        (
            common_pb2.LANGUAGE_EN,
            "as soon as your payment arrives we unlock the service and issue the invoice.",
            "as soon as your payment arrives we issue the invoice.",
        ),
    ],
)
async def test_only_an_orders_proforma_promises_the_unlock(
    room: TestRoom, worker: Stub, language: common_pb2.Language, of_an_order: str, of_a_period: str
) -> None:
    said = []
    for named in ({}, {"order_id": "", "period": period_of(PeriodCause(new_id(), 2))}):
        proforma = (await worker.IssueProforma(proforma_request(payment=online_terms(), **named))).document
        await worker.SendProforma(send_proforma_request(proforma, language, pay_url=PAY_URL))
        said.append(" ".join(text_of(await only_mail(room)).split()))
        async with room.core.database.transaction() as conn:
            await conn.exec_driver_sql("DELETE FROM outbox")
    assert [of_an_order in said[0], of_a_period in said[1]] == [True, True]


async def test_the_database_itself_refuses_a_document_for_neither_or_both(room: TestRoom, worker: Stub) -> None:
    await worker.IssueProforma(proforma_request())
    columns = "account_id, issuer, year, date, language, tax_treatment, currency, net, vat, gross, payment, issued_at"
    for kind, cause in enumerate(("NULL, NULL, NULL, NULL", "id, id, id, 1", "NULL, id, id, NULL"), 2):
        copy = (
            f"INSERT INTO documents (id, kind, sequence, number, order_id, period_id, subscription_id, period_number,"
            f" {columns}) SELECT gen_random_uuid(), kind, {kind}, '{kind}', {cause}, {columns} FROM documents"
        )
        with pytest.raises(IntegrityError, match="documents_cause"):
            async with room.core.database.transaction() as conn:
                await conn.exec_driver_sql(copy)
