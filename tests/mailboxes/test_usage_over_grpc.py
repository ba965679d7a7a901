"""GetUsage: what an account used on each day, as a bill will read it."""

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from tests.mailboxes.clients import Customer, new_customer, stub, unlock
from tests.support.refusals import refused_as
from tests.support.room import TestRoom


def day(number: int) -> common_pb2.Date:
    return common_pb2.Date(year=2026, month=3, day=number)


async def used(room: TestRoom, customer: Customer, first: int, last: int) -> list[tuple[dict[str, int], int]]:
    request = pb.GetUsageRequest(account_id=customer.id, first=day(first), last=day(last))
    usage = await stub(room, "worker").GetUsage(request)
    assert [each.day.day for each in usage.days] == list(range(first, last + 1))
    return [
        ({pb.MailboxSize.Name(size.size)[13:]: size.mailboxes for size in each.sizes}, each.empty_domains)
        for each in usage.days
    ]


async def test_every_day_has_its_mailboxes_by_size_and_its_empty_domains(room: TestRoom, customer: Customer) -> None:
    # The room's clock starts on 2 March; rossi.example has been added just now.
    await unlock(room, customer)
    room.clock.advance(days=1)
    first = await customer.create_mailbox("first@rossi.example")
    second = await customer.create_mailbox("second@rossi.example", size=pb.MAILBOX_SIZE_25_GB)
    room.clock.advance(days=1)
    await customer.update_mailbox(first.mailbox_id, size=pb.MAILBOX_SIZE_50_GB)
    await customer.delete_mailbox(second.mailbox_id)
    room.clock.advance(days=1)
    await customer.delete_mailbox(first.mailbox_id)
    room.clock.advance(days=2)
    assert await used(room, customer, 1, 8) == [
        ({}, 0),
        ({}, 1),
        ({"8_GB": 1, "25_GB": 1}, 0),
        ({"25_GB": 1, "50_GB": 1}, 0),
        ({"50_GB": 1}, 0),
        ({}, 1),
        ({}, 1),
        ({}, 0),
    ]


async def test_an_inactive_mailbox_counts_like_any_other(room: TestRoom, customer: Customer) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    await customer.update_mailbox(mailbox.mailbox_id, active=False)
    room.clock.advance(days=1)
    assert await used(room, customer, 2, 3) == [({"8_GB": 1}, 0)] * 2
    asked = pb.GetAllowanceRequest(account_id=customer.id)
    allowance = (await stub(room, "ordering").GetAllowance(asked)).allowance
    assert (allowance.mailboxes, allowance.empty_domains) == (1, 0)


async def test_a_removed_domain_counts_on_its_last_day(room: TestRoom, customer: Customer) -> None:
    room.clock.advance(days=1)
    await customer.remove_domain("rossi.example")
    room.clock.advance(days=1)
    assert await used(room, customer, 2, 4) == [({}, 1), ({}, 1), ({}, 0)]


async def test_a_customer_reads_their_own_usage_only(room: TestRoom, customer: Customer) -> None:
    stranger = await new_customer(room)
    request = pb.GetUsageRequest(account_id=customer.id, first=day(2), last=day(2))
    assert len((await customer.calls.GetUsage(request, metadata=customer.metadata)).days) == 1
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stranger.calls.GetUsage(request, metadata=stranger.metadata)
