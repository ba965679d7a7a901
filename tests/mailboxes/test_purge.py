"""The purge: everything of an account goes for good, once, and nothing but a contract's end takes a paid account."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.ids import new_id
from services.kit.wire import from_timestamp
from services.mailboxes.policy import MailboxesPolicy
from services.mailboxes.removals import Removals
from services.mailboxes.service.purges import Purges
from tests.mailboxes.clients import Customer, new_customer, send, stub, suspension, unlock
from tests.support.refusals import refused_as
from tests.support.room import START, TestRoom


async def purge(room: TestRoom, account_id: str, *, contract_ended: bool = False) -> pb.PurgeAccountResponse:
    request = pb.PurgeAccountRequest(account_id=account_id, contract_ended=contract_ended)
    return await stub(room, "worker").PurgeAccount(request)


async def prove(room: TestRoom, account_id: str) -> pb.ProvePurgedResponse:
    return await stub(room, "worker").ProvePurged(pb.ProvePurgedRequest(account_id=account_id))


async def fill(room: TestRoom, customer: Customer) -> None:
    """Two domains, three mailboxes, one sent message."""
    await customer.add_domain("second.example")
    for address in ("a@rossi.example", "b@rossi.example", "c@second.example"):
        await customer.create_mailbox(address)
    await send(room, "a@rossi.example")


async def test_a_purge_leaves_nothing_and_proves_it(room: TestRoom, customer: Customer) -> None:
    await fill(room, customer)
    bystander = await new_customer(room)
    await bystander.add_domain("bystander.example")
    kept = await bystander.create_mailbox("info@bystander.example")
    before = await prove(room, customer.id)
    assert (before.domains, before.mailboxes, before.mailboxes_in_mail_system) == (2, 3, 3)
    assert not before.HasField("purged_at")

    removed = await purge(room, customer.id)
    assert (removed.domains_removed, removed.mailboxes_removed) == (2, 3)
    proof = await prove(room, customer.id)
    assert (proof.domains, proof.mailboxes, proof.mailboxes_in_mail_system) == (0, 0, 0)
    assert from_timestamp(proof.purged_at) == START
    for table in ("domains", "mailboxes", "sends", "mailbox_spans", "domain_spans", "removals", "places"):
        assert all(row["account_id"] != customer.uuid for row in await room.rows(table)), table
    assert await bystander.mailboxes() == [kept]


async def test_a_purge_told_again_answers_the_same(room: TestRoom, customer: Customer) -> None:
    await fill(room, customer)
    first = await purge(room, customer.id)
    room.clock.advance(days=2)
    assert await purge(room, customer.id) == first
    assert from_timestamp((await prove(room, customer.id)).purged_at) == START


async def test_a_purged_domain_is_free_for_others(room: TestRoom, customer: Customer) -> None:
    await purge(room, customer.id)
    await (await new_customer(room)).add_domain("rossi.example")


async def test_a_paid_account_is_purged_only_after_its_contract(room: TestRoom, customer: Customer) -> None:
    await fill(room, customer)
    await unlock(room, customer)
    with refused_as(errors_pb2.REASON_SUBSCRIPTION_RUNS):
        await purge(room, customer.id)
    await stub(room, "worker").SuspendAccount(suspension(customer.id))
    with refused_as(errors_pb2.REASON_SUBSCRIPTION_RUNS):
        await purge(room, customer.id)
    assert len(await customer.mailboxes()) == 3
    assert (await purge(room, customer.id, contract_ended=True)).mailboxes_removed == 3


async def test_the_usage_of_a_paid_account_outlives_its_purge(room: TestRoom, customer: Customer) -> None:
    await fill(room, customer)
    await unlock(room, customer)
    room.clock.advance(days=1)
    await purge(room, customer.id, contract_ended=True)
    room.clock.advance(days=1)
    day = START.date()
    request = pb.GetUsageRequest(
        account_id=customer.id,
        first=common_pb2.Date(year=day.year, month=day.month, day=day.day),
        last=common_pb2.Date(year=day.year, month=day.month, day=day.day + 2),
    )
    usage = await stub(room, "worker").GetUsage(request)
    assert [sum(size.mailboxes for size in each.sizes) for each in usage.days] == [3, 3, 0]


async def test_an_account_that_was_never_opened_is_purged_too_and_stays_so(room: TestRoom) -> None:
    account_id = str(new_id())
    assert await purge(room, account_id) == pb.PurgeAccountResponse()
    opened = await stub(room, "worker").OpenAccount(pb.OpenAccountRequest(account_id=account_id))
    assert opened.allowance.state == pb.ACCESS_STATE_PURGED


class OtherMailSystem:
    """An outside mail system: knows mailboxes until they are removed, and fails while it is away."""

    def __init__(self) -> None:
        self.away = True
        self.known: set[UUID] = set()

    async def remove(self, mailbox_ids: Sequence[UUID]) -> None:
        if self.away:
            raise ConnectionError
        self.known.difference_update(mailbox_ids)

    async def known_mailboxes(self, account_id: UUID) -> int:
        return len(self.known)


async def test_a_purge_that_the_mail_system_missed_is_not_proved_and_is_completed_by_repeating_it(
    room: TestRoom, customer: Customer, tmp_path: Path
) -> None:
    await fill(room, customer)
    outside = OtherMailSystem()
    outside.known = {UUID(mailbox.mailbox_id) for mailbox in await customer.mailboxes()}
    removals = Removals(room.core.database, outside)
    purges = Purges(room.core.database, room.clock, MailboxesPolicy(), outside, removals)
    with pytest.raises(ConnectionError):
        await purges.purge(customer.uuid, contract_ended=False)
    proof = await purges.prove(customer.uuid)
    assert (proof.mailboxes, proof.in_mail_system) == (0, 6)
    outside.away = False
    await purges.purge(customer.uuid, contract_ended=False)
    assert (await purges.prove(customer.uuid)).in_mail_system == 0


async def test_a_deleted_mailbox_is_removed_from_the_mail_system_once_it_is_back(
    room: TestRoom, customer: Customer
) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    await customer.delete_mailbox(mailbox.mailbox_id)
    outside = OtherMailSystem()
    outside.known = {UUID(mailbox.mailbox_id)}
    removals = Removals(room.core.database, outside)
    with pytest.raises(ConnectionError):
        await removals.carry_out()
    assert len(await room.rows("removals")) == 1
    outside.away = False
    await removals.carry_out()
    assert await room.rows("removals") == []
    assert outside.known == set()
