"""What an annual contract covers, where an account holds more than was ordered: the rest is read and does not send."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.ids import new_id
from services.mailboxes.domain.covering import Taker, uncovered
from services.mailboxes.domain.sizes import BANDS_GB, SMALLEST_GB, at_least
from tests.mailboxes.clients import Customer, send, stub, unlock
from tests.support.refusals import refused_as, refused_for
from tests.support.room import START, TestRoom, request_id

SIZE_8, SIZE_25, SIZE_100 = pb.MAILBOX_SIZE_8_GB, pb.MAILBOX_SIZE_25_GB, pb.MAILBOX_SIZE_100_GB


async def make(customer: Customer, *names: str, size: pb.MailboxSize = SIZE_8) -> None:
    """Mailboxes in rossi.example, the first the oldest."""
    for name in names:
        customer.room.clock.advance(seconds=1)
        await customer.create_mailbox(f"{name}@rossi.example", size=size)


async def left_out(customer: Customer) -> set[str]:
    """The mailboxes that are shown as not covered, by the name before the @."""
    return {one.address.partition("@")[0] for one in await customer.mailboxes() if one.uncovered}


async def sends_nothing(room: TestRoom, *names: str) -> None:
    for name in names:
        refused = await refused_for(send(room, f"{name}@rossi.example"), errors_pb2.REASON_NOT_COVERED)
        assert "delete mailboxes or order an addition" in refused.message


async def added(room: TestRoom, customer: Customer, size: pb.MailboxSize, mailboxes: int) -> pb.TakeBackPlacesRequest:
    """Pays an addition; returns what takes it back."""
    sizes = [pb.SizeCount(size=size, mailboxes=mailboxes)]
    order = pb.UnlockAccountRequest(
        account_id=customer.id,
        order_id=str(new_id()),
        billing=common_pb2.BILLING_PERIOD_ANNUAL,
        mailboxes=mailboxes,
        sizes=sizes,
        addition=True,
    )
    await stub(room, "worker").UnlockAccount(order)
    return pb.TakeBackPlacesRequest(account_id=customer.id, order_id=order.order_id, sizes=sizes)


async def of_name(customer: Customer, name: str) -> pb.Mailbox:
    [found] = [one for one in await customer.mailboxes() if one.address == f"{name}@rossi.example"]
    return found


async def test_mailboxes_of_the_trial_above_the_annual_order_do_not_send(room: TestRoom, customer: Customer) -> None:
    await make(customer, "zoe", "anna", "bruno")
    await send(room, "bruno@rossi.example")
    allowance = (await unlock(room, customer, s8=1)).allowance
    assert (allowance.max_mailboxes, allowance.mailboxes, allowance.uncovered_mailboxes) == (1, 3, 2)
    assert await left_out(customer) == {"anna", "bruno"}
    await send(room, "zoe@rossi.example")
    await sends_nothing(room, "anna", "bruno")


async def test_a_mailbox_above_the_contract_is_read_as_before(room: TestRoom, customer: Customer) -> None:
    await make(customer, "anna", "bruno")
    await unlock(room, customer, s8=1)
    logins = {row["address"] for row in await room.rows("mail_logins")}
    assert logins == {"anna@rossi.example", "bruno@rossi.example"}
    changed = await customer.update_mailbox((await of_name(customer, "bruno")).mailbox_id, password="a new password")
    assert changed.uncovered


async def test_deleting_a_mailbox_covers_the_next_oldest_at_once(room: TestRoom, customer: Customer) -> None:
    await make(customer, "anna", "bruno", "carla")
    await unlock(room, customer, s8=1)
    await customer.delete_mailbox((await of_name(customer, "anna")).mailbox_id)
    assert await left_out(customer) == {"carla"}
    await send(room, "bruno@rossi.example")
    await sends_nothing(room, "carla")


async def test_an_addition_covers_at_once_and_taken_back_covers_no_more(room: TestRoom, customer: Customer) -> None:
    await make(customer, "anna")
    await unlock(room, customer, s8=1)
    back = await added(room, customer, SIZE_100, 2)
    await make(customer, "bruno", "carla", size=SIZE_100)
    await send(room, "bruno@rossi.example")
    assert await left_out(customer) == set()
    answers = await asyncio.gather(*(stub(room, "worker").TakeBackPlaces(back) for _ in range(2)))
    assert [answer.allowance.uncovered_mailboxes for answer in answers] == [2, 2]
    await sends_nothing(room, "bruno", "carla")
    await send(room, "anna@rossi.example")
    await added(room, customer, SIZE_100, 1)
    assert await left_out(customer) == {"carla"}


async def test_a_mailbox_that_shrinks_into_a_free_place_is_covered(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=2)
    back = await added(room, customer, SIZE_25, 1)
    await make(customer, "anna", size=SIZE_25)
    await stub(room, "worker").TakeBackPlaces(back)
    await sends_nothing(room, "anna")
    changed = await customer.update_mailbox((await of_name(customer, "anna")).mailbox_id, size=SIZE_8)
    assert not changed.uncovered
    await send(room, "anna@rossi.example")


async def test_larger_places_cover_smaller_mailboxes(room: TestRoom, customer: Customer) -> None:
    await make(customer, "anna", "bruno", "carla")
    await unlock(room, customer, s8=1, s100=1)
    assert await left_out(customer) == {"carla"}


async def test_a_repeated_request_to_send_stays_allowed_and_is_counted_once(room: TestRoom, customer: Customer) -> None:
    await make(customer, "anna", "bruno")
    message = request_id()
    await send(room, "bruno@rossi.example", message=message)
    await unlock(room, customer, s8=1)
    await send(room, "bruno@rossi.example", message=message)
    assert len(await room.rows("sends")) == 1


async def test_under_a_monthly_contract_and_in_a_trial_everything_is_covered(
    room: TestRoom, customer: Customer
) -> None:
    await make(customer, "anna", "bruno")
    await customer.add_domain("empty.example")
    assert (await customer.allowance()).uncovered_mailboxes == 0
    await unlock(room, customer)
    allowance = await customer.allowance()
    assert (allowance.uncovered_mailboxes, allowance.uncovered_domains) == (0, 0)
    await send(room, "bruno@rossi.example")


async def test_a_domain_without_mailboxes_takes_a_place_of_an_annual_contract(
    room: TestRoom, customer: Customer
) -> None:
    await unlock(room, customer, s8=2)
    await customer.add_domain("bianchi.example")
    refused = await refused_for(customer.add_domain("verdi.example"), errors_pb2.REASON_DOMAIN_LIMIT)
    assert dict(refused.metadata) == {"limit": "places", "value": "2"}
    assert "Un dominio senza caselle occupa uno dei posti" in refused.message
    # The first mailbox of a domain stands where the domain stood.
    await make(customer, "anna")
    with refused_as(errors_pb2.REASON_MAILBOX_LIMIT):
        await customer.create_mailbox("bruno@rossi.example")
    await customer.create_mailbox("bruno@bianchi.example")
    assert (await customer.allowance()).uncovered_domains == 0


async def test_two_domains_at_once_do_not_share_the_last_place(room: TestRoom, customer: Customer) -> None:
    await unlock(room, customer, s8=2)
    calls = (customer.add_domain(name) for name in ("bianchi.example", "verdi.example"))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, pb.Domain) for answer in answers) == 1


async def test_domains_of_the_trial_above_the_annual_order_are_shown_as_not_covered(
    room: TestRoom, customer: Customer
) -> None:
    async def domains() -> dict[str, bool]:
        request = pb.ListDomainsRequest(account_id=customer.id)
        found = (await customer.calls.ListDomains(request, metadata=customer.metadata)).domains
        return {one.name: one.uncovered for one in found}

    for name in ("bianchi.example", "verdi.example"):
        room.clock.advance(seconds=1)
        await customer.add_domain(name)
    await make(customer, "anna")
    await unlock(room, customer, s8=2)
    assert await domains() == {"rossi.example": False, "bianchi.example": False, "verdi.example": True}
    await customer.remove_domain("bianchi.example")
    assert await domains() == {"rossi.example": False, "verdi.example": False}


def _taker(place: int, size_gb: int | None) -> Taker:
    return Taker(UUID(int=place), size_gb, START + timedelta(seconds=place))


sizes = st.lists(st.sampled_from([*BANDS_GB, None]), max_size=12)
places = st.dictionaries(st.sampled_from(BANDS_GB), st.integers(0, 4))


@given(sizes, places)
def test_what_is_covered_fits_and_nothing_more_would(takers: list[int | None], places: Mapping[int, int]) -> None:
    everything = [_taker(place, size) for place, size in enumerate(takers)]
    left = uncovered(everything, places)
    covered = Counter(one.size_gb or SMALLEST_GB for one in everything if one.id not in left)
    assert all(at_least(covered, band) <= at_least(places, band) for band in BANDS_GB)
    for one in everything:
        if one.id in left:
            more = covered + Counter([one.size_gb or SMALLEST_GB])
            assert any(at_least(more, band) > at_least(places, band) for band in BANDS_GB)


@given(sizes, places, st.sampled_from(BANDS_GB))
def test_a_newer_mailbox_leaves_every_older_one_as_it_is(
    takers: list[int | None], places: Mapping[int, int], size_gb: int
) -> None:
    boxes = [_taker(place, size) for place, size in enumerate(takers) if size]
    newer = _taker(len(takers), size_gb)
    assert uncovered([*boxes, newer], places) - {newer.id} == uncovered(boxes, places)
