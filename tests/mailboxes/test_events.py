"""What gateways hear of an account: each change once."""

from typing import Any

import pytest

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.ids import new_id
from tests.mailboxes.clients import STEERING, Customer, stub
from tests.support.room import TestRoom


async def test_unlock_suspension_and_their_end_are_told_once_each(room: TestRoom, customer: Customer) -> None:
    await room.empty_outbox()
    order_id, suspension, resumption = (str(new_id()) for _ in range(3))
    worker = stub(room, "worker")
    for _ in range(2):
        unlock = pb.UnlockAccountRequest(
            account_id=customer.id, order_id=order_id, billing=common_pb2.BILLING_PERIOD_MONTHLY
        )
        await worker.UnlockAccount(unlock)
    for _ in range(2):
        await worker.SuspendAccount(pb.SuspendAccountRequest(account_id=customer.id, request_id=suspension))
    for _ in range(2):
        await worker.ResumeAccount(pb.ResumeAccountRequest(account_id=customer.id, request_id=resumption))
    assert [(event["type"], event["state"], event["ids"]) for event in await room.events()] == [
        ("account.unlocked", "unlocked", {"order_id": order_id}),
        ("account.suspended", "suspended", {}),
        ("account.resumed", "unlocked", {}),
    ]
    assert {event["account_id"] for event in await room.events()} == {customer.id}


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({"cause": pb.SUSPENSION_CAUSE_UNPAID}, "unpaid"),
        ({"cause": pb.SUSPENSION_CAUSE_ENDED}, "ended"),
        ({"cause": pb.SUSPENSION_CAUSE_WITHDRAWN}, "withdrawn"),
        ({"steering": STEERING}, "operator"),
        ({}, None),
    ],
)
async def test_a_suspension_says_why(room: TestRoom, customer: Customer, told: dict[str, Any], cause: str) -> None:
    unlock = pb.UnlockAccountRequest(
        account_id=customer.id, order_id=str(new_id()), billing=common_pb2.BILLING_PERIOD_MONTHLY
    )
    await stub(room, "worker").UnlockAccount(unlock)
    await room.empty_outbox()
    asked = pb.SuspendAccountRequest(account_id=customer.id, request_id=str(new_id()), **told)
    caller = stub(room, "operator" if "steering" in told else "worker")
    for _ in range(2):
        await caller.SuspendAccount(asked)
    [event] = await room.events()
    assert (event["type"], event.get("cause")) == ("account.suspended", cause)
