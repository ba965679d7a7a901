"""Who may call what: each RPC refuses every process that its proto does not name, and every foreign account."""

from typing import Any

import pytest

from casella.common.v1 import access_pb2, common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.interceptors.callers import callers_by_method
from tests.mailboxes.clients import Customer, new_customer, stub
from tests.support.refusals import refused_as
from tests.support.room import TestRoom

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALLOWED = {
    method.rpartition("/")[2]: callers
    for method, callers in callers_by_method(["casella.mailboxes.v1.MailboxesService"]).items()
}
PROCESSES = {
    "worker": access_pb2.CALLER_WORKER,
    "operator": access_pb2.CALLER_OPERATOR,
    "mail_server": access_pb2.CALLER_MAIL_SERVER,
    "ordering": access_pb2.CALLER_ORDERING,
    "gateway": access_pb2.CALLER_CUSTOMER,
}
FOREIGN = [
    ("AddDomain", {"name": "new.example"}),
    ("RemoveDomain", {"name": "rossi.example"}),
    ("ListDomains", {}),
    ("CreateMailbox", {"address": "info@rossi.example", "password": "una password lunga"}),
    ("ListMailboxes", {}),
    ("GetAllowance", {}),
    ("GetUsage", {"first": common_pb2.Date(year=2026, month=3, day=1),
                  "last": common_pb2.Date(year=2026, month=3, day=1)}),
]  # fmt: skip


def request_for(rpc: str) -> Any:
    return getattr(pb, f"{rpc}Request")()


@pytest.mark.parametrize("caller", PROCESSES)
async def test_a_process_that_the_proto_does_not_name_is_refused(shared_room: TestRoom, caller: str) -> None:
    refused = 0
    for rpc, callers in ALLOWED.items():
        if PROCESSES[caller] not in callers:
            with refused_as(errors_pb2.REASON_CALLER_NOT_ALLOWED):
                await getattr(stub(shared_room, caller), rpc)(request_for(rpc))
            refused += 1
    assert refused >= len(ALLOWED) // 3


async def test_the_gateway_needs_a_customers_token(shared_room: TestRoom) -> None:
    for rpc, callers in ALLOWED.items():
        if access_pb2.CALLER_CUSTOMER in callers:
            with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
                await getattr(stub(shared_room, "gateway"), rpc)(request_for(rpc))


async def test_an_expired_token_is_refused(shared_room: TestRoom, shared_customer: Customer) -> None:
    metadata = shared_customer.metadata
    shared_room.clock.advance(minutes=6)
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await shared_customer.calls.GetAllowance(
            pb.GetAllowanceRequest(account_id=shared_customer.id), metadata=metadata
        )


@pytest.mark.parametrize(("rpc", "fields"), FOREIGN)
async def test_another_customers_account_is_not_found(
    shared_room: TestRoom, shared_customer: Customer, rpc: str, fields: dict[str, Any]
) -> None:
    stranger = await new_customer(shared_room)
    request = getattr(pb, f"{rpc}Request")(account_id=shared_customer.id, **fields)
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = shared_customer.id
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await getattr(stranger.calls, rpc)(request, metadata=stranger.metadata)


async def test_ordering_reads_what_an_account_holds(shared_room: TestRoom, shared_customer: Customer) -> None:
    await shared_customer.create_mailbox("info@rossi.example")
    answer = await stub(shared_room, "ordering").GetAllowance(pb.GetAllowanceRequest(account_id=shared_customer.id))
    assert answer.allowance == await shared_customer.allowance()
