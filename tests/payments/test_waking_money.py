"""Money that waits and disputes are looked at again whenever something becomes of the request that they name."""

from dataclasses import replace

from casella.payments.v1 import payments_pb2 as pb
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.test_disputes import disputed, of
from tests.payments.test_settling import set_aside
from tests.payments.world import GROSS, World
from workflows import names


async def woken(world: World) -> list[str]:
    """The workflows of money that are to look again."""
    return [wake.workflow_id for wake in await world.room.wakes() if wake.workflow == "Money"]


async def waiting_told(world: World) -> set[str]:
    """The workflows that wait for a payment and are told of money."""
    return {wake.workflow_id for wake in await world.room.wakes() if wake.signal == names.MONEY_WAITING}


async def short(world: World) -> tuple[pb.PaymentRequest, str]:
    """An open request, and the workflow of a part that waits for it."""
    request = await world.transfer_request()
    part = Entry(GROSS - 100, reference=request.transfer.reference, iban="DE89370400440532013000")
    await world.import_file(statement(part))
    (entry,) = await world.queue()
    await world.room.empty_outbox()
    return request, f"money:{entry.money_entry_id}"


async def test_the_close_of_what_it_names_wakes_money_that_waits(world: World) -> None:
    request, money = await short(world)
    other = await world.transfer_request()
    await world.room.empty_outbox()
    await world.close(other)
    assert await woken(world) == []
    await world.close(request, pb.CLOSE_REASON_CANCELLED)
    assert await woken(world) == [money]
    await world.room.empty_outbox()
    await world.close(request, pb.CLOSE_REASON_CANCELLED)
    assert await woken(world) == [], "it is closed once"


async def test_a_payment_of_what_it_names_wakes_money_that_waits(world: World) -> None:
    request, money = await short(world)
    whole = Entry(GROSS, reference=request.transfer.reference, bank_reference="B-2")
    await world.import_file(statement(whole, number="S2"))
    assert await woken(world) == [money]


async def test_other_money_for_what_it_names_wakes_money_that_waits(world: World) -> None:
    request, money = await short(world)
    more = Entry(50, reference=request.transfer.reference, bank_reference="B-2")
    await world.import_file(statement(more, number="S2"))
    (other,) = {f"money:{entry.money_entry_id}" for entry in await world.queue()} - {money}
    assert set(await woken(world)) == {money, other}


async def test_what_the_bank_takes_back_and_its_settling_wake_who_waits_for_what_it_names(
    world: World,
) -> None:
    """A reversal of another amount, less the bank's charges, is for a person."""
    request, money = await short(world)
    back = Entry(
        GROSS - 130, reference=request.transfer.reference, bank_reference="B-9", direction="DBIT", reversal=True
    )
    await world.import_file(statement(back, number="S2"))
    (reversal,) = [each for each in await world.queue() if each.amount.minor < 0]
    assert set(await woken(world)) == {money, f"money:{reversal.money_entry_id}"}
    assert await waiting_told(world) == {f"order:{request.order_id}"}
    await world.room.empty_outbox()
    await set_aside(world, reversal)
    assert set(await woken(world)) == {money}
    assert await waiting_told(world) == {f"order:{request.order_id}"}


async def test_money_settled_with_what_took_it_back_wakes_other_money_for_what_it_named(world: World) -> None:
    request, money = await short(world)
    other = Entry(50, reference=request.transfer.reference, bank_reference="B-2")
    await world.import_file(statement(other, number="S2"))
    await world.room.empty_outbox()
    done = await world.import_file(statement(replace(other, direction="DBIT", reversal=True), number="S3"))
    assert done.taken_back == 1
    assert money in await woken(world)
    assert await waiting_told(world) == {f"order:{request.order_id}"}


async def test_a_refund_of_what_is_disputed_wakes_the_dispute(world: World) -> None:
    request, _ = await disputed(world, inquiry=True)
    entry_id = (await of(world, request)).money_entry_id
    await world.room.empty_outbox()
    refund = await world.refund(
        refund_id=str(new_id()), payment_request_id=request.payment_request_id, reason_code="inquiry",
        amount=request.amount,
    )  # fmt: skip
    assert refund.refund_id
    assert set(await woken(world)) == {f"money:{entry_id}"}


async def test_a_settled_entry_is_woken_by_nothing_of_what_it_named(world: World) -> None:
    request, money = await short(world)
    await world.refund(refund_id=str(new_id()), money_entry_id=money.removeprefix("money:"), reason_code="withdrawal")
    await world.room.empty_outbox()
    await world.close(request)
    assert await woken(world) == []


async def test_money_of_an_account_is_told_with_the_requests_that_it_names(world: World) -> None:
    request, _ = await short(world)
    asked = pb.GetWaitingMoneyRequest(account_id=request.account_id)
    found = await world.stub().GetWaitingMoney(asked)
    assert [list(entry.named) for entry in found.waiting] == [[request.payment_request_id]]
    assert [(each.payment_request_id, each.order_id, each.pay_url) for each in found.named] == [
        (request.payment_request_id, request.order_id, "")
    ]
    assert not found.named[0].HasField("transfer")


async def test_a_refund_of_money_that_waits_wakes_the_withdrawal_for_which_it_goes_back(world: World) -> None:
    request, money = await short(world)
    refund = await world.refund(
        refund_id=str(new_id()), money_entry_id=money.removeprefix("money:"), reason_code="withdrawal",
        withdrawal_order_id=request.order_id,
    )  # fmt: skip
    assert (refund.state, refund.amount.minor) == (pb.REFUND_STATE_REQUESTED, GROSS - 100)
    assert f"withdrawal:{request.order_id}" in [wake.workflow_id for wake in await world.room.wakes()]
