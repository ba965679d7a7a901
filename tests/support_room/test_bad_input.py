"""Bad input of every RPC: every bad field named, nothing stored; callers that may not."""

from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from casella.common.v1 import access_pb2, common_pb2, errors_pb2
from casella.support.v1 import support_pb2 as pb
from casella.support.v1.support_pb2_grpc import SupportServiceStub
from services.kit.interceptors.callers import callers_by_method
from tests.support.asking import ID, Asked, asking, fields_of, name_of
from tests.support.refusals import refused_as
from tests.support.room import TestRoom
from tests.support_room.clients import ANNA, Customer, Operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALLOWED = {
    method.rpartition("/")[2]: callers
    for method, callers in callers_by_method(["casella.support.v1.SupportService"]).items()
}


call = partial(asking, pb)


def ticket(**fields: Any) -> Asked:
    return call("OpenTicket", **{"kind": pb.TICKET_KIND_QUESTION, "subject": "S", "text": "T", **fields})


CUSTOMERS: list[tuple[Asked, list[str]]] = [
    (call("OpenTicket", request_id="", account_id=""), ["account_id", "kind", "request_id", "subject", "text"]),
    (ticket(kind=9), ["kind"]),
    (ticket(subject="x" * 201, text="x" * 10_001), ["subject", "text"]),
    (ticket(subject="two\nlines", text="bell\u0007"), ["subject", "text"]),
    (ticket(subject=" \t ", text="\n\n"), ["subject", "text"]),
    (ticket(text="\u202eevil"), ["text"]),
    (call("AnswerTicket", request_id="x", ticket_id="x"), ["request_id", "text", "ticket_id"]),
    (call("AnswerTicket", text="T", recipient=ANNA), ["recipient"]),
    (call("CloseTicket", request_id="", ticket_id=""), ["request_id", "ticket_id"]),
    (call("CloseTicket", recipient=ANNA), ["recipient"]),
    (call("GetTicket", ticket_id=ID[:-1]), ["ticket_id"]),
    (call("ListTickets", account_id="", state=9), ["account_id", "state"]),
    (call("ListTickets", page=common_pb2.PageRequest(page_size=1000, page_token="AA==")),
     ["page.page_size", "page.page_token"]),
    (call("ListTickets", page=common_pb2.PageRequest(page_token="è")), ["page.page_token"]),
]  # fmt: skip

OPERATORS: list[tuple[Asked, list[str]]] = [
    (call("AnswerTicket", ticket_id=""), ["recipient", "text", "ticket_id"]),
    (call("CloseTicket"), ["recipient"]),
    (call("CloseTicket", recipient=common_pb2.Recipient()),
     ["recipient.email", "recipient.language", "recipient.name"]),
    (call("CloseTicket", recipient=common_pb2.Recipient(email="a@b.it\r\nBcc: c@d.it", name="An\nna")),
     ["recipient.email", "recipient.language", "recipient.name"]),
    (call("ListTickets", account_id="x"), ["account_id"]),
]  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def room(shared_room: TestRoom) -> TestRoom:
    """The customer and the operator of this module call the shared room: its tests store nothing."""
    return shared_room


@pytest.mark.parametrize(("asked", "fields"), CUSTOMERS, ids=name_of)
async def test_a_customers_bad_fields_are_all_named(
    room: TestRoom, customer: Customer, asked: Asked, fields: list[str]
) -> None:
    rpc, request = asked
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await getattr(customer.calls, rpc)(request, metadata=customer.metadata)
    assert fields_of(refused.value) == fields
    for table in ("tickets", "messages", "requests", "outbox", "mails"):
        assert await room.rows(table) == []


@pytest.mark.parametrize(("asked", "fields"), OPERATORS, ids=name_of)
async def test_an_operators_bad_fields_are_all_named(operator: Operator, asked: Asked, fields: list[str]) -> None:
    rpc, request = asked
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await getattr(operator.calls, rpc)(request)
    assert fields_of(refused.value) == fields


@pytest.mark.parametrize("caller", ["worker", "mail_server", "ordering"])
async def test_other_processes_have_no_business_with_tickets(room: TestRoom, caller: str) -> None:
    for rpc in ALLOWED:
        with refused_as(errors_pb2.REASON_CALLER_NOT_ALLOWED):
            await getattr(SupportServiceStub(room.channel(caller)), rpc)(getattr(pb, f"{rpc}Request")())


async def test_an_operator_opens_no_tickets_and_the_gateway_needs_a_token(room: TestRoom, operator: Operator) -> None:
    with refused_as(errors_pb2.REASON_CALLER_NOT_ALLOWED):
        await operator.calls.OpenTicket(pb.OpenTicketRequest())
    for rpc, callers in ALLOWED.items():
        assert access_pb2.CALLER_CUSTOMER in callers
        with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
            await getattr(SupportServiceStub(room.channel("gateway")), rpc)(getattr(pb, f"{rpc}Request")())


async def test_unknown_tickets_are_not_found(operator: Operator, customer: Customer) -> None:
    unknown = pb.Ticket(ticket_id=ID)
    for work in (customer.get(unknown), operator.answer(unknown, "T"), operator.close(unknown)):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await work
