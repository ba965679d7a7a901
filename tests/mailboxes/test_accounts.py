"""An account's way: opened, restricted, reopened, unlocked, suspended, resumed; every step any number of times."""

import asyncio

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit import requests
from services.kit.ids import new_id
from services.kit.wire import from_timestamp
from tests.mailboxes.clients import (
    STEERING,
    Customer,
    new_customer,
    resumption,
    stub,
    suspension,
    unlock,
    unlock_monthly,
)
from tests.support.refusals import refused_as
from tests.support.room import START, TestRoom

TRIAL, RESTRICTED, UNLOCKED, SUSPENDED, PURGED = (
    pb.ACCESS_STATE_TRIAL,
    pb.ACCESS_STATE_RESTRICTED,
    pb.ACCESS_STATE_UNLOCKED,
    pb.ACCESS_STATE_SUSPENDED,
    pb.ACCESS_STATE_PURGED,
)


async def restrict(room: TestRoom, customer: Customer) -> pb.Allowance:
    return (await stub(room, "worker").RestrictAccount(pb.RestrictAccountRequest(account_id=customer.id))).allowance


async def reopen(room: TestRoom, customer: Customer) -> pb.Allowance:
    return (await stub(room, "worker").ReopenAccount(pb.ReopenAccountRequest(account_id=customer.id))).allowance


async def purge(room: TestRoom, customer: Customer) -> None:
    await stub(room, "worker").PurgeAccount(pb.PurgeAccountRequest(account_id=customer.id))


async def test_an_opened_account_has_the_trials_limits(customer: Customer) -> None:
    await customer.create_mailbox("info@rossi.example")
    await customer.add_domain("empty.example")
    assert await customer.allowance() == pb.Allowance(
        account_id=customer.id,
        state=TRIAL,
        max_domains=5,
        max_mailboxes=25,
        max_size=pb.MAILBOX_SIZE_8_GB,
        messages_per_day=25,
        recipients_per_day=100,
        account_messages_per_day=625,
        account_recipients_per_day=2500,
        domains=2,
        mailboxes=1,
        empty_domains=1,
        sizes=[pb.SizeCount(size=pb.MAILBOX_SIZE_8_GB, mailboxes=1)],
        places=[pb.SizeCount(size=pb.MAILBOX_SIZE_8_GB, mailboxes=25)],
    )


async def test_opening_again_changes_nothing_in_any_state(room: TestRoom, customer: Customer) -> None:
    async def opened() -> pb.AccessState:
        answer = await stub(room, "worker").OpenAccount(pb.OpenAccountRequest(account_id=customer.id))
        return answer.allowance.state

    assert await opened() == TRIAL
    await restrict(room, customer)
    assert await opened() == RESTRICTED
    await unlock(room, customer, s8=3)
    assert await opened() == UNLOCKED
    assert (await customer.allowance()).max_mailboxes == 3


async def test_after_the_trial_nothing_grows_and_everything_is_read_and_removed(
    room: TestRoom, customer: Customer
) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    assert (await restrict(room, customer)).state == RESTRICTED
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await customer.add_domain("new.example")
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await customer.create_mailbox("new@rossi.example")
    assert await customer.mailboxes() == [mailbox]
    await customer.update_mailbox(mailbox.mailbox_id, password="a new password")
    await customer.delete_mailbox(mailbox.mailbox_id)
    await customer.remove_domain("rossi.example")


async def test_an_extended_trial_is_given_back(room: TestRoom, customer: Customer) -> None:
    await restrict(room, customer)
    assert (await reopen(room, customer)).state == TRIAL
    assert (await reopen(room, customer)).state == TRIAL
    await customer.create_mailbox("info@rossi.example")


async def test_an_unlocked_account_is_neither_restricted_nor_reopened_by_a_late_step(
    room: TestRoom, customer: Customer
) -> None:
    await unlock(room, customer)
    assert (await restrict(room, customer)).state == UNLOCKED
    assert (await reopen(room, customer)).state == UNLOCKED
    await customer.create_mailbox("info@rossi.example")


async def test_an_unlock_removes_the_trials_limits(room: TestRoom, customer: Customer) -> None:
    await restrict(room, customer)
    unlocked = await unlock_monthly(room, customer, 5)
    assert unlocked.state == UNLOCKED
    assert (unlocked.max_domains, unlocked.max_mailboxes, unlocked.max_size) == (500, 25, pb.MAILBOX_SIZE_100_GB)
    assert (unlocked.messages_per_day, unlocked.recipients_per_day) == (1000, 3000)
    assert (unlocked.account_messages_per_day, unlocked.account_recipients_per_day) == (5_000, 15_000)
    assert unlocked.order_id


async def test_an_order_unlocks_once_and_is_answered_alike_for_ever(room: TestRoom, customer: Customer) -> None:
    request = pb.UnlockAccountRequest(
        account_id=customer.id,
        order_id=str(new_id()),
        billing=common_pb2.BILLING_PERIOD_ANNUAL,
        mailboxes=2,
        sizes=[pb.SizeCount(size=pb.MAILBOX_SIZE_25_GB, mailboxes=2)],
    )
    worker = stub(room, "worker")
    first, *others = await asyncio.gather(*(worker.UnlockAccount(request) for _ in range(8)))
    assert all(other == first for other in others)
    assert from_timestamp(first.unlocked_at) == START
    assert len(await room.rows("unlocks")) == 1
    room.clock.advance(days=40)
    await worker.SuspendAccount(suspension(customer.id))
    again = await worker.UnlockAccount(request)
    assert (again.unlocked_at, again.allowance.state) == (first.unlocked_at, SUSPENDED)


async def test_an_order_does_not_unlock_two_accounts(room: TestRoom, customer: Customer) -> None:
    order_id = (await unlock(room, customer)).allowance.order_id
    stranger = await new_customer(room)
    request = pb.UnlockAccountRequest(
        account_id=stranger.id, order_id=order_id, billing=common_pb2.BILLING_PERIOD_MONTHLY
    )
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stub(room, "worker").UnlockAccount(request)
    assert (await stranger.allowance()).state == TRIAL


async def test_money_does_not_wait_for_the_trials_first_step(room: TestRoom) -> None:
    customer = Customer(room, new_id())
    assert (await unlock(room, customer)).allowance.state == UNLOCKED
    opened = await stub(room, "worker").OpenAccount(pb.OpenAccountRequest(account_id=customer.id))
    assert opened.allowance.state == UNLOCKED


async def test_nothing_unlocks_or_reopens_a_purged_account(room: TestRoom, customer: Customer) -> None:
    await purge(room, customer)
    with refused_as(errors_pb2.REASON_ACCOUNT_PURGED):
        await unlock(room, customer)
    assert await room.rows("unlocks") == []
    assert (await restrict(room, customer)).state == PURGED
    assert (await reopen(room, customer)).state == PURGED
    opened = await stub(room, "worker").OpenAccount(pb.OpenAccountRequest(account_id=customer.id))
    assert opened.allowance.state == PURGED
    with refused_as(errors_pb2.REASON_ACCOUNT_PURGED):
        await customer.add_domain("rossi.example")
    with refused_as(errors_pb2.REASON_ACCOUNT_PURGED):
        await stub(room, "worker").SuspendAccount(suspension(customer.id))


async def test_a_suspension_stops_growth_and_ends_at_once(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer)
    worker = stub(room, "worker")
    for _ in range(2):
        suspended = await worker.SuspendAccount(suspension(customer.id))
        assert suspended.allowance.state == SUSPENDED
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await customer.add_domain("new.example")
    for _ in range(2):
        resumed = await worker.ResumeAccount(resumption(customer.id))
        assert resumed.allowance.state == UNLOCKED
    await customer.add_domain("new.example")


async def test_a_late_repetition_does_not_undo_the_opposite_step(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer)
    worker = stub(room, "worker")
    suspend = suspension(customer.id)
    resume = resumption(customer.id)
    await worker.SuspendAccount(suspend)
    await worker.ResumeAccount(resume)
    room.clock.advance(days=29)
    assert (await worker.SuspendAccount(suspend)).allowance.state == UNLOCKED
    await worker.SuspendAccount(suspension(customer.id))
    assert (await worker.ResumeAccount(resume)).allowance.state == SUSPENDED


async def test_an_operators_repetition_does_nothing_even_when_its_request_is_forgotten(
    room: TestRoom, customer: Customer
) -> None:
    await unlock(room, customer)
    operator = stub(room, "operator")
    suspend = suspension(customer.id, steering=STEERING)
    await operator.SuspendAccount(suspend)
    await operator.ResumeAccount(resumption(customer.id, steering=STEERING))
    await requests.prune(room.core.database, room.clock.advance(days=31))
    assert await room.rows("requests") == []
    assert (await operator.SuspendAccount(suspend)).allowance.state == UNLOCKED


@pytest.mark.parametrize("restricted", [False, True])
async def test_only_a_paid_account_is_suspended(room: TestRoom, customer: Customer, *, restricted: bool) -> None:
    if restricted:
        await restrict(room, customer)
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await stub(room, "worker").SuspendAccount(suspension(customer.id))
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await stub(room, "worker").ResumeAccount(resumption(customer.id))


async def test_an_operators_suspension_is_audited_once(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer)
    for _ in range(2):
        request = suspension(customer.id, steering=STEERING)
        await stub(room, "operator").SuspendAccount(request)
    [entry] = await room.rows("audit")
    assert (entry["actor"], entry["action"]) == ("operator@provider", "suspend_account")


async def test_an_unknown_account_is_not_found(room: TestRoom) -> None:
    unknown = str(new_id())
    for caller in ("worker", "operator"):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await stub(room, caller).GetAllowance(pb.GetAllowanceRequest(account_id=unknown))
    worker = stub(room, "worker")
    for call in (
        worker.RestrictAccount(pb.RestrictAccountRequest(account_id=unknown)),
        worker.ReopenAccount(pb.ReopenAccountRequest(account_id=unknown)),
        worker.SuspendAccount(suspension(unknown)),
        worker.ResumeAccount(resumption(unknown)),
        worker.ProvePurged(pb.ProvePurgedRequest(account_id=unknown)),
    ):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await call


def addition(customer: Customer, order_id: object, mailboxes: int = 2) -> pb.UnlockAccountRequest:
    """A paid order of mailboxes of 25 GB that come to an annual contract."""
    return pb.UnlockAccountRequest(
        account_id=customer.id,
        order_id=str(order_id),
        billing=common_pb2.BILLING_PERIOD_ANNUAL,
        mailboxes=mailboxes,
        sizes=[pb.SizeCount(size=pb.MAILBOX_SIZE_25_GB, mailboxes=mailboxes)],
        addition=True,
    )


def places(allowance: pb.Allowance) -> dict[int, int]:
    return {entry.size: entry.mailboxes for entry in allowance.places}


async def test_an_addition_comes_to_the_places_that_there_are_once_an_order(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=3)
    request = addition(customer, new_id())
    answers = await asyncio.gather(*(stub(room, "worker").UnlockAccount(request) for _ in range(2)))
    again = await stub(room, "worker").UnlockAccount(request)
    for answer in (*answers, again):
        assert places(answer.allowance) == {pb.MAILBOX_SIZE_8_GB: 3, pb.MAILBOX_SIZE_25_GB: 2}
    assert again.allowance.max_mailboxes == 5
    assert again.allowance.account_messages_per_day == 5 * again.allowance.messages_per_day
    more = await stub(room, "worker").UnlockAccount(addition(customer, new_id(), 1))
    assert places(more.allowance) == {pb.MAILBOX_SIZE_8_GB: 3, pb.MAILBOX_SIZE_25_GB: 3}


async def test_an_addition_leaves_a_suspension_as_it_is(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=3)
    await stub(room, "worker").SuspendAccount(suspension(customer.id))
    answer = await stub(room, "worker").UnlockAccount(addition(customer, new_id()))
    assert (answer.allowance.state, answer.allowance.max_mailboxes) == (SUSPENDED, 5)


async def test_only_an_annual_contract_is_added_to(room: TestRoom, customer: Customer) -> None:
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await stub(room, "worker").UnlockAccount(addition(customer, new_id()))
    monthly = addition(customer, new_id())
    monthly.billing = common_pb2.BILLING_PERIOD_MONTHLY
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await stub(room, "worker").UnlockAccount(monthly)
    monthly.addition = False
    await stub(room, "worker").UnlockAccount(monthly)
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await stub(room, "worker").UnlockAccount(addition(customer, new_id()))
    assert len(await room.rows("unlocks")) == 1


async def test_an_addition_to_another_s_account_or_none_is_not_found(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=3)
    other, order_id = await new_customer(room), new_id()
    await unlock(room, other, s8=1)
    await stub(room, "worker").UnlockAccount(addition(customer, order_id))
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stub(room, "worker").UnlockAccount(addition(other, order_id))
    nobody = addition(customer, new_id())
    nobody.account_id = str(new_id())
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stub(room, "worker").UnlockAccount(nobody)
    assert (await other.allowance()).max_mailboxes == 1


def return_of(customer: Customer, order_id: object) -> pb.TakeBackPlacesRequest:
    """The same two mailboxes of 25 GB."""
    sizes = [pb.SizeCount(size=pb.MAILBOX_SIZE_25_GB, mailboxes=2)]
    return pb.TakeBackPlacesRequest(account_id=customer.id, order_id=str(order_id), sizes=sizes)


async def test_an_addition_s_places_are_taken_back_once_and_what_stands_in_them_stays(
    room: TestRoom, customer: Customer
) -> None:
    await unlock(room, customer, s8=1)
    order_id = new_id()
    await stub(room, "worker").UnlockAccount(addition(customer, order_id))
    for name in ("a", "b"):
        await customer.create_mailbox(f"{name}@rossi.example")
    request = return_of(customer, order_id)
    answers = await asyncio.gather(*(stub(room, "worker").TakeBackPlaces(request) for _ in range(2)))
    for answer in answers:
        assert places(answer.allowance) == {pb.MAILBOX_SIZE_8_GB: 1}
        assert (answer.allowance.mailboxes, answer.allowance.max_mailboxes) == (2, 1)
    with refused_as(errors_pb2.REASON_MAILBOX_LIMIT):
        await customer.create_mailbox("c@rossi.example")


async def test_only_what_an_order_brought_is_taken_back(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=1)
    other, order_id = await new_customer(room), new_id()
    await stub(room, "worker").UnlockAccount(addition(customer, order_id))
    for request in (return_of(customer, new_id()), return_of(other, order_id)):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await stub(room, "worker").TakeBackPlaces(request)
    empty = return_of(customer, order_id)
    empty.ClearField("sizes")
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await stub(room, "worker").TakeBackPlaces(empty)
    assert (await customer.allowance()).max_mailboxes == 3
