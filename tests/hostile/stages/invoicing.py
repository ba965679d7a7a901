"""Invoicing with a proforma, invoices before and after the SdI's answer, and a credit note."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.room import build
from services.invoicing.settings import InvoicingSettings
from services.kit.core import Core
from services.kit.server import Room
from tests.hostile.stages.stage import Stage
from tests.invoicing.builders import (
    EXPIRES,
    RF,
    as_uuid,
    credit_request,
    day,
    invoice_request,
    money,
    proforma_request,
    steering,
    unpaid_request,
)
from tests.invoicing.clients import stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import request_id, running_room


@asynccontextmanager
async def invoicing(database_url: str, folder: Path) -> AsyncIterator[Stage]:
    def assemble(core: Core) -> Room:
        assert isinstance(core.settings, InvoicingSettings)
        return build(core, core.settings, SdiInMemory())

    running = running_room("invoicing", database_url, assemble, folder, settings_class=InvoicingSettings)
    async with running as room:
        worker = stub(room, "worker")
        invoice = (await worker.IssueInvoice(invoice_request())).document
        account = invoice.account_id
        proforma = (await worker.IssueProforma(proforma_request(account_id=account))).document
        note = (await worker.IssueCreditNote(credit_request(invoice, 100))).document
        unpaid = (await worker.IssueInvoice(unpaid_request())).document
        form, proforma_form = invoice_request(), proforma_request()
        words: dict[str, object] = {
            "account_id": account,
            "document_id": invoice.document_id,
            "invoice_id": invoice.document_id,
            "file_id": invoice.files[0].file_id,
            "number": None,
            "lines": list(form.lines),
            "totals": form.totals,
            "party": form.party,
            "tax_treatment": form.tax_treatment,
            "method": form.method,
            "date": form.date,
            "payment_reference": RF,
            "proforma_number": "P2026/1",
            "payment": proforma_form.payment,
            "period": None,
            "order_id": request_id,
            "expires_at": EXPIRES,
            "debit_on": None,
            "suspend_after": None,
            "pay_url": None,
            "gross": money(100),
            "cause_date": day(2026, 3, 2),
            "reason": pb.CREDIT_REASON_WITHDRAWAL,
            "refund_method": None,
            "served": None,
            "other_refund": None,
            "remitted": None,
            "credit_used": None,
            "advance_ids": None,
            "unpaid": None,
            "paid_by": None,
            "shortfall": None,
            "rest": None,
            "paid_on": day(2026, 3, 2),
            "kind": pb.DOCUMENT_KIND_INVOICE,
            "transmission_state": None,
            "from_date": day(2026, 3, 1),
            "to_date": day(2026, 3, 31),
            "steering": steering(),
            "year": 2026,
            "SendProforma.document_id": proforma.document_id,
            "SendCreditNote.document_id": note.document_id,
            "RecordInvoicePaid.document_id": unpaid.document_id,
        }
        yield Stage(room, as_uuid(account), words)
