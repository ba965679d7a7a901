"""A list of documents shows what was asked for: of a kind, in a state, dated within days; in pages, newest first."""

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.invoicing.builders import credit_request, day, invoice_request, proforma_request
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import TestRoom


@pytest.fixture
async def account(room: TestRoom, worker: Stub, sdi: SdiInMemory) -> str:
    """P2026/1; invoices 2026/1 of 27 February, delivered, and 2026/2 of 2 March; credit note 2026/3, a day later."""
    account = str(new_id())
    await worker.IssueProforma(proforma_request(account_id=account))
    room.clock.advance(seconds=1)
    first = (await worker.IssueInvoice(invoice_request(account_id=account, date=day(2026, 2, 27)))).document
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=first.document_id))
    sdi.answer("RC", sent.transmission.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    room.clock.advance(seconds=1)
    await worker.IssueInvoice(invoice_request(account_id=account))
    room.clock.advance(days=1)
    await worker.IssueCreditNote(credit_request(first, 100))
    await worker.IssueInvoice(invoice_request())  # somebody else's
    return account


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, ["2026/3", "2026/2", "2026/1", "P2026/1"]),
        ({"kind": pb.DOCUMENT_KIND_CREDIT_NOTE}, ["2026/3"]),
        ({"transmission_state": pb.TRANSMISSION_STATE_DELIVERED}, ["2026/1"]),
        ({"transmission_state": pb.TRANSMISSION_STATE_PENDING}, ["2026/3", "2026/2"]),
        (
            {"kind": pb.DOCUMENT_KIND_INVOICE, "transmission_state": pb.TRANSMISSION_STATE_PENDING},
            ["2026/2"],
        ),
        ({"from_date": day(2026, 3, 2)}, ["2026/3", "2026/2", "P2026/1"]),
        ({"to_date": day(2026, 3, 2)}, ["2026/2", "2026/1", "P2026/1"]),
        ({"from_date": day(2026, 3, 3), "to_date": day(2026, 3, 3)}, ["2026/3"]),
        ({"to_date": day(2026, 2, 26)}, []),
        ({"kind": pb.DOCUMENT_KIND_PROFORMA, "transmission_state": pb.TRANSMISSION_STATE_PENDING}, []),
    ],
)
async def test_a_list_shows_only_what_was_asked_for(
    operator: Stub, account: str, asked: dict[str, object], numbers: list[str]
) -> None:
    found: list[str] = []
    request = pb.ListDocumentsRequest(
        account_id=account,
        page=common_pb2.PageRequest(page_size=1),
        **asked,  # type: ignore[arg-type]
    )
    while True:
        answer = await operator.ListDocuments(request)
        found += [document.number for document in answer.documents]
        if not answer.next_page_token:
            break
        request.page.page_token = answer.next_page_token
    assert found == numbers


async def test_every_bad_limit_is_named(operator: Stub) -> None:
    request = pb.ListDocumentsRequest(
        account_id=str(new_id()),
        transmission_state=99,  # type: ignore[arg-type]
        from_date=day(2026, 2, 30),
        to_date=common_pb2.Date(),
    )
    with pytest.raises(Refused) as refused:
        await operator.ListDocuments(request)
    assert sorted(bad.field for bad in refused.value.violations) == ["from_date", "to_date", "transmission_state"]
    backwards = pb.ListDocumentsRequest(account_id=str(new_id()), from_date=day(2026, 3, 2), to_date=day(2026, 3, 1))
    with pytest.raises(Refused) as refused:
        await operator.ListDocuments(backwards)
    assert [bad.field for bad in refused.value.violations] == ["to_date"]
