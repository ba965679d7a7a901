"""A monthly contract: what its mailboxes send together, and how many it may have before its second month is paid."""

import asyncio

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.errors import Refused
from tests.mailboxes.clients import STEERING, Customer, confirmation, send, stub, unlock, unlock_monthly
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id

LIMIT = errors_pb2.REASON_MAILBOX_LIMIT
INFO = "info@rossi.example"


async def filled(customer: Customer, mailboxes: int) -> list[pb.Mailbox]:
    return [await customer.create_mailbox(f"m{number}@rossi.example") for number in range(mailboxes)]


def sums(allowance: pb.Allowance) -> tuple[int, int]:
    return allowance.account_messages_per_day, allowance.account_recipients_per_day


async def confirm(room: TestRoom, customer: Customer) -> pb.Allowance:
    return (await stub(room, "worker").ConfirmContract(confirmation(customer.id))).allowance


async def test_all_mailboxes_together_send_as_those_that_were_ordered_or_later_that_there_are(
    room: TestRoom, customer: Customer
) -> None:
    assert sums(await unlock_monthly(room, customer, 5)) == (5 * 1000, 5 * 3000)
    made = await filled(customer, 7)
    assert sums(await customer.allowance()) == (5 * 1000, 5 * 3000)
    await confirm(room, customer)
    assert sums(await customer.allowance()) == (7 * 1000, 7 * 3000)
    for each in made[:4]:
        await customer.delete_mailbox(each.mailbox_id)
    assert sums(await customer.allowance()) == (5 * 1000, 5 * 3000)


async def test_in_a_monthly_contract_deleted_mailboxes_free_nothing(room: TestRoom, customer: Customer) -> None:
    """Of a contract of two mailboxes one at a time exists: the second one anew may send, the third one nothing."""
    await unlock_monthly(room, customer, 2)
    for _ in range(2):
        mailbox = await customer.create_mailbox(INFO)
        await send(room, INFO, recipients=3000)
        with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
            await send(room, INFO)
        await customer.delete_mailbox(mailbox.mailbox_id)
    await customer.create_mailbox(INFO)
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
        await send(room, INFO)
    assert (refused.value.metadata["limit"], refused.value.metadata["value"]) == ("account_recipients", "6000")
    others = [await customer.create_mailbox(f"m{number}@rossi.example") for number in range(2)]
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT):
        await send(room, others[0].address)
    await confirm(room, customer)
    await send(room, others[0].address, recipients=3000)  # there are three now
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
        await send(room, others[1].address)
    assert refused.value.metadata["value"] == "9000"


async def test_sends_and_the_mailboxes_that_they_count_for_hold_the_sum_at_once(
    room: TestRoom, customer: Customer
) -> None:
    await unlock_monthly(room, customer, 1)
    await confirm(room, customer)
    await filled(customer, 2)
    calls = [send(room, f"m{number % 2}@rossi.example", recipients=1000) for number in range(12)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, pb.RecordSendResponse) for answer in answers) == 6


async def test_a_new_contract_has_a_lower_ceiling_and_the_refusal_says_what_helps(
    room: TestRoom, customer: Customer
) -> None:
    allowance = await unlock_monthly(room, customer, 5)
    assert (allowance.max_mailboxes, allowance.new_contract) == (25, True)
    await filled(customer, 25)
    with refused_as(LIMIT) as refused:
        await customer.create_mailbox(INFO)
    assert refused.value.metadata == {"limit": "new_contract_mailboxes", "value": "25"}
    for told in ("25", "secondo mese", "ticket"):
        assert told in refused.value.message
    assert (await customer.allowance()).mailboxes == 25


async def test_who_paid_a_second_month_has_the_operators_ceiling(room: TestRoom, customer: Customer) -> None:
    await unlock_monthly(room, customer, 5)
    request = confirmation(customer.id)
    first = (await stub(room, "worker").ConfirmContract(request)).allowance
    assert (first.max_mailboxes, first.new_contract) == (30, False)
    assert sums(first) == (5 * 1000, 5 * 3000)
    assert (await stub(room, "worker").ConfirmContract(request)).allowance == first
    assert await room.rows("audit") == []
    await filled(customer, 30)
    with refused_as(LIMIT) as refused:
        await customer.create_mailbox(INFO)
    assert refused.value.metadata == {"limit": "mailboxes", "value": "30"}


async def test_an_operator_confirms_a_contract_earlier_and_it_is_kept_who(room: TestRoom, customer: Customer) -> None:
    await unlock_monthly(room, customer, 5)
    request = confirmation(customer.id, steering=STEERING)
    calls = [stub(room, "operator").ConfirmContract(request) for _ in range(3)]
    assert {answer.allowance.max_mailboxes for answer in await asyncio.gather(*calls)} == {30}
    later = confirmation(customer.id, steering=common_pb2.Steering(actor="a", reason_code="again", source="b"))
    assert not (await stub(room, "operator").ConfirmContract(later)).allowance.new_contract
    [entry] = await room.rows("audit")
    assert (entry["action"], str(entry["subject_id"])) == ("confirm_contract", customer.id)


async def test_a_trial_and_an_annual_contract_have_nothing_to_confirm(room: TestRoom, customer: Customer) -> None:
    for annual in (False, True):
        if annual:
            await unlock(room, customer, s8=2)
        before = await customer.allowance()
        assert not before.new_contract
        assert (await stub(room, "worker").ConfirmContract(confirmation(customer.id))).allowance == before
        steered = confirmation(customer.id, steering=STEERING)
        assert (await stub(room, "operator").ConfirmContract(steered)).allowance == before
    assert await room.rows("audit") == []
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stub(room, "worker").ConfirmContract(confirmation(request_id()))


async def test_of_a_purged_account_no_contract_is_confirmed(room: TestRoom, customer: Customer) -> None:
    await unlock_monthly(room, customer, 5)
    await stub(room, "worker").PurgeAccount(pb.PurgeAccountRequest(account_id=customer.id, contract_ended=True))
    before = await room.rows("accounts"), await room.rows("places"), await room.rows("audit")
    await confirm(room, customer)
    await stub(room, "operator").ConfirmContract(confirmation(customer.id, steering=STEERING))
    assert (await room.rows("accounts"), await room.rows("places"), await room.rows("audit")) == before


async def test_a_confirmation_at_the_ceiling_lets_the_next_mailboxes_in(room: TestRoom, customer: Customer) -> None:
    """Created while it is confirmed: the account's row decides, and never more than the ceiling of then are there."""
    await unlock_monthly(room, customer, 1)
    await filled(customer, 24)
    calls = [customer.create_mailbox(f"n{number}@rossi.example") for number in range(3)]
    answers = await asyncio.gather(*calls, confirm(room, customer), return_exceptions=True)
    assert {each.reason for each in answers if isinstance(each, Refused)} <= {LIMIT}
    assert (await customer.create_mailbox(INFO)).address == INFO
