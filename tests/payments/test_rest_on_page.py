"""After a part of what is asked for has come by transfer, the pay page asks for the rest, and that pays with it."""

import asyncio
from collections.abc import Sequence

import aiohttp
import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.errors import Refused
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Receipt, Source
from services.payments.store import receipts
from tests.payments.statement import Entry, statement
from tests.payments.test_money_emails import asked
from tests.payments.test_transfers import record, seen
from tests.payments.world import GROSS, World, uuid_of
from tests.support.refusals import refused_as


async def online(world: World) -> pb.PaymentRequest:
    """A request that is paid by a link, whose proforma is sent."""
    return await asked(world, method=common_pb2.PAYMENT_METHOD_ONLINE)


async def part(world: World, request: pb.PaymentRequest, minor: int, number: str = "S1") -> pb.MoneyEntry:
    """So much of what is asked for comes by transfer, today, with the proforma's number."""
    before = {entry.money_entry_id for entry in await world.queue()}
    entry = Entry(minor, text=request.proforma_number, bank_reference=number, day=world.today())
    await world.import_file(statement(entry, number=number))
    (new,) = [entry for entry in await world.queue() if entry.money_entry_id not in before]
    return new


async def sessions(world: World) -> list[tuple[str, int]]:
    """Each hosted page's state and amount, oldest first."""
    return [(each["status"], each["amount_total"]) for each in (await world.stripe.state())["sessions"]]


async def test_after_a_part_has_come_the_page_asks_for_the_rest_which_pays_with_it_at_once(world: World) -> None:
    request = await online(world)
    await part(world, request, 10_000)
    assert await world.stripe.pay(await world.start(request)) == 303
    assert await sessions(world) == [("complete", GROSS - 10_000)]
    await world.deliver()
    paid = await world.get(request)
    assert paid.state == pb.PAYMENT_REQUEST_STATE_PAID
    assert await world.queue() == []
    assert await world.balances() == {"bank": 10_000, "stripe": GROSS - 10_000, "receivable": -GROSS, "suspense": 0}
    assert await world.start(request) == ""
    by_id = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    came = (await world.stub().GetPaymentRequest(by_id)).received
    assert sorted(part.amount.minor for part in came) == [GROSS - 10_000, 10_000]


@pytest.mark.parametrize("stray", [{"currency": "USD"}, {"several": True}], ids=["another currency", "several named"])
async def test_a_strangers_cent_closes_nobodys_page(world: World, stray: dict[str, object]) -> None:
    request, other = await online(world), await online(world)
    text = f"{request.proforma_number} {other.proforma_number}" if "several" in stray else request.proforma_number
    cent = Entry(1, text=text, bank_reference="S1", day=world.today(), currency=str(stray.get("currency", "EUR")))
    await world.import_file(statement(cent, number="S1"))
    assert len(await world.queue()) == 1
    assert await world.start(request)
    assert await sessions(world) == [("open", GROSS)]


async def test_while_a_part_may_have_come_once_and_be_told_twice_the_page_does_not_ask_for_a_rest(world: World) -> None:
    request = await online(world)
    told = Entry(5_000, text=request.proforma_number, day=world.today())
    await world.import_file(statement(told, number="NOTIFIED"))
    await world.import_file(statement(told, number="BOOKED"))
    with refused_as(errors_pb2.REASON_MONEY_WAITING):
        await world.start(request)
    assert await sessions(world) == []


async def test_twenty_who_open_the_link_at_once_get_one_page_for_the_rest(world: World) -> None:
    request = await online(world)
    await part(world, request, 4_000)
    assert len(set(await asyncio.gather(*(world.start(request) for _ in range(20))))) == 1
    assert await sessions(world) == [("open", GROSS - 4_000)]


async def test_a_page_that_was_made_for_the_whole_is_ended_before_one_opens_for_the_rest(world: World) -> None:
    request = await online(world)
    whole = await world.start(request)
    await part(world, request, 10_000)
    rest = await world.start(request)
    assert rest != whole
    assert await sessions(world) == [("expired", GROSS), ("open", GROSS - 10_000)]
    await part(world, request, 4_000, "S2")
    assert await world.start(request) != rest
    assert (await sessions(world))[-1] == ("open", GROSS - 14_000)


async def test_a_page_for_the_whole_whose_answer_was_lost_is_ended_too(world: World) -> None:
    request = await online(world)
    await world.start(request)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE checkout_attempts SET state = 'creating', page_id = NULL, url = ''")
    await part(world, request, 10_000)
    assert await world.start(request)
    assert await sessions(world) == [("expired", GROSS), ("open", GROSS - 10_000)]


async def test_who_pays_the_whole_on_a_page_that_was_open_already_has_paid(world: World) -> None:
    request = await online(world)
    whole = await world.start(request)
    entry = await part(world, request, 10_000)
    await world.stripe.pay(whole)
    assert await world.start(request) == ""
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_PAID
    assert [each.money_entry_id for each in await world.queue()] == [entry.money_entry_id]


@pytest.mark.parametrize(
    "came",
    [[GROSS + 1], [GROSS - 49], [GROSS - 100, GROSS - 100], [1_000, GROSS + 1]],
    ids=["more than the whole", "all but 49 cents", "twice nearly the whole", "a part and more than the whole"],
)
async def test_no_page_opens_where_nothing_that_is_known_is_left(world: World, came: Sequence[int]) -> None:
    request = await online(world)
    for number, minor in enumerate(came):
        await part(world, request, minor, f"S{number}")
    with pytest.raises(Refused) as refused:
        await world.start(request)
    assert refused.value.reason == errors_pb2.REASON_MONEY_WAITING
    assert await sessions(world) == []
    token = request.pay_url.rpartition("/")[2]
    async with aiohttp.ClientSession() as http, http.get(f"{world.url}/pay/{token}") as answer:
        assert (answer.status, "non pagare altro con il link" in await answer.text()) == (200, True)
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_OPEN


async def test_no_page_opens_while_it_is_not_known_what_of_the_part_was_taken_back(world: World) -> None:
    request = await online(world)
    await part(world, request, 10_000)
    back = Entry(9_000, text=request.proforma_number, day=world.today(), direction="DBIT", reversal=True)
    await world.import_file(statement(back, number="BACK"))
    with pytest.raises(Refused) as refused:
        await world.start(request)
    assert refused.value.reason == errors_pb2.REASON_MONEY_WAITING


async def test_a_rest_that_is_paid_once_the_part_has_gone_waits_as_a_part_itself(world: World) -> None:
    request = await online(world)
    entry = await part(world, request, 10_000)
    page = await world.start(request)
    await world.refund(caller="worker", money_entry_id=entry.money_entry_id)
    await world.stripe.pay(page)
    await world.deliver()
    (waits,) = await world.queue()
    assert (waits.reason, waits.amount.minor) == (pb.MONEY_ENTRY_REASON_SHORT, GROSS - 10_000)
    await world.start(request)
    assert (await sessions(world))[-1] == ("open", 10_000)


async def test_a_rest_that_came_before_a_kill_pays_with_the_next_look_for_missed_events(world: World) -> None:
    request, now = await online(world), world.room.clock.now()
    await part(world, request, 10_000)
    rest = Money(GROSS - 10_000, "EUR")
    receipt = Receipt(Source.STRIPE, "pi_rest", rest, world.today(), now, "pi_rest")
    async with world.room.core.database.transaction() as conn:
        await receipts.take_in(conn, receipt, uuid_of(request), QueueReason.SHORT)
    await world.stub().FetchMissedEvents(pb.FetchMissedEventsRequest())
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_PAID


async def test_a_rest_waits_for_the_statement_of_a_part_that_an_operator_has_recorded(world: World) -> None:
    request = await online(world)
    amount = common_pb2.Money(minor=10_000, currency="EUR")
    await record(world, seen(world, request, amount=amount, bank_reference="S1"))
    await world.stripe.pay(await world.start(request))
    assert await sessions(world) == [("complete", GROSS - 10_000)]
    await world.deliver()
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_OPEN
    told = Entry(10_000, text=request.proforma_number, bank_reference="S1", day=world.today())
    assert (await world.import_file(statement(told))).made_whole == 1
    assert (await world.get(request)).state == pb.PAYMENT_REQUEST_STATE_PAID
