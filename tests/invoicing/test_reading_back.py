"""Rows come back from a backup, and certified mail is ahead of them: what had left keeps its number and leaves once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2, errors_pb2
from casella.common.v1 import recovery_pb2 as recovery
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.room import build
from services.invoicing.settings import InvoicingSettings
from services.invoicing.store import outside, transmissions
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.core import Core
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.server import Room
from tests.fixtures.postgres import TestDatabases
from tests.invoicing.builders import (
    company,
    credit_request,
    day,
    invoice_request,
    proforma_request,
    steering,
)
from tests.invoicing.clients import Stub, stub
from tests.invoicing.sdi_in_memory import SdiInMemory, envelope
from tests.invoicing.test_advance_invoices import part_request
from tests.invoicing.test_transmitting import resend
from tests.support.restoring import Recovering, back_up, restored
from tests.support.room import MovableClock, TestRoom, running_room

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("invoicing recovery")]
Answer = TypeVar("Answer")
PEC = "fatture@pec.casella.example"
BUYERS = {name: company(company_name=name, vat_number=number) for name, number in (
    ("order", "00743110157"), ("period", "01234567897"), ("part", "07643520567"), ("stranger", "00488410010"),
    ("pair", "12345678903"),
)}  # fmt: skip


@dataclass
class Before:
    """What the rows of the backup know."""

    order: dict[str, Any]
    """It has a proforma, and is invoiced after the backup."""
    pair: tuple[dict[str, Any], dict[str, Any]]
    """Two orders of one customer, of one content and day: one paid by card, the other by transfer, with a proforma."""
    unsent: pb.Document
    """Leaves and is delivered after the backup."""
    silent: pb.Document
    """Leaves after the backup, and the SdI has not answered."""
    accepted: pb.Transmission
    """Sent, and delivered after the backup."""
    rejected: pb.Transmission
    """Sent, and after the backup rejected, corrected and sent again."""
    withdrawn: pb.Document
    """Credited after the backup."""

    @classmethod
    async def of(cls, worker: Stub) -> "Before":
        """Let it happen."""
        order = {"order_id": str(new_id()), "account_id": str(new_id()), "party": BUYERS["order"]}
        await worker.IssueProforma(proforma_request(**order))
        by_card, by_transfer = [
            {"order_id": str(new_id()), "account_id": str(new_id()), "party": BUYERS["pair"]} for _ in range(2)
        ]
        await worker.IssueProforma(proforma_request(**by_transfer))
        paid_by_card = {**by_card, "method": common_pb2.PAYMENT_METHOD_ONLINE, "payment_reference": "pi_of_the_pair"}
        pair = (paid_by_card, by_transfer)
        unsent, silent, accepted, rejected, withdrawn = [
            (await worker.IssueInvoice(invoice_request())).document for _ in range(5)
        ]
        sent = [await transmit(worker, each) for each in (accepted, rejected, withdrawn)]
        return cls(order, pair, unsent, silent, sent[0], sent[1], withdrawn)


@dataclass
class Later:
    """What no row knows."""

    invoice: pb.Document
    note: pb.Document
    credit: pb.IssueCreditNoteRequest
    part: pb.Document
    part_of: pb.IssueAdvanceInvoiceRequest
    period: pb.Document
    period_of: pb.IssueInvoiceRequest
    unsent: pb.Document
    """It got its number, and did not leave."""
    stranger: pb.Document
    """Of a customer who came after the backup."""
    twin: pb.Document
    """Of an order that came after the backup, and of the same content as `invoice`."""
    agreed: pb.Document
    """An operator's credit note on what was silent."""
    pair: tuple[pb.Document, pb.Document]

    @classmethod
    async def of(cls, worker: Stub, operator: Stub, sdi: SdiInMemory, before: Before) -> "Later":
        """Let it happen."""
        await transmit(worker, before.unsent)
        sdi.answer("RC", sdi.sent[-1][0].name)
        await transmit(worker, before.silent)
        sdi.answer("RC", before.accepted.file_name)
        sdi.answer("NS", before.rejected.file_name, "00305")
        await worker.PollReceipts(pb.PollReceiptsRequest())
        await resend(worker, before.rejected.invoice_id)
        await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=before.rejected.invoice_id))
        invoice = (await worker.IssueInvoice(invoice_request(**before.order))).document
        credit = credit_request(before.withdrawn)
        note = (await worker.IssueCreditNote(credit)).document
        part_of = part_request(order_id=str(new_id()), party=BUYERS["part"])
        part = (await worker.IssueAdvanceInvoice(part_of)).document
        period = period_of_later()
        period_of = invoice_request(order_id="", period=period, party=BUYERS["period"])
        periods = (await worker.IssueInvoice(period_of)).document
        unsent = (await worker.IssueInvoice(invoice_request())).document
        stranger = (await worker.IssueInvoice(invoice_request(party=BUYERS["stranger"]))).document
        twin = (await worker.IssueInvoice(invoice_request(party=BUYERS["order"]))).document
        agreed = (await operator.IssueCreditNote(agreed_request(before.silent))).document
        by_card, by_transfer = [(await worker.IssueInvoice(invoice_request(**each))).document for each in before.pair]
        for each in (invoice, note, part, periods, stranger, twin, agreed, by_card, by_transfer):
            await transmit(worker, each)
        for file, _ in sdi.sent:
            sdi.mailbox.append(envelope(PEC, (file.name, file.content), kind="avvenuta-consegna"))
        return cls(
            invoice,
            note,
            credit,
            part,
            part_of,
            periods,
            period_of,
            unsent,
            stranger,
            twin,
            agreed,
            (by_card, by_transfer),
        )


def agreed_request(invoice: pb.Document, cause_day: int = 2, **otherwise: object) -> pb.IssueCreditNoteRequest:
    """A part of an invoice as an operator credits it, each time with another id."""
    agreement = {"reason": pb.CREDIT_REASON_AGREEMENT, "cause_date": day(2026, 3, cause_day)}
    refunded = {"refund_method": pb.REFUND_METHOD_BANK_TRANSFER} if cause_day == 2 else {}
    asked = agreement | refunded | otherwise
    return credit_request(invoice, 500, **asked, steering=steering("casella invoice credit/1"))


def period_of_later() -> Any:
    """A period as a request names it."""
    return period_of(PeriodCause(new_id(), 2))


async def transmit(worker: Stub, document: pb.Document) -> pb.Transmission:
    """Send a document's file."""
    return (await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=document.document_id))).transmission


@dataclass
class After(Recovering):
    """The room on restored rows, and what had happened."""

    room: TestRoom
    sdi: SdiInMemory
    before: Before
    later: Later
    worker: Stub
    applied: Sequence[str]
    """What the first reading told, a line each."""

    async def state(self, invoice_id: str) -> pb.TransmissionState:
        """How the SdI stands to an invoice."""
        asked = pb.GetTransmissionRequest(invoice_id=invoice_id)
        return (await self.worker.GetTransmission(asked)).transmission.state

    async def keeps_its_number_and_stays_sent(self, again: pb.Document, first: pb.Document) -> None:
        """What was asked for again is the document that had left, and its file does not leave again."""
        assert (again.number, again.date, again.kind) == (first.number, first.date, first.kind)
        files = len(self.sdi.sent)
        assert (await transmit(self.worker, again)).state == pb.TRANSMISSION_STATE_SENT
        assert len(self.sdi.sent) == files


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def after(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[After]:
    folder, admin, sdi = tmp_path_factory.mktemp("recovery"), databases.admin_url(), SdiInMemory()
    clock = MovableClock()
    with databases.lent() as fresh:
        url = fresh("invoicing")
        async with running(url, folder, sdi, clock) as room:
            before = await Before.of(stub(room, "worker"))
            file = back_up(admin, url, folder / "backup")
            clock.advance(hours=2)
            later = await Later.of(stub(room, "worker"), stub(room, "operator"), sdi, before)
    url = await restored(admin, "invoicing", url, file, clock.advance(days=1))
    async with running(url, folder, sdi, clock) as room:
        recovering = RecoveryServiceStub(room.channel("operator"))
        read = await recovering.ReadBack(recovery.ReadBackRequest(), timeout=30)
        assert read.finished
        yield After(recovering, room, sdi, before, later, stub(room, "worker"), list(read.applied))
    await databases.drop(url)


def running(url: str, folder: Path, sdi: SdiInMemory, clock: MovableClock) -> AbstractAsyncContextManager[TestRoom]:
    """The room on a database, with a time and an SdI that go on."""

    def assemble(core: Core) -> Room:
        assert isinstance(core.settings, InvoicingSettings)
        return build(core, core.settings, sdi)

    return running_room("invoicing", url, assemble, folder, clock=clock, settings_class=InvoicingSettings)


async def test_what_the_sdi_had_said_is_known_again(after: After) -> None:
    assert await after.state(after.before.unsent.document_id) == pb.TRANSMISSION_STATE_DELIVERED
    assert await after.state(after.before.accepted.invoice_id) == pb.TRANSMISSION_STATE_DELIVERED
    assert await after.state(after.before.rejected.invoice_id) == pb.TRANSMISSION_STATE_REJECTED


async def test_a_file_that_had_left_unanswered_is_known_as_sent(after: After) -> None:
    assert await after.state(after.before.silent.document_id) == pb.TRANSMISSION_STATE_SENT


async def test_a_person_is_told_of_each_number_and_file_for_which_nothing_in_the_rows_asks(after: After) -> None:
    found, later = await after.findings(), after.later
    unasked = (later.note, later.part, later.period, later.stranger, later.twin, later.agreed, later.pair[0])
    assert found["document_to_enter"] == sorted(each.number for each in unasked)
    assert found["number_unaccounted"] == [later.unsent.number]
    assert found["file_sent_again"] == [file.name for file, _ in after.sdi.sent if file.name.endswith("_00006.xml")]
    assert later.invoice.number not in str(found)


async def test_of_documents_of_one_content_only_as_many_are_promised_as_proformas_ask_for(after: After) -> None:
    promised = [line for line in after.applied if "will be taken over" in line]
    asked = (after.later.invoice, after.later.pair[1])  # and not the first of the pair, which was paid otherwise
    assert [line.split()[0] for line in promised] == [each.number for each in asked]


async def test_reading_again_counts_no_file_a_second_time(after: After) -> None:
    again = await after.recovering.ReadBack(recovery.ReadBackRequest(), timeout=30)
    newly = "files newly found to have left that the rows did not know as sent"
    assert (f"{newly}: 0" in again.applied, f"{newly}: 0" in after.applied) == (True, False)
    assert again.applied[0] == f"messages of the certified mailbox looked at: {len(after.sdi.mailbox)}"


async def test_an_order_s_invoice_that_had_left_keeps_its_number(after: After) -> None:
    again = await after.once_ended(partial(after.worker.IssueInvoice, invoice_request(**after.before.order)))
    await after.keeps_its_number_and_stays_sent(again.document, after.later.invoice)


async def test_a_credit_note_that_had_left_keeps_its_number(after: After) -> None:
    again = await after.once_ended(partial(after.worker.IssueCreditNote, after.later.credit))
    await after.keeps_its_number_and_stays_sent(again.document, after.later.note)


async def test_an_operator_s_credit_note_over_the_sum_of_one_that_had_left_is_refused_until_that_is_taken_over(
    after: After,
) -> None:
    operator, invoice, left = stub(after.room, "operator"), after.before.silent, after.later.agreed
    await after.end()
    with pytest.raises(Refused) as refused:
        await after.once_ended(partial(operator.IssueCreditNote, agreed_request(invoice, cause_day=3)))
    assert refused.value.reason == errors_pb2.REASON_CREDITED_BEFORE
    assert left.number in refused.value.message
    assert "accordo tra le parti del 02/03/2026" in refused.value.message
    for otherwise in (pb.REFUND_METHOD_ACCOUNT_CREDIT, pb.REFUND_METHOD_UNSPECIFIED):
        with pytest.raises(Refused) as refused:
            await operator.IssueCreditNote(agreed_request(invoice, refund_method=otherwise))
        assert refused.value.reason == errors_pb2.REASON_CREDITED_BEFORE
        assert "with --refund transfer: credit with its cause" in refused.value.message
    again = (await operator.IssueCreditNote(agreed_request(invoice))).document
    await after.keeps_its_number_and_stays_sent(again, left)
    second = (await operator.IssueCreditNote(agreed_request(invoice, cause_day=3))).document
    assert second.number not in {each.number for each in (left, after.later.unsent, after.later.twin)}


async def test_two_invoices_of_one_customer_and_content_each_get_the_number_that_was_paid_as_they_are(
    after: After,
) -> None:
    third = invoice_request(party=BUYERS["pair"], payment_reference="RF_of_another")
    asked = [third, *(invoice_request(**each) for each in reversed(after.before.pair))]
    documents = [(await after.once_ended(partial(after.worker.IssueInvoice, each))).document for each in asked]
    numbers = {each.number for each in after.later.pair}
    assert documents[0].number not in numbers
    for again, first in zip(documents[1:], reversed(after.later.pair), strict=True):
        await after.keeps_its_number_and_stays_sent(again, first)


async def test_a_part_payment_s_invoice_that_had_left_keeps_its_number(after: After) -> None:
    again = await after.once_ended(partial(after.worker.IssueAdvanceInvoice, after.later.part_of))
    await after.keeps_its_number_and_stays_sent(again.document, after.later.part)


async def test_a_renewal_s_invoice_that_had_left_keeps_its_number_and_the_next_period_gets_another(
    after: After,
) -> None:
    again = await after.once_ended(partial(after.worker.IssueInvoice, after.later.period_of))
    await after.keeps_its_number_and_stays_sent(again.document, after.later.period)
    following = invoice_request(order_id="", period=period_of_later(), party=BUYERS["period"])
    later = after.later
    used = {each.number for each in (later.note, later.part, later.stranger, later.twin, later.unsent)}
    document = (await after.worker.IssueInvoice(following)).document
    assert document.number not in {again.document.number, *used}
    names = {file.name for file, _ in after.sdi.sent}
    assert (await transmit(after.worker, document)).file_name not in names


async def test_a_reading_that_saw_older_files_alone_gives_no_file_s_name_out_again(after: After) -> None:
    async with after.room.core.database.transaction() as conn:
        last = await transmissions.next_file_number(conn)
        await outside.raise_file_numbers(conn, 1)
        assert await transmissions.next_file_number(conn) == last + 1


async def test_what_a_customer_buys_a_month_later_is_not_what_had_left(after: After) -> None:
    await after.once_ended(partial(after.worker.IssueProforma, proforma_request()))
    after.room.clock.advance(days=31)
    month_later = invoice_request(party=BUYERS["stranger"])
    month_later.date.month += 1
    document = (await after.worker.IssueInvoice(month_later)).document
    assert document.number != after.later.stranger.number
    assert document.date == month_later.date


async def test_a_proforma_s_number_is_given_to_nobody_else(after: After) -> None:
    proforma = await after.once_ended(partial(after.worker.IssueProforma, proforma_request()))
    assert int(proforma.document.number.partition("/")[2]) > 1_000
