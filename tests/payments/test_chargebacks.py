"""A consumer has withdrawn, and a dispute has taken the money: it counts as given back, and nothing goes back twice."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.ids import new_id
from tests.payments.test_disputes import (
    CLAIM,
    CREDIT_NOTE,
    charge_of_last,
    decide,
    disputed,
    entry_of,
    lost,
    record_note,
)
from tests.payments.test_disputes import of as dispute_of
from tests.payments.test_refunds import CANCELLED, DONE, FAILED, REQUESTED, STRIPE, TRANSFER, cancel, of, push
from tests.payments.test_withdrawn_credit import CREDIT, payout
from tests.payments.world import GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import refused_as

CHARGEBACK = pb.REFUND_MEANS_CHARGEBACK
OWED = 5
"""What a consumer owes for the days before the notice."""


@pytest.fixture
def order() -> str:
    return str(new_id())


async def ask(world: World, request: pb.PaymentRequest, order: str, **more: Any) -> pb.Refund:
    """The withdrawal's refund of what is not owed; asked for again it says how it stands."""
    return await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order, **more)


async def moved(world: World, number: str, how: str) -> None:
    await world.stripe.move_dispute(number, how)
    await world.deliver()


async def set_aside(world: World, entry_id: str) -> None:
    await world.stub("operator").SetMoneyAside(
        pb.SetMoneyAsideRequest(request_id=str(new_id()), money_entry_id=entry_id, steering=STEERING)
    )


async def test_while_the_payers_bank_decides_the_refund_waits_and_nothing_leaves(world: World, order: str) -> None:
    request, _ = await disputed(world)
    (entry,) = await world.queue()
    await world.room.empty_outbox()
    wanted = str(new_id())
    first, second = [await ask(world, request, order, refund_id=wanted) for _ in range(2)]
    assert first == second
    assert (first.state, first.means) == (REQUESTED, CHARGEBACK)
    assert (first.amount.minor, first.credited.minor) == (GROSS - OWED, 0)
    assert first.dispute_entry_id == entry.money_entry_id
    assert first.dispute_evidence_by == entry.dispute.evidence_by
    assert (await dispute_of(world, request)).counted_as_refund.minor == GROSS - OWED
    balances = await world.balances()
    assert (balances["disputed"], balances["refunds"], balances["returned"]) == (GROSS, -(GROSS - OWED), GROSS - OWED)
    assert {wake.workflow_id for wake in await world.room.wakes()} >= {
        f"withdrawal:{order}", f"money:{entry.money_entry_id}"
    }  # fmt: skip
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, OWED + 1), withdrawal_order_id=order)


async def test_a_lost_dispute_is_the_refund_and_only_the_rest_is_decided_about(world: World, order: str) -> None:
    request, number = await disputed(world)
    refund = await ask(world, request, order)
    await world.room.empty_outbox()
    await moved(world, number, "lose")
    after = await world.get_refund(refund)
    assert (after.state, after.means, after.HasField("done_on")) == (DONE, CHARGEBACK, True)
    assert (f"withdrawal:{order}", "refund_changed") in {
        (wake.workflow_id, wake.signal) for wake in await world.room.wakes()
    }
    (entry,) = await world.queue()
    assert (entry.amount.minor, entry.dispute.counted_as_refund.minor) == (-OWED, GROSS - OWED)
    balances = await world.balances()
    assert (balances["disputed"], balances["refunds"], balances["returned"]) == (OWED, 0, GROSS - OWED)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await decide(world, entry, CREDIT_NOTE)
    await decide(world, entry, CLAIM)
    await set_aside(world, entry.money_entry_id)
    balances = await world.balances()
    assert (balances["disputed"], balances["set_aside"]) == (0, OWED)
    assert await world.queue() == []


async def test_a_dispute_that_took_no_more_than_is_owed_back_leaves_the_queue_as_refunded(
    world: World, order: str
) -> None:
    request, number = await disputed(world)
    refund = await world.refund(**of(request, GROSS), withdrawal_order_id=order)
    await moved(world, number, "lose")
    assert await world.queue() == []
    entry = await entry_of(world, refund.dispute_entry_id)
    assert (entry.settlement, entry.settled_to) == (pb.MONEY_SETTLEMENT_REFUNDED, refund.refund_id)
    assert (await world.balances())["disputed"] == 0


async def test_a_dispute_that_is_won_lets_the_refund_leave_by_card(world: World, order: str) -> None:
    request, number = await disputed(world)
    refund = await ask(world, request, order)
    await moved(world, number, "win")
    assert await world.queue() == []
    sent = await ask(world, request, order, refund_id=refund.refund_id)
    assert (sent.refund_id, sent.state, sent.means, sent.dispute_entry_id) == (refund.refund_id, DONE, STRIPE, "")
    balances = await world.balances()
    assert (balances["disputed"], balances["refunds"], balances["returned"]) == (0, 0, GROSS - OWED)


@pytest.mark.parametrize("decision", [None, CLAIM, CREDIT_NOTE])
async def test_a_dispute_that_was_lost_before_is_the_refund_at_once_and_the_withdrawal_issues_the_credit_note(
    world: World, order: str, decision: pb.DisputeDecision | None
) -> None:
    request, entry = await lost(world)
    if decision is not None:
        await decide(world, entry, decision)
    refund = await ask(world, request, order)
    assert (refund.state, refund.means) == (DONE, CHARGEBACK)
    (entry,) = await world.queue()
    kept = pb.DISPUTE_DECISION_UNSPECIFIED if decision in {None, CREDIT_NOTE} else decision
    assert (entry.amount.minor, entry.dispute.decision) == (-OWED, kept)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await record_note(world, entry, str(new_id()))
    await world.balances()


@pytest.mark.parametrize("amount", [GROSS, GROSS - OWED])
async def test_a_loss_that_the_bank_takes_back_makes_the_refund_owed_again_and_it_leaves_by_card(
    world: World, order: str, amount: int
) -> None:
    request, entry = await lost(world)
    refund = await world.refund(**of(request, amount), withdrawal_order_id=order)
    assert refund.state == DONE
    await moved(world, entry.dispute.provider_reference, "win")
    assert await world.queue() == []
    assert (await entry_of(world, entry.money_entry_id)).settlement == pb.MONEY_SETTLEMENT_KEPT
    owed = await world.get_refund(refund)
    assert (owed.state, owed.means, owed.HasField("done_on")) == (REQUESTED, STRIPE, False)
    assert (await world.balances())["refunds"] == -amount
    pushed = await world.stub().PushRefunds(pb.PushRefundsRequest(), timeout=15)
    assert pushed.changed == 1
    assert (await world.get_refund(refund)).state == DONE
    assert (await world.balances())["refunds"] == 0


async def test_what_credit_had_paid_is_paid_out_beside_what_the_dispute_took(world: World, order: str) -> None:
    account = str(uuid4())
    await world.give_credit(account, CREDIT)
    request = await world.paid_online(account_id=account)
    number = await world.stripe.dispute(await charge_of_last(world))
    await world.deliver()
    refund = await ask(world, request, order)
    assert (refund.means, refund.amount.minor, refund.credited.minor) == (CHARGEBACK, GROSS - OWED, CREDIT - OWED)
    paid_out = await payout(world, refund)
    assert (paid_out.means, paid_out.amount.minor) == (TRANSFER, CREDIT - OWED)
    assert await world.credit(account) == 0
    await moved(world, number, "lose")
    assert await world.queue() == []
    assert (await world.get_refund(refund)).state == DONE
    await world.balances()


async def test_a_part_that_was_disputed_counts_and_the_rest_goes_back_by_card(world: World, order: str) -> None:
    request, number = await disputed(world, amount=100)
    wanted = str(new_id())
    refund, again = [await ask(world, request, order, refund_id=wanted) for _ in range(2)]
    assert refund == again
    assert (refund.means, refund.credited.minor) == (CHARGEBACK, GROSS - OWED - 100)
    rest = await payout(world, refund)
    assert (rest.means, rest.state, rest.amount.minor, rest.credited.minor) == (STRIPE, DONE, GROSS - OWED - 100, 0)
    assert (await dispute_of(world, request)).refunded.minor == GROSS - OWED - 100
    assert await world.credit(request.account_id) == 0
    await moved(world, number, "lose")
    assert await world.queue() == []
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH) as refused:
        await world.refund(**of(request, OWED + 1), withdrawal_order_id=order)
    assert refused.value.metadata == {"left": str(OWED)}
    await world.balances()


async def test_beside_a_part_that_was_disputed_only_what_credit_had_paid_is_transferred(
    world: World, order: str
) -> None:
    account = str(new_id())
    await world.give_credit(account, CREDIT)
    request = await world.paid_online(account_id=account)
    number = await world.stripe.dispute(await charge_of_last(world), amount=100)
    await world.deliver()
    refund = await ask(world, request, order)
    by_card = await payout(world, refund)
    assert (by_card.means, by_card.amount.minor, by_card.credited.minor) == (STRIPE, GROSS - OWED - 100, CREDIT - OWED)
    by_transfer = await payout(world, by_card)
    assert (by_transfer.means, by_transfer.amount.minor) == (TRANSFER, CREDIT - OWED)
    assert await world.credit(account) == 0
    await moved(world, number, "lose")
    assert {(await world.get_refund(each)).state for each in (refund, by_card)} == {DONE}
    await world.balances()


async def test_a_refund_that_the_dispute_stopped_counts_by_it(world: World, order: str) -> None:
    """The provider refuses to refund what is disputed; its word about the dispute comes later."""
    request = await world.paid_online()
    await world.stripe.faults(drop=True)
    number = await world.stripe.dispute(await charge_of_last(world))
    refund = await ask(world, request, order)
    assert (refund.state, refund.means) == (FAILED, STRIPE)
    await world.stripe.faults()
    await moved(world, number, "lose")
    after = await world.get_refund(refund)
    assert (after.state, after.means, after.failure) == (DONE, CHARGEBACK, "")
    await world.balances()


async def test_a_refund_that_may_have_left_counts_by_no_dispute_and_the_money_leaves_once(
    world: World, order: str
) -> None:
    """The provider has made it and its answer was lost; the dispute over the rest is lost meanwhile."""
    request = await world.paid_online()
    await world.stripe.faults(lose_refund_answer=True, drop=True)
    refund = await world.refund(**of(request, 700), withdrawal_order_id=order)
    assert refund.state == REQUESTED
    await world.stripe.faults()
    number = await world.stripe.dispute(await charge_of_last(world), amount=GROSS - 700)
    await moved(world, number, "lose")
    assert await push(world) == 1
    after = await world.get_refund(refund)
    assert (after.state, after.means) == (DONE, STRIPE)
    assert (await dispute_of(world, request)).counted_as_refund.minor == 0
    assert len((await world.stripe.state())["refunds"]) == 1
    assert (await world.balances())["disputed"] == GROSS - 700


@pytest.mark.parametrize("amounts", [(100, 5_000), (5_000, 100)])
async def test_of_two_disputes_the_refund_counts_by_the_one_that_took_more(
    world: World, order: str, amounts: tuple[int, int]
) -> None:
    request = await world.paid_online()
    for amount in amounts:
        await world.stripe.dispute(await charge_of_last(world), amount=amount)
        await world.deliver()
    refund = await world.refund(**of(request, 5_000), withdrawal_order_id=order)
    assert (refund.means, refund.credited.minor) == (CHARGEBACK, 0)
    taken = await entry_of(world, refund.dispute_entry_id)
    assert (taken.dispute.withdrawn.minor, taken.dispute.counted_as_refund.minor) == (5_000, 5_000)


async def test_a_refund_that_waits_for_a_dispute_can_be_given_up_and_asked_for_anew(world: World, order: str) -> None:
    request, number = await disputed(world)
    refund = await ask(world, request, order)
    await world.room.empty_outbox()
    assert (await cancel(world, refund)).state == CANCELLED
    woken = {wake.workflow_id for wake in await world.room.wakes()}
    assert {f"withdrawal:{order}", f"money:{refund.dispute_entry_id}"} <= woken
    assert (await dispute_of(world, request)).counted_as_refund.minor == 0
    again = await ask(world, request, order)
    assert (again.state, again.means) == (REQUESTED, CHARGEBACK)
    await moved(world, number, "lose")
    assert [(await world.get_refund(each)).state for each in (refund, again)] == [CANCELLED, DONE]
    await world.balances()


async def test_what_an_operator_has_settled_counts_as_nothing_by_itself(world: World, order: str) -> None:
    """Set aside it may have been paid by transfer since: that is for an operator to know."""
    request, entry = await lost(world)
    await set_aside(world, entry.money_entry_id)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await ask(world, request, order)


async def test_by_another_account_nothing_goes_back_that_the_dispute_has_taken(world: World, order: str) -> None:
    request, _ = await disputed(world)
    wanted = {**of(request, GROSS), "withdrawal_order_id": order, "iban": PAYERS_IBAN, "holder": "Pia Prova"}
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund("operator", **wanted, steering=STEERING)


async def test_a_refund_that_is_asked_for_as_the_dispute_is_lost_counts_once(world: World, order: str) -> None:
    for _ in range(3):
        request, number = await disputed(world)
        await world.stripe.move_dispute(number, "lose")
        first, _, second = await asyncio.gather(
            ask(world, request, order), world.deliver(), ask(world, request, order), return_exceptions=True
        )
        [refund] = [each for each in (first, second) if isinstance(each, pb.Refund)]
        after = await world.get_refund(refund)
        assert (after.state, after.means) == (DONE, CHARGEBACK)
        assert (await dispute_of(world, request)).counted_as_refund.minor == GROSS - OWED
        assert (await world.queue())[-1].amount.minor == -OWED
        await world.balances()


async def test_without_a_withdrawal_nothing_counts(world: World) -> None:
    request, _ = await disputed(world)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, 1))
