"""Refunds by transfer: a list that an operator approves, one file for each, and what the statement says of it."""

import asyncio
from typing import Any

import pytest
from lxml import etree

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import working_days_later
from services.kit.ids import new_id
from services.kit.wire import from_date
from tests.payments.statement import Entry, statement
from tests.payments.test_refunds import APPROVED, CANCELLED, DONE, FAILED, REQUESTED, SENT, cancel, of, retry
from tests.payments.world import ANOTHER_IBAN, GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import refused_as

NAMES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


async def test_a_refund_by_transfer_is_approved_exported_and_done_when_the_statement_has_it(world: World) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund(**of(request, 7_000))
    assert (await export(world)).file == b""
    await approve(world, refund)
    file = await export(world)
    sent = await world.get_refund(refund)
    assert (sent.state, sent.message_id) == (SENT, file.message_id)
    done = await world.import_file(debit(sent))
    assert (done.refunds_done, done.queued, done.ignored) == (1, 0, 0)
    after = await world.get_refund(refund)
    assert (after.state, after.done_on.day) == (DONE, world.today().day)
    assert await world.balances() == {"bank": GROSS - 7_000, "receivable": -GROSS, "returned": 7_000, "refunds": 0}
    again = await world.import_file(debit(sent))
    assert (again.known, again.refunds_done) == (1, 0)


async def test_a_transfer_tells_until_when_a_statement_should_have_it_in_working_days(world: World) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    assert not (await world.get_refund(refund)).HasField("statement_by")
    await export(world)
    expected = working_days_later(world.today(), 5)
    assert from_date((await world.get_refund(refund)).statement_by) == expected


async def test_the_file_says_what_the_bank_must_know(world: World) -> None:
    request = await world.paid_by_transfer()
    refunds = [await world.refund("operator", **of(request, minor), steering=STEERING) for minor in (7_000, 123)]
    made = await export(world)
    assert (made.transfers, made.sum.minor) == (2, 7_123)
    root = etree.fromstring(made.file)

    def said(path: str) -> list[str]:
        return [str(found.text) for found in root.iterfind(path, NAMES)]

    assert said(".//p:MsgId") == [made.message_id]
    assert said(".//p:NbOfTxs") == ["2", "2"]
    assert said(".//p:CtrlSum") == ["71.23", "71.23"]
    assert said(".//p:InstdAmt") == ["70.00", "1.23"]
    assert said(".//p:Cdtr/p:Nm") == ["Mario Prova"] * 2
    assert said(".//p:CdtrAcct/p:Id/p:IBAN") == [PAYERS_IBAN] * 2
    assert said(".//p:BtchBookg") == ["false"]
    assert said(".//p:EndToEndId") == [(await world.get_refund(each)).reference for each in refunds]


async def test_each_refund_is_in_one_file_only_and_a_file_can_be_had_again(world: World) -> None:
    request = await world.paid_by_transfer()
    await world.refund("operator", **of(request, 7_000), steering=STEERING)
    request_id = str(new_id())
    files = await asyncio.gather(*(export(world, request_id=each) for each in (request_id, str(new_id()))))
    (made,) = [file for file in files if file.file]
    assert (await export(world)).file == b""
    again = payments_pb2.ExportRefundsRequest(message_id=made.message_id)
    assert await world.stub("operator").ExportRefunds(again) == made
    assert await export(world, request_id=request_id) in (made, payments_pb2.ExportRefundsResponse())
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await world.stub("operator").ExportRefunds(payments_pb2.ExportRefundsRequest(message_id="REF-1"))


async def test_a_transfer_that_comes_back_has_failed_and_goes_out_anew_under_another_id(world: World) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    await export(world)
    sent = await world.get_refund(refund)
    back = credit(sent)
    done = await world.import_file(statement(entry(sent, "DBIT"), back, number="R-1"))
    assert (done.refunds_done, done.refunds_returned, done.queued) == (1, 1, 0)
    assert ((failed := await world.get_refund(refund)).state, failed.failure) == (FAILED, "returned")
    assert (await world.balances())["refunds"] == -7_000
    await retry(world, refund, iban=ANOTHER_IBAN, holder="Mario Prova")
    await export(world)
    second = await world.get_refund(refund)
    assert second.reference != sent.reference
    done = await world.import_file(statement(entry(sent, "DBIT"), back, entry(second, "DBIT"), number="R-1"))
    assert (done.known, done.refunds_done, done.refunds_returned) == (2, 1, 0)
    assert (await world.get_refund(refund)).state == DONE
    assert await world.balances() == {"bank": GROSS - 7_000, "receivable": -GROSS, "returned": 7_000, "refunds": 0}


@pytest.mark.parametrize("reversal", [False, True])
async def test_a_refund_that_comes_back_is_money_that_came_however_the_bank_marks_it(
    world: World, *, reversal: bool
) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    await export(world)
    sent = await world.get_refund(refund)
    await world.import_file(debit(sent))
    back = statement(entry(sent, "CRDT", reversal=reversal), number="BACK")
    done = await world.import_file(back)
    assert (done.refunds_returned, done.queued, done.ignored) == (1, 0, 0)
    assert ((failed := await world.get_refund(refund)).state, failed.failure) == (FAILED, "returned")
    assert await world.queue() == []
    assert await world.balances() == {"bank": GROSS, "receivable": -GROSS, "returned": 7_000, "refunds": -7_000}
    again = await world.import_file(back)
    assert (again.known, again.refunds_returned) == (1, 0)


async def test_what_the_bank_refuses_fails_by_an_operators_word_and_the_statement_is_right_in_the_end(
    world: World,
) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    asked = payments_pb2.FailRefundRequest(request_id=str(new_id()), refund_id=refund.refund_id, steering=STEERING)
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await world.stub("operator").FailRefund(asked)
    await export(world)
    sent = await world.get_refund(refund)
    failed = (await world.stub("operator").FailRefund(asked)).refund
    assert (failed.state, failed.failure) == (FAILED, "refused_by_bank")
    await world.import_file(debit(sent))
    assert (await world.get_refund(refund)).state == DONE


@pytest.mark.parametrize("sent_again", [False, True])
async def test_a_debit_of_a_try_that_is_over_is_money_gone_for_an_operator_to_see(
    world: World, *, sent_again: bool
) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    await export(world)
    sent = await world.get_refund(refund)
    await world.stub("operator").FailRefund(
        payments_pb2.FailRefundRequest(request_id=str(new_id()), refund_id=refund.refund_id, steering=STEERING)
    )
    await retry(world, refund)
    if sent_again:
        await export(world)
    again = await world.get_refund(refund)
    done = await world.import_file(debit(sent))
    assert (done.refunds_done, done.queued) == (0, 1)
    assert await world.get_refund(refund) == again
    assert [entry.amount.minor for entry in await world.queue()] == [-7_000]
    assert (await world.balances())["bank"] == GROSS - 7_000


async def test_a_debit_of_another_amount_is_no_refund(world: World) -> None:
    request = await world.paid_by_transfer()
    refund = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    await export(world)
    sent = await world.get_refund(refund)
    sent.amount.minor -= 1
    done = await world.import_file(debit(sent))
    assert (done.refunds_done, done.queued) == (0, 1)
    assert (await world.get_refund(refund)).state == SENT


async def test_only_transfers_that_wait_are_approved_all_or_none(world: World) -> None:
    request = await world.paid_by_transfer()
    waits = await world.refund(**of(request, 100))
    approved = await world.refund("operator", **of(request, 200), steering=STEERING)
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await approve(world, waits, approved)
    assert (await world.get_refund(waits)).state == REQUESTED
    await approve(world, waits)
    assert (await world.get_refund(waits)).state == APPROVED
    assert (await cancel(world, waits)).state == CANCELLED
    made = await export(world)
    assert (made.transfers, made.sum.minor) == (1, 200)


async def approve(world: World, *refunds: payments_pb2.Refund) -> None:
    """Put refunds on the list."""
    asked = payments_pb2.ApproveRefundsRequest(
        request_id=str(new_id()), refund_ids=[each.refund_id for each in refunds], steering=STEERING
    )
    await world.stub("operator").ApproveRefunds(asked)


async def export(world: World, **fields: Any) -> payments_pb2.ExportRefundsResponse:
    """Make the next file."""
    asked = payments_pb2.ExportRefundsRequest(**{"request_id": str(new_id()), "steering": STEERING, **fields})
    made: payments_pb2.ExportRefundsResponse = await world.stub("operator").ExportRefunds(asked)
    return made


def entry(refund: payments_pb2.Refund, direction: str, **said: Any) -> Entry:
    """What a statement says of a refund."""
    return Entry(
        refund.amount.minor, text="Rimborso", direction=direction, end_to_end=refund.reference,
        bank_reference=f"B-{direction}-{refund.reference[-4:]}", **said,
    )  # fmt: skip


def debit(refund: payments_pb2.Refund) -> bytes:
    """A statement in which a refund has left."""
    return statement(entry(refund, "DBIT"), number=f"D-{refund.reference[-6:]}")


def credit(refund: payments_pb2.Refund) -> Entry:
    """A statement's entry by which a refund comes back."""
    return entry(refund, "CRDT")
