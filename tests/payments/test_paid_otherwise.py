"""What other money has paid no page takes again: the page that is open then is ended, at once or as soon as one can."""

from typing import Any

import pytest

from casella.payments.v1 import payments_pb2 as pb
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.test_transfers import record, seen
from tests.payments.world import GROSS, STEERING, World

PAID = pb.PAYMENT_REQUEST_STATE_PAID


async def with_page(world: World) -> tuple[pb.PaymentRequest, str]:
    """An open request with a proforma, and its page."""
    request = await world.request()
    number = pb.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number="P2026/17")
    await world.stub().RecordProforma(number)
    return request, await world.start(request)


async def told(world: World, request: pb.PaymentRequest) -> None:
    """The statement has the transfer."""
    await world.import_file(statement(Entry(GROSS, text="P2026/17")))


async def recorded(world: World, request: pb.PaymentRequest) -> None:
    """An operator records the transfer."""
    await record(world, seen(world, request))


async def assigned(world: World, request: pb.PaymentRequest) -> None:
    """An operator gives the request money that waits."""
    await world.import_file(statement(Entry(GROSS, text="dues")))
    [entry] = await world.queue()
    asked = pb.AssignMoneyRequest(
        request_id=str(new_id()), money_entry_id=entry.money_entry_id, steering=STEERING,
        payment_request_id=request.payment_request_id,
    )  # fmt: skip
    await world.stub("operator").AssignMoney(asked)


@pytest.mark.parametrize("pays", [told, recorded, assigned])
async def test_a_page_that_is_open_when_a_transfer_pays_takes_no_money_any_more(world: World, pays: Any) -> None:
    request, page = await with_page(world)
    await pays(world, request)
    assert (await world.get(request)).state == PAID
    assert [each["status"] for each in (await world.stripe.state())["sessions"]] == ["expired"]
    assert await world.stripe.pay(page) >= 400
    assert [row["state"] for row in await world.room.rows("checkout_attempts")] == ["expired"]
    assert await world.queue() == []


async def test_while_the_provider_is_away_the_transfer_pays_all_the_same_and_the_page_is_ended_later(
    world: World,
) -> None:
    request, _ = await with_page(world)
    await world.stripe.faults(away=True)
    await told(world, request)
    assert (await world.get(request)).state == PAID
    await world.stripe.faults()
    await world.stub().FetchMissedEvents(pb.FetchMissedEventsRequest(), timeout=20)
    assert [each["status"] for each in (await world.stripe.state())["sessions"]] == ["expired"]


async def test_who_is_faster_on_the_page_than_its_end_has_paid_twice_and_the_money_waits(world: World) -> None:
    request, page = await with_page(world)
    await world.stripe.faults(drop=True)
    await world.stripe.pay(page)
    await told(world, request)
    [entry] = await world.queue()
    assert (entry.reason, entry.amount.minor) == (pb.MONEY_ENTRY_REASON_TWICE, GROSS)
    assert await world.balances() == {"stripe": GROSS, "bank": GROSS, "receivable": -GROSS, "suspense": -GROSS}
