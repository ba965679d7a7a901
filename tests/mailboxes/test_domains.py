"""Domains over gRPC: five in a trial, each name once, removed only when empty."""

import asyncio

import grpc
import pytest

from casella.common.v1 import errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.ids import new_id
from tests.mailboxes.clients import Customer, new_customer, unlock
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id


async def test_a_domain_is_kept_in_ascii_whatever_its_spelling(customer: Customer) -> None:
    assert (await customer.add_domain("CAFFÈ.example.")).name == "xn--caff-8oa.example"
    with refused_as(errors_pb2.REASON_DOMAIN_TAKEN):
        await customer.add_domain("xn--caff-8oa.example")


async def test_a_trial_has_at_most_five_domains(customer: Customer) -> None:
    for number in range(4):
        await customer.add_domain(f"d{number}.example")
    with refused_as(errors_pb2.REASON_DOMAIN_LIMIT) as refused:
        await customer.add_domain("sixth.example")
    assert refused.value.metadata == {"limit": "domains", "value": "5"}
    await customer.remove_domain("d0.example")
    await customer.add_domain("sixth.example")


async def test_a_domain_of_another_account_is_taken_and_whose_it_is_not_told(
    room: TestRoom, customer: Customer
) -> None:
    stranger = await new_customer(room)
    with refused_as(errors_pb2.REASON_DOMAIN_TAKEN) as taken:
        await stranger.add_domain("rossi.example")
    with refused_as(errors_pb2.REASON_DOMAIN_TAKEN) as own:
        await customer.add_domain("rossi.example")
    assert (taken.value.message, taken.value.metadata) == (own.value.message, own.value.metadata)


async def test_a_name_above_or_below_another_accounts_domain_is_taken(room: TestRoom, customer: Customer) -> None:
    await customer.add_domain("mail.bianchi.example")
    stranger = await new_customer(room)
    for name in ("posta.rossi.example", "a.b.rossi.example", "bianchi.example"):
        with refused_as(errors_pb2.REASON_DOMAIN_TAKEN):
            await stranger.add_domain(name)
    for name in ("posta.rossi.example", "bianchi.example"):
        assert (await customer.add_domain(name)).name == name
    for name in ("altrirossi.example", "web.mail-bianchi.example"):  # neighbours by letters only
        assert (await stranger.add_domain(name)).name == name


async def test_of_related_names_added_at_once_one_account_gets_its_own(room: TestRoom, customer: Customer) -> None:
    stranger = await new_customer(room)
    for n in range(5):
        ends = await asyncio.gather(
            customer.add_domain(f"{n}.verdi{n}.example"), stranger.add_domain(f"verdi{n}.example"),
            return_exceptions=True,
        )  # fmt: skip
        assert sum(isinstance(end, pb.Domain) for end in ends) == 1
        for owner, end in zip((customer, stranger), ends, strict=True):
            if isinstance(end, pb.Domain):
                await owner.remove_domain(end.name)


@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param("fi.it", id="registry"),
        pytest.param("公司.cn", id="internationalised"),
        pytest.param("altervista.org", id="private"),
        pytest.param("anything.ck", id="wildcard"),
        pytest.param("kawasaki.jp", id="above-wildcard"),
        pytest.param("shared.example", id="operators"),
    ],
)
async def test_a_public_suffix_is_taken_and_what_lies_below_it_is_each_accounts_own(
    room: TestRoom, customer: Customer, suffix: str
) -> None:
    stranger = await new_customer(room)
    with refused_as(errors_pb2.REASON_DOMAIN_TAKEN):
        await stranger.add_domain(suffix)
    await customer.add_domain(f"rossi.casa.{suffix}")
    await stranger.add_domain(f"rossi.negozio.{suffix}")


async def test_an_exception_from_a_wildcard_and_a_name_of_no_known_registry_are_names_like_others(
    customer: Customer,
) -> None:
    for name in ("www.ck", "unknown.invented"):
        assert (await customer.add_domain(name)).name == name


async def test_a_removed_name_is_free_for_anybody(room: TestRoom, customer: Customer) -> None:
    await customer.remove_domain("rossi.example")
    assert (await (await new_customer(room)).add_domain("rossi.example")).name == "rossi.example"


async def test_reserved_names_and_what_lies_below_them_are_taken(customer: Customer) -> None:
    for name in ("casella.example", "mail.casella.example", "printer.local"):
        with refused_as(errors_pb2.REASON_DOMAIN_TAKEN):
            await customer.add_domain(name)


async def test_a_domain_with_mailboxes_is_not_removed(customer: Customer) -> None:
    mailbox = await customer.create_mailbox("info@rossi.example")
    with refused_as(errors_pb2.REASON_DOMAIN_NOT_EMPTY):
        await customer.remove_domain("rossi.example")
    await customer.delete_mailbox(mailbox.mailbox_id)
    await customer.remove_domain("rossi.example")
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await customer.remove_domain("rossi.example")


async def test_domains_are_listed_by_name_page_by_page(customer: Customer) -> None:
    for name in ("c.example", "a.example", "b.example"):
        await customer.add_domain(name)
    await customer.create_mailbox("info@b.example")
    found: list[tuple[str, int]] = []
    token = ""
    while True:
        request = pb.ListDomainsRequest(account_id=customer.id)
        request.page.page_size, request.page.page_token = 2, token
        answer = await customer.calls.ListDomains(request, metadata=customer.metadata)
        assert len(answer.domains) <= 2
        found += [(domain.name, domain.mailboxes) for domain in answer.domains]
        token = answer.next_page_token
        if not token:
            break
    assert found == [("a.example", 0), ("b.example", 1), ("c.example", 0), ("rossi.example", 0)]


async def test_the_same_request_adds_one_domain_and_answers_the_same(customer: Customer) -> None:
    once = request_id()
    first = await customer.add_domain("once.example", request_id=once)
    assert await customer.add_domain("ONCE.example", request_id=once) == first
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await customer.add_domain("other.example", request_id=once)
    assert (await customer.allowance()).domains == 2


async def test_a_paid_account_has_the_operators_ceiling_of_domains(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer)
    for number in range(6):
        await customer.add_domain(f"d{number}.example")
    assert (await customer.allowance()).domains == 7


async def test_an_account_that_is_being_opened_is_not_ready_rather_than_unknown(room: TestRoom) -> None:
    early = Customer(room, new_id())
    with pytest.raises(grpc.aio.AioRpcError) as later:
        await early.add_domain("early.example")
    assert later.value.code() is grpc.StatusCode.UNAVAILABLE
