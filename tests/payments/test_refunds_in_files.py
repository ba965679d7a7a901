"""A file of refunds was handed to the bank after the backup: none of them is transferred a second time."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import working_days_later
from services.kit.ids import new_id
from services.kit.money import Money
from services.kit.wire import from_date
from services.payments import pain
from services.payments.domain.refunds import Means, Refund, RefundState, end_to_end_of
from services.payments.domain.refunds_in_files import InFile, InFileFate, fate_of
from services.payments.domain.transfer import BankAccount
from services.payments.pain import CreditTransfer
from services.payments.settings import EXAMPLE_IBAN
from tests.payments.statement import Entry, statement
from tests.payments.test_refund_transfers import approve, export
from tests.payments.test_refunds import APPROVED, DONE, REQUESTED, SENT, cancel, euro, of
from tests.payments.test_refunds_after_a_restore import restore
from tests.payments.test_settling import refund as refund_entry
from tests.payments.world import ANOTHER_IBAN, GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import bad_fields, refused_as

MESSAGE = "REF-0123456789ABCDEF01234567"
BACK = 7_000
_ANY_TIME = datetime(2026, 11, 20, tzinfo=UTC)
KNOWN = payments_pb2.REFUND_IN_FILE_FATE_KNOWN
MARKED = payments_pb2.REFUND_IN_FILE_FATE_SENT
AWAITED = payments_pb2.REFUND_IN_FILE_FATE_AWAITED
REFUSED = payments_pb2.REFUND_IN_FILE_FATE_REFUSED
DIFFERS = payments_pb2.REFUND_IN_FILE_FATE_DIFFERS


def transfer(refund_id: str, minor: int = BACK, attempt: int = 1, iban: str = PAYERS_IBAN) -> CreditTransfer:
    text, end_to_end = f"Rimborso / Refund {refund_id}", end_to_end_of(UUID(refund_id), attempt)
    return CreditTransfer(end_to_end, Money(minor, "EUR"), iban, "Mario Prova", text)


def file_of(world: World, *transfers: CreditTransfer, iban: str = EXAMPLE_IBAN) -> bytes:
    """The file that had been handed to the bank."""
    debtor = BankAccount.parse(iban, "Casella Prova", "")
    return pain.write(MESSAGE, world.room.clock.now(), world.today(), debtor, transfers)


async def take_in(world: World, file: bytes, *refused: str) -> payments_pb2.RecordRefundFileResponse:
    asked = payments_pb2.RecordRefundFileRequest(file=file, refused_refund_ids=refused, steering=STEERING)
    taken: payments_pb2.RecordRefundFileResponse = await world.stub("operator").RecordRefundFile(asked)
    return taken


async def fates(world: World, file: bytes, *refused: str) -> list[int]:
    """What becomes of each transfer of a file."""
    return [each.fate for each in (await take_in(world, file, *refused)).refunds]


def debit_of(refund_id: str, minor: int = BACK, attempt: int = 1) -> bytes:
    """The statement that tells of a transfer."""
    end_to_end = end_to_end_of(UUID(refund_id), attempt)
    return statement(Entry(minor, text="Rimborso", direction="DBIT", end_to_end=end_to_end), number=f"S-{refund_id}")


async def wanted(world: World, **changed: Any) -> dict[str, Any]:
    """A withdrawal's refund of a payment by transfer, as its workflow asks for it."""
    request = await world.paid_by_transfer(**changed)
    return {**of(request, BACK), "refund_id": str(new_id()), "withdrawal_order_id": str(new_id())}


async def test_what_the_rows_know_as_not_sent_is_marked_as_sent_and_in_no_second_file(world: World) -> None:
    await restore(world)
    requested, approved = [await world.refund(**(await wanted(world))) for _ in range(2)]
    await approve(world, approved)
    file = file_of(world, transfer(requested.refund_id), transfer(approved.refund_id, iban=ANOTHER_IBAN))
    assert await fates(world, file) == [MARKED] * 2
    for refund, iban in ((requested, PAYERS_IBAN), (approved, ANOTHER_IBAN)):
        sent = await world.get_refund(refund)
        assert (sent.state, sent.message_id, sent.iban) == (SENT, MESSAGE, iban)
        assert from_date(sent.statement_by) == working_days_later(world.today(), 5)
    assert (await export(world)).file == b""
    assert (await export(world, message_id=MESSAGE)).file == file
    assert (await world.import_file(debit_of(requested.refund_id))).refunds_done == 1
    assert await fates(world, file) == [KNOWN] * 2
    assert (await world.get_refund(requested)).state == DONE
    await world.balances()


async def test_the_mark_of_each_refund_names_who_took_the_file_in_and_why(world: World) -> None:
    await restore(world)
    refund = await world.refund(**(await wanted(world)))
    await take_in(world, file_of(world, transfer(refund.refund_id)))
    (entry,) = [each for each in await world.room.rows("audit") if each["action"] == "record_refund_file"]
    assert (str(entry["subject_id"]), entry["actor"]) == (refund.refund_id, STEERING.actor)


async def test_a_refund_that_no_row_knew_begins_as_sent_once_it_is_asked_for_again(world: World) -> None:
    await restore(world)
    asked = await wanted(world)
    assert await fates(world, file_of(world, transfer(asked["refund_id"], attempt=2))) == [AWAITED]
    refund = await world.refund(**asked)
    assert (refund.state, refund.message_id) == (SENT, MESSAGE)
    assert (await world.refund(**asked)).state == SENT
    assert (await export(world)).file == b""
    done = await world.import_file(debit_of(refund.refund_id, attempt=2))
    assert (done.refunds_done, done.queued) == (1, 0)


async def test_a_transfer_to_another_account_does_not_go_to_the_card_now(world: World) -> None:
    await restore(world)
    request = await world.paid_online()
    asked = {**of(request, BACK), "refund_id": str(new_id()), "withdrawal_order_id": str(new_id())}
    assert await fates(world, file_of(world, transfer(asked["refund_id"], attempt=2))) == [AWAITED]
    assert (await world.refund(**asked)).means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    assert (await world.stripe.state())["refunds"] == []


async def test_a_refund_whose_debit_was_told_before_it_was_asked_for_again_is_done(world: World) -> None:
    await restore(world)
    asked = await wanted(world)
    await take_in(world, file_of(world, transfer(asked["refund_id"])))
    await world.import_file(debit_of(asked["refund_id"]))
    assert len(await world.queue()) == 1
    await world.refund(**asked)
    refund = await world.stub().GetRefund(payments_pb2.GetRefundRequest(refund_id=asked["refund_id"]))
    assert (refund.refund.state, await world.queue()) == (DONE, [])
    assert (await world.balances())["bank"] == GROSS - BACK


async def test_a_statement_that_came_before_the_file_is_the_end_of_a_refund_that_the_rows_know(world: World) -> None:
    await restore(world)
    refund = await world.refund(**(await wanted(world)))
    assert (await world.import_file(debit_of(refund.refund_id))).refunds_done == 1
    assert await fates(world, file_of(world, transfer(refund.refund_id))) == [KNOWN]
    assert ((await world.get_refund(refund)).state, await world.queue()) == (DONE, [])
    assert (await world.balances())["bank"] == GROSS - BACK


async def test_while_a_file_has_a_transfer_that_no_row_knows_none_of_its_amount_leaves_by_an_operators_word(
    world: World,
) -> None:
    await restore(world)
    lost, account_id = str(new_id()), str(new_id())
    await world.give_credit(account_id, BACK)
    await world.import_file(statement(Entry(BACK, text="?", iban=PAYERS_IBAN), number="S-2"))
    (money,) = await world.queue()
    file = file_of(world, transfer(lost))
    await take_in(world, file)
    request = await world.paid_by_transfer()
    of_credit = {"credit_of_account_id": account_id, "amount": euro(BACK)}
    for asked in ({"money_entry_id": money.money_entry_id}, of_credit, of(request, BACK)):
        with refused_as(errors_pb2.REASON_MONEY_SETTLED) as refused:
            await world.refund("operator", **asked, steering=STEERING)
        assert f"{MESSAGE} has a transfer of the same amount, for refund {lost}" in refused.value.message
    await world.refund(**of(request, BACK))  # a withdrawal's, whose id is always the same
    await world.refund("operator", **of(request, BACK - 1), steering=STEERING)
    assert await fates(world, file, lost) == [REFUSED]
    assert (await refund_entry(world, money)).state == APPROVED


async def test_once_a_statement_has_its_debit_a_person_decides_about_that(world: World) -> None:
    await restore(world)
    lost, request = str(new_id()), await world.paid_by_transfer()
    await take_in(world, file_of(world, transfer(lost)))
    await world.import_file(debit_of(lost))
    assert (await world.refund("operator", **of(request, BACK), steering=STEERING)).state == APPROVED


async def test_a_refund_that_would_have_another_amount_now_is_refused(world: World) -> None:
    await restore(world)
    asked = await wanted(world)
    await take_in(world, file_of(world, transfer(asked["refund_id"], BACK + 1)))
    with refused_as(errors_pb2.REASON_MONEY_SETTLED) as refused:
        await world.refund(**asked)
    assert f"left with 70.01 EUR by the file {MESSAGE}" in refused.value.message
    assert await world.room.rows("refunds") == []


async def test_what_the_bank_refused_is_left_as_it_stands(world: World) -> None:
    await restore(world)
    refund, given_up = [await world.refund(**(await wanted(world))) for _ in range(2)]
    await cancel(world, given_up)
    file = file_of(world, transfer(refund.refund_id), transfer(given_up.refund_id))
    assert await fates(world, file, refund.refund_id) == [REFUSED, DIFFERS]
    assert (await world.get_refund(refund)).state == REQUESTED


async def test_rows_that_were_never_restored_take_no_file_in(world: World) -> None:
    with refused_as(errors_pb2.REASON_RECOVERY_STATE):
        await take_in(world, file_of(world, transfer(str(new_id()))))


async def test_a_file_that_is_no_whole_one_of_ours_is_refused_and_nothing_of_it_is_taken(world: World) -> None:
    await restore(world)
    one, two = transfer(str(new_id())), transfer(str(new_id()))
    whole = file_of(world, one, two)
    first = whole.index(b"<CdtTrfTxInf>")
    cut = whole[:first] + whole[whole.index(b"<CdtTrfTxInf>", first + 1) :]
    wrong = {
        "not well-formed XML": whole[:-20],
        "a DOCTYPE": whole.replace(b"<Document", b"<!DOCTYPE x><Document", 1),
        "no file of transfers for a bank": statement(Entry(GROSS)),
        "another account than ours": file_of(world, one, iban=ANOTHER_IBAN),
        "is no refund of Casella": file_of(world, replace(one, end_to_end="SALARY-11")),
        "number and the sum": cut,
        "a refund twice": file_of(world, one, replace(one, end_to_end=one.end_to_end[:-1] + "2")),
        "no message id": whole.replace(MESSAGE.encode(), b"", 1),
        "when it was made": whole.replace(b"<CreDtTm>", b"<CreDtTm>x", 1),
        "no amount in euro": whole.replace(b'Ccy="EUR"', b'Ccy="CHF"', 1),
        "no amount or no account": whole.replace(PAYERS_IBAN.encode(), b"", 1),
    }
    for said, file in wrong.items():
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await take_in(world, file)
        (bad,) = refused.value.violations
        assert (bad.field, said in bad.message) == ("file", True), said
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await take_in(world, whole, str(new_id()))
    assert bad_fields(refused.value) == {"refused_refund_ids": "not_in_file"}
    assert await world.room.rows("refunds_in_files") == []
    assert await world.room.rows("refund_files") == []


@pytest.mark.parametrize(
    ("means", "state", "attempt", "expected"),
    [
        (Means.BANK_TRANSFER, RefundState.REQUESTED, 2, InFileFate.SENT),
        (Means.BANK_TRANSFER, RefundState.FAILED, 1, InFileFate.SENT),
        (Means.BANK_TRANSFER, RefundState.SENT, 1, InFileFate.SENT),  # that try had failed
        (Means.BANK_TRANSFER, RefundState.SENT, 2, InFileFate.KNOWN),
        (Means.BANK_TRANSFER, RefundState.DONE, 2, InFileFate.KNOWN),
        (Means.BANK_TRANSFER, RefundState.APPROVED, 3, InFileFate.KNOWN),
        (Means.BANK_TRANSFER, RefundState.DONE, 1, InFileFate.DIFFERS),
        (Means.BANK_TRANSFER, RefundState.CANCELLED, 2, InFileFate.DIFFERS),
        (Means.STRIPE, RefundState.FAILED, 1, InFileFate.SENT),
        (Means.STRIPE, RefundState.SENT, 1, InFileFate.DIFFERS),
        (Means.TAKEN_BACK, RefundState.DONE, 2, InFileFate.DIFFERS),
    ],
)
def test_what_becomes_of_a_second_try_in_a_file_follows_from_how_the_refund_stands(
    means: Means, state: RefundState, attempt: int, expected: InFileFate
) -> None:
    left = InFile(new_id(), 2, Money(BACK, "EUR"), PAYERS_IBAN, "Mario Prova")
    refund = _refund(left, means, state, attempt)
    assert fate_of(refund, left, MESSAGE) is expected
    if expected is InFileFate.SENT:
        assert fate_of(refund, replace(left, amount=Money(BACK + 1, "EUR")), MESSAGE) is InFileFate.DIFFERS
        assert fate_of(replace(refund, message_id=MESSAGE), left, MESSAGE) is InFileFate.KNOWN


def _refund(left: InFile, means: Means, state: RefundState, attempt: int) -> Refund:
    return Refund(
        refund_id=left.refund_id, request_id=new_id(), entry_id=None, account_id=None, money=left.amount,
        credited=Money(0, "EUR"), means=means, state=state, attempt=attempt, charge_id=None, provider_ref=None,
        iban="", holder="", failure="", reason_code="withdrawal", withdrawal_order_id=None,
        requested_at=_ANY_TIME, asked_at=None, sent_at=None, statement_by=None, done_on=None, message_id=None,
    )  # fmt: skip
