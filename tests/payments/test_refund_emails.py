"""What customers are told of money that goes back by bank transfer: that it has left, once for each try."""

import asyncio

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.ids import new_id
from tests.payments.debit import RECIPIENT
from tests.payments.statement import Entry, statement
from tests.payments.test_money_emails import ITALIAN, asked, texts
from tests.payments.test_refund_transfers import approve, credit, debit, export
from tests.payments.test_refunds import of, retry
from tests.payments.test_settling import arrives, refund
from tests.payments.world import ANOTHER_IBAN, GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import bad_fields, refused_as
from tests.support.room import request_id

_EN, _IT = common_pb2.LANGUAGE_EN, common_pb2.LANGUAGE_IT


async def untold(world: World) -> list[str]:
    """The refunds of which customers are still to be told."""
    return list((await world.stub().ListUntoldRefunds(pb.ListUntoldRefundsRequest())).refund_ids)


async def tell(world: World, told: pb.Refund, recipient: common_pb2.Recipient = RECIPIENT) -> bool:
    """Ask for the email, as the workflow does; whether it was written."""
    request = pb.SendRefundEmailRequest(refund_id=told.refund_id, recipient=recipient)
    return bool((await world.stub().SendRefundEmail(request)).written)


async def paid(world: World) -> pb.PaymentRequest:
    """A request that a transfer has paid."""
    request = await asked(world)
    paying = Entry(GROSS, reference=request.transfer.reference, iban=PAYERS_IBAN, bank_reference=str(new_id()))
    await world.import_file(statement(paying, number=f"S-{new_id()}"))
    return request


async def paid_twice(world: World) -> tuple[pb.PaymentRequest, pb.Refund]:
    """A request that was paid twice; the refund of the second payment."""
    request = await paid(world)
    again = Entry(GROSS, reference=request.transfer.reference, iban=PAYERS_IBAN, bank_reference=str(new_id()))
    (entry,) = await arrives(world, again)
    assert entry.reason == pb.MONEY_ENTRY_REASON_TWICE
    return request, await refund(world, entry)


async def left_by_debit(world: World, going: pb.Refund) -> pb.Refund:
    """A refund that is in a file, once a statement has its debit."""
    await world.import_file(debit(await world.get_refund(going)))
    return await world.get_refund(going)


async def left(world: World, going: pb.Refund) -> pb.Refund:
    """The refund once it has left by the next file."""
    await export(world)
    return await left_by_debit(world, going)


@pytest.mark.parametrize("recipient", [RECIPIENT, ITALIAN])
async def test_who_paid_twice_is_told_once_when_the_transfer_back_has_left_and_not_before(
    world: World, recipient: common_pb2.Recipient
) -> None:
    request, going = await paid_twice(world)
    for _ in range(2):
        assert await untold(world) == []
        assert not await tell(world, going)
        await export(world)
    done = await left_by_debit(world, going)
    assert await untold(world) == [done.refund_id]
    assert sorted(await asyncio.gather(*(tell(world, done, recipient) for _ in range(4)))) == [False] * 3 + [True]
    assert await untold(world) == []
    [(subject, text)] = await texts(world)
    expected = {
        _EN: [
            "We have returned €146.40 to you", f"we received €146.40 for proforma no. {request.proforma_number}. ",
            "That had been paid already, so we have returned the money to you.", "The transfer left our bank on ",
            "to the account whose IBAN ends in 3000", "on the next banking day at the latest",
        ],
        _IT: [
            "Ti abbiamo restituito 146,40 €", f"abbiamo ricevuto 146,40 € per la proforma n. {request.proforma_number}",
            "Era già pagata, quindi ti abbiamo restituito il denaro.", "Il bonifico è partito dalla nostra banca ",
            "verso il conto il cui IBAN termina con 3000", "al più tardi il giorno lavorativo bancario successivo",
        ],
    }[recipient.language]  # fmt: skip
    assert subject == expected[0]
    said = " ".join(text.split())
    for words in (*expected[1:], f"ID end-to-end) {done.reference}" if recipient is ITALIAN else done.reference):
        assert words in said
    for secret in (PAYERS_IBAN, "Mario Prova", "earlier transfer", "bonifico precedente"):
        assert secret not in said
    [row] = await world.room.rows("mails")
    assert str(row["subject_id"]) == request.account_id


@pytest.mark.parametrize("recipient", [RECIPIENT, ITALIAN])
async def test_who_gets_credit_paid_out_is_told_so(world: World, recipient: common_pb2.Recipient) -> None:
    account = str(new_id())
    await world.give_credit(account, 4_640, PAYERS_IBAN)
    amount = common_pb2.Money(minor=4_000, currency="EUR")
    done = await left(
        world, await world.refund("operator", credit_of_account_id=account, amount=amount, steering=STEERING)
    )
    assert await tell(world, done, recipient)
    [(_, text)] = await texts(world)
    expected = {
        _EN: "we have paid out €40.00 of your account’s credit.",
        _IT: "ti abbiamo versato 40,00 € del credito del tuo account.",
    }
    assert expected[recipient.language] in text


@pytest.mark.parametrize("recipient", [RECIPIENT, ITALIAN])
async def test_what_the_bank_sends_back_is_told_of_again_once_it_has_left_again(
    world: World, recipient: common_pb2.Recipient
) -> None:
    _, going = await paid_twice(world)
    first = await left(world, going)
    assert await tell(world, first, recipient)
    await world.import_file(statement(credit(first), number="BACK"))
    assert await untold(world) == []
    await retry(world, first, iban=ANOTHER_IBAN, holder="Mario Prova")
    second = await left(world, going)
    assert await untold(world) == [second.refund_id]
    assert [await tell(world, second, recipient) for _ in range(2)] == [True, False]
    (_, before), (_, after) = await texts(world)
    again = {_EN: "Your bank had sent our earlier transfer back", _IT: "ci aveva rimandato indietro il bonifico"}
    assert [again[recipient.language] in text for text in (before, after)] == [False, True]
    assert second.reference in after
    assert ANOTHER_IBAN[-4:] in after


async def test_of_what_other_emails_tell_or_nobody_is_known_to_have_sent_nobody_is_told(world: World) -> None:
    """What paid a request: its credit note; a withdrawal's money: its receipt; what named nobody: whom to tell?"""
    request = await paid(world)
    of_request = await world.refund("operator", **of(request, 7_000), steering=STEERING)
    (late,) = await arrives(world, Entry(500, text=request.proforma_number, iban=PAYERS_IBAN))
    of_withdrawal = await world.refund(money_entry_id=late.money_entry_id, withdrawal_order_id=request_id())
    await approve(world, of_withdrawal)
    (unknown,) = await arrives(world, Entry(600, text="?", iban=PAYERS_IBAN, bank_reference="U"))
    of_nobody = await refund(world, unknown)
    await export(world)
    for each in (of_request, of_withdrawal, of_nobody):
        assert (await left_by_debit(world, each)).state == pb.REFUND_STATE_DONE
        assert not await tell(world, each)
    assert await untold(world) == []
    assert await world.room.mails() == []


async def test_an_erased_address_is_not_written_to_now_or_later(world: World) -> None:
    _, going = await paid_twice(world)
    done = await left(world, going)
    request = pb.SendRefundEmailRequest(refund_id=done.refund_id, recipient=common_pb2.Recipient(erased=True))
    answer = await world.stub().SendRefundEmail(request)
    assert (answer.erased, answer.written) == (True, False)
    assert await untold(world) == []
    assert not await tell(world, done)
    assert await world.room.mails() == []


async def test_a_refund_that_is_not_known_and_a_recipient_without_an_address_are_refused(world: World) -> None:
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await tell(world, pb.Refund(refund_id=request_id()))
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await tell(world, pb.Refund(refund_id="17"), common_pb2.Recipient())
    assert {"refund_id", "recipient.email"} <= set(bad_fields(refused.value))
