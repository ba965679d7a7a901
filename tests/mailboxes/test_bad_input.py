"""Bad input of every RPC: the right status, every bad field named in the caller's language, nothing stored."""

from functools import partial
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from tests.mailboxes.clients import PASSWORD, STEERING, Customer, stub
from tests.support.asking import ID, Asked, asking, fields_of, name_of
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

MONTHLY, ANNUAL = common_pb2.BILLING_PERIOD_MONTHLY, common_pb2.BILLING_PERIOD_ANNUAL
GB_8, GB_25 = pb.MAILBOX_SIZE_8_GB, pb.MAILBOX_SIZE_25_GB
MARCH_1 = common_pb2.Date(year=2026, month=3, day=1)

call = partial(asking, pb)


def page(size: int = 0, token: str = "") -> common_pb2.PageRequest:
    return common_pb2.PageRequest(page_size=size, page_token=token)


def box(**fields: Any) -> Asked:
    return call("CreateMailbox", **{"address": "info@rossi.example", "password": PASSWORD, **fields})


def annual(**fields: Any) -> Asked:
    return call("UnlockAccount", **{"billing": ANNUAL, "mailboxes": 2, **fields})


def boxes(size: pb.MailboxSize, number: int) -> pb.SizeCount:
    return pb.SizeCount(size=size, mailboxes=number)


CUSTOMERS: list[tuple[Asked, list[str]]] = [
    (call("AddDomain", request_id="", account_id="", name=""), ["account_id", "name", "request_id"]),
    (call("AddDomain", request_id="1", account_id="x", name="no domain"), ["account_id", "name", "request_id"]),
    (call("AddDomain", name="a" * 100_000), ["name"]),
    (call("AddDomain", name="a\u0000b.example"), ["name"]),
    (call("AddDomain", name="\u202eelpmaxe.moc"), ["name"]),
    (call("RemoveDomain", name="localhost"), ["name"]),
    (call("ListDomains", account_id=f"{ID}\n"), ["account_id"]),
    (call("ListDomains", page=page(size=201, token="!")), ["page.page_size", "page.page_token"]),
    (call("ListDomains", page=page(size=-1, token="AA==")), ["page.page_size", "page.page_token"]),
    (call("ListDomains", page=page(token="YQ" * 1000)), ["page.page_token"]),
    (call("CreateMailbox"), ["address", "password"]),
    (box(address="info", password="short"), ["address", "password"]),
    (box(address="perché@rossi.example", password="x" * 201), ["address", "password"]),
    (box(address="a" * 65 + "@rossi.example", password="ten chars\u0007!"), ["address", "password"]),
    (box(address="x" * 2000 + "@rossi.example"), ["address"]),
    (box(size=99), ["size"]),
    (call("UpdateMailbox", mailbox_id="", request_id="", password=""), ["mailbox_id", "password", "request_id"]),
    (call("UpdateMailbox", size=0), ["size"]),
    (call("UpdateMailbox", size=7), ["size"]),
    (call("DeleteMailbox", mailbox_id="0", request_id="0"), ["mailbox_id", "request_id"]),
    (call("ListMailboxes", account_id="", domain=" "), ["account_id", "domain"]),
    (call("GetAllowance", account_id="mine"), ["account_id"]),
    (call("GetUsage"), ["first", "last"]),
    (call("GetUsage", account_id="", first=MARCH_1, last=common_pb2.Date(year=2026, month=2, day=29)),
     ["account_id", "last"]),
    (call("GetUsage", first=MARCH_1, last=common_pb2.Date(year=2026, month=2, day=28)), ["last"]),
    (call("GetUsage", first=MARCH_1, last=common_pb2.Date(year=2027, month=3, day=3)), ["last"]),
    (call("GetUsage", first=common_pb2.Date(year=1, month=1, day=1), last=MARCH_1), ["first"]),
]  # fmt: skip

WORKERS: list[tuple[Asked, list[str]]] = [
    *((call(rpc, account_id=bad), ["account_id"])
      for rpc in ("OpenAccount", "RestrictAccount", "ReopenAccount", "SuspendAccount", "ResumeAccount",
                  "ConfirmContract", "PurgeAccount", "ProvePurged", "GetAllowance")
      for bad in ("", "not-a-uuid", ID + "0")),
    (call("UnlockAccount", account_id="", order_id=""), ["account_id", "billing", "order_id"]),
    (call("UnlockAccount", billing=9), ["billing"]),
    (annual(mailboxes=0), ["mailboxes", "sizes"]),
    (annual(), ["sizes"]),
    (annual(sizes=[boxes(GB_8, 3)]), ["sizes"]),
    (annual(sizes=[boxes(GB_8, 1), boxes(GB_8, 1)]), ["sizes", "sizes[1].size"]),
    (annual(sizes=[pb.SizeCount(mailboxes=2)]), ["sizes[0].size"]),
    (annual(sizes=[boxes(GB_8, -1), boxes(GB_25, 3)]), ["sizes[0].mailboxes"]),
    (call("SuspendAccount", steering=common_pb2.Steering(reason_code="x")), ["steering.actor"]),
    (call("SuspendAccount", request_id=""), ["request_id"]),
    (call("ResumeAccount", request_id="7"), ["request_id"]),
    (call("ConfirmContract", request_id="7", steering=common_pb2.Steering(reason_code="x")),
     ["request_id", "steering.actor"]),
]  # fmt: skip

OPERATORS: list[tuple[Asked, list[str]]] = [
    (call("SetFeature", request_id=""),
     ["feature", "request_id", "steering.actor", "steering.reason_code", "steering.source"]),
    (call("SetFeature", feature=9, steering=STEERING), ["feature"]),
    (call("SetFeature", feature=1, steering=common_pb2.Steering(
        actor="a" * 201, reason_code="r" * 65, source="s\u0000", ticket_id="t")),
     ["steering.actor", "steering.reason_code", "steering.source", "steering.ticket_id"]),
    (call("SuspendAccount"), ["steering.actor", "steering.reason_code", "steering.source"]),
    (call("ResumeAccount"), ["steering.actor", "steering.reason_code", "steering.source"]),
    (call("ConfirmContract"), ["steering.actor", "steering.reason_code", "steering.source"]),
]  # fmt: skip

MAIL_SERVERS: list[tuple[Asked, list[str]]] = [
    (call("RecordSend", request_id=""), ["address", "recipients", "request_id"]),
    (call("RecordSend", address="nobody", recipients=-1), ["address", "recipients"]),
    (call("RecordSend", address="a\n@rossi.example", recipients=100_001), ["address", "recipients"]),
]


async def stored(room: TestRoom) -> dict[str, int]:
    """How many rows each table has that a call could write to."""
    tables = ("accounts", "domains", "mailboxes", "requests", "audit", "sends", "unlocks", "outbox")
    return {table: len(await room.rows(table)) for table in tables}


@pytest.mark.parametrize(("asked", "fields"), CUSTOMERS, ids=name_of)
async def test_a_customers_bad_fields_are_all_named(
    shared_room: TestRoom, shared_customer: Customer, asked: Asked, fields: list[str]
) -> None:
    rpc, request = asked
    before = await stored(shared_room)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await getattr(shared_customer.calls, rpc)(request, metadata=shared_customer.metadata)
    assert fields_of(refused.value) == fields
    assert await stored(shared_room) == before


@pytest.mark.parametrize(
    ("caller", "asked", "fields"),
    [("worker", *each) for each in WORKERS]
    + [("operator", *each) for each in OPERATORS]
    + [("mail_server", *each) for each in MAIL_SERVERS],
    ids=name_of,
)
async def test_bad_fields_of_a_process_are_all_named(
    shared_room: TestRoom, caller: str, asked: Asked, fields: list[str]
) -> None:
    rpc, request = asked
    before = await stored(shared_room)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await getattr(stub(shared_room, caller), rpc)(request)
    assert fields_of(refused.value) == fields
    assert await stored(shared_room) == before


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Il nome di dominio non è valido: scrivilo per intero, per esempio esempio.it."),
        ("en", "This is not a valid domain name: write it in full, for example example.com."),
    ],
)
async def test_a_bad_field_is_explained_in_the_callers_language(
    shared_room: TestRoom, shared_customer: Customer, language: str, text: str
) -> None:
    request = pb.AddDomainRequest(request_id=request_id(), account_id=shared_customer.id, name="nodots")
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await shared_customer.calls.AddDomain(request, metadata=shared_room.customer(shared_customer.uuid, language))
    assert [violation.message for violation in refused.value.violations] == [text]
