"""What mailboxes has of an account before its erasure, and that a purge has left nothing of it to erase."""

from casella.common.v1 import errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from tests.mailboxes.clients import Customer, send, stub
from tests.support.erasing import erase, facts
from tests.support.post import tables_holding
from tests.support.refusals import refused_as
from tests.support.room import TestRoom


async def test_domains_and_mailboxes_are_told_and_hold_nothing(room: TestRoom, customer: Customer) -> None:
    await customer.create_mailbox("zenobia@rossi.example")
    await send(room, "zenobia@rossi.example")
    assert [(fact.kind, fact.count, fact.holds) for fact in await facts(room, customer.id)] == [
        ("domains", 1, False), ("mailboxes", 1, False),
    ]  # fmt: skip
    with refused_as(errors_pb2.REASON_ERASURE_STATE):
        await erase(room, customer.id)
    await stub(room, "worker").PurgeAccount(pb.PurgeAccountRequest(account_id=customer.id))
    assert await facts(room, customer.id) == []
    first = await erase(room, customer.id)
    assert first["requests"] >= 2
    assert await erase(room, customer.id) == first
    for mark in ("zenobia", "rossi.example"):
        assert await tables_holding(room, mark) == []
