"""What invoicing erases: proformas. Invoices stay whole, with customer, files and receipts."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.ids import new_id
from tests.invoicing.builders import invoice_request, person, proforma_request, send_proforma_request
from tests.invoicing.clients import Stub
from tests.support.erasing import erase, facts
from tests.support.post import delivered, tables_holding
from tests.support.refusals import refused_as
from tests.support.room import TestRoom


async def test_proformas_go_and_invoices_stay_for_the_law(room: TestRoom, worker: Stub) -> None:
    account, party = str(new_id()), person(last_name="Quattrocchi")
    order = str(new_id())
    proforma = (await worker.IssueProforma(proforma_request(order_id=order, account_id=account, party=party))).document
    await worker.SendProforma(send_proforma_request(proforma))
    await delivered(room)
    invoice = (await worker.IssueInvoice(invoice_request(order_id=order, account_id=account, party=party))).document
    other = (await worker.IssueProforma(proforma_request(party=party))).document
    first, second = await asyncio.gather(erase(room, account), erase(room, account))
    assert first == second
    assert {what: rows for what, rows in first.items() if what in {"proformas", "customers of proformas", "mails"}} == {
        "customers of proformas": 1, "mails": 1, "proformas": 1,
    }  # fmt: skip
    assert first["files of proformas"] == 1
    left = {str(row["id"]) for row in await room.rows("documents")}
    assert left == {invoice.document_id, other.document_id}
    assert set(await tables_holding(room, "Quattrocchi")) <= {"customers", "files"}
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await worker.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=proforma.document_id))
    kept = (await worker.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=invoice.document_id))).document
    assert kept == invoice
    # The number of what was erased is never given out again.
    assert (await worker.IssueProforma(proforma_request())).document.number == "P2026/3"


async def test_no_document_keeps_the_phone_number_because_none_names_it(room: TestRoom, worker: Stub) -> None:
    account, party = str(new_id()), person(phone="+390559137313")
    order = str(new_id())
    await worker.IssueProforma(proforma_request(order_id=order, account_id=account, party=party))
    await worker.IssueInvoice(invoice_request(order_id=order, account_id=account, party=party))
    assert await tables_holding(room, "9137313") == []


async def test_an_invoice_that_is_not_at_its_end_with_the_sdi_holds(room: TestRoom, worker: Stub) -> None:
    account = str(new_id())
    assert await facts(room, account) == []
    invoice = (await worker.IssueInvoice(invoice_request(account_id=account))).document
    on_its_way, count = await facts(room, account)
    assert (on_its_way.kind, on_its_way.id, on_its_way.holds) == ("invoice_on_its_way", invoice.document_id, True)
    assert (count.kind, count.count, count.holds) == ("invoices", 1, False)
    async with room.core.database.reading() as conn:
        await conn.execute(text("UPDATE transmissions SET state = 'undeliverable', next_at = NULL"))
    assert [fact.kind for fact in await facts(room, account)] == ["invoices"]


@pytest.mark.parametrize("table", ["documents", "lines", "customers"])
@pytest.mark.parametrize("how", ["DELETE FROM {}", "UPDATE {} SET {} = {}", "TRUNCATE {} CASCADE"])
async def test_the_database_lets_nothing_of_an_invoice_go(room: TestRoom, worker: Stub, table: str, how: str) -> None:
    await worker.IssueInvoice(invoice_request())
    column = {"documents": "number", "lines": "description", "customers": "customer"}[table]
    async with room.core.database.reading() as conn:
        with pytest.raises(DBAPIError, match="an issued document never changes"):
            await conn.execute(text(how.format(table, column, column)))
    assert await room.rows(table) != []
