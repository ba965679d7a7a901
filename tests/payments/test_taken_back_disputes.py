"""What the bank takes back of what had paid is decided about as a lost dispute is: claimed, credited, or set aside."""

from dataclasses import replace

import pytest

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.ids import new_id
from tests.payments.test_disputes import CLAIM, CREDIT_NOTE, decide, of, record_note
from tests.payments.test_refunds import euro
from tests.payments.test_refunds import of as refund_of
from tests.payments.test_settling import arrives, credit, get, set_aside
from tests.payments.test_taken_back import paid_and_taken_back, short, take_back
from tests.payments.world import GROSS, World
from tests.support.erasing import facts
from tests.support.measured import Watched
from tests.support.refusals import refused_as

SETTLED = errors_pb2.REASON_MONEY_SETTLED


async def test_what_the_bank_takes_back_of_what_had_paid_is_a_dispute_that_is_lost(world: World) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (entry,) = await world.queue()
    dispute = await of(world, request)
    assert entry.reason == pb.MONEY_ENTRY_REASON_REVERSED
    assert entry.dispute == (await get(world, entry)).dispute == dispute
    assert (dispute.source, dispute.state, dispute.amount, dispute.withdrawn, dispute.fee.minor) == (
        pb.MONEY_SOURCE_BANK, pb.DISPUTE_STATE_LOST, euro(GROSS), euro(GROSS), 0,
    )  # fmt: skip
    assert (dispute.payment_request_id, dispute.account_id, dispute.amount_differs) == (
        request.payment_request_id, request.account_id, False,
    )  # fmt: skip
    assert (dispute.HasField("closed_on"), dispute.settlement) == (True, pb.MONEY_SETTLEMENT_UNSPECIFIED)
    assert not (await world.proof()).discrepancies


async def test_a_claim_waits_and_its_credit_note_settles_it_once(world: World) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (entry,) = await world.queue()
    await decide(world, entry, CLAIM)
    (claimed,) = await world.queue()
    assert claimed.dispute.decision == CLAIM
    await decide(world, entry, CREDIT_NOTE)
    note = str(new_id())
    for _ in range(2):
        settled = await record_note(world, entry, note)
        assert (settled.settlement, settled.settled_to) == (pb.MONEY_SETTLEMENT_CREDIT_NOTE, note)
    assert (await of(world, request)).credit_note_id == note
    assert await world.balances() == {"bank": 0, "receivable": -GROSS, "suspense": 0, "returned": GROSS}
    with refused_as(SETTLED):
        await set_aside(world, entry)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**refund_of(request, 1))


@pytest.mark.parametrize("decision", [None, CLAIM])
async def test_it_may_be_set_aside_and_stays_named(world: World, decision: pb.DisputeDecision | None) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (entry,) = await world.queue()
    if decision is not None:
        await decide(world, entry, decision)
    await set_aside(world, entry)
    assert await world.queue() == []
    named = await of(world, request)
    assert (named.withdrawn, named.settlement) == (euro(GROSS), pb.MONEY_SETTLEMENT_SET_ASIDE)
    assert not (await world.proof()).discrepancies
    with refused_as(SETTLED):
        await decide(world, entry, CLAIM)


async def test_what_takes_back_money_that_had_paid_nothing_is_no_dispute(world: World) -> None:
    request = await world.transfer_request()
    await take_back(world, short(request))
    (entry,) = await world.queue()
    assert not entry.HasField("dispute")
    with refused_as(SETTLED):
        await decide(world, entry, CLAIM)


async def test_a_withdrawals_refund_that_waits_issues_the_credit_note_and_no_other_does(world: World) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (entry,) = await world.queue()
    await world.refund(**refund_of(request, GROSS), withdrawal_order_id=str(new_id()))
    with refused_as(SETTLED):
        await decide(world, entry, CREDIT_NOTE)
    await decide(world, entry, CLAIM)
    await set_aside(world, entry)
    assert (await of(world, request)).counted_as_refund == euro(GROSS)
    assert not (await world.proof()).discrepancies


async def test_more_than_had_come_is_told(world: World) -> None:
    request = await world.transfer_request()
    paying = short(request, GROSS)
    await arrives(world, paying)
    await take_back(world, short(request, GROSS + 1))
    assert (await of(world, request)).amount_differs


async def test_a_claim_that_credit_makes_good_is_settled_and_the_money_is_here_again(world: World) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (entry,) = await world.queue()
    await decide(world, entry, CLAIM)
    await world.give_credit(request.account_id, GROSS)
    await credit(world, entry, request.account_id)
    assert (await world.refund(**refund_of(request, GROSS))).amount == euro(GROSS)
    assert not (await world.proof()).discrepancies


async def test_it_holds_the_purge_and_a_claim_is_no_money_that_waits_for_a_person(world: World) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (entry,) = await world.queue()
    watched = Watched(world.room)
    assert (await watched.now()).values("casella_money_waiting") == [1, 0, 0]
    await decide(world, entry, CLAIM)
    assert (await watched.now()).values("casella_money_waiting") == [0, 0, 0]
    [fact] = await facts(world.room, request.account_id)
    assert (fact.kind, fact.id) == ("dispute_undecided", entry.money_entry_id)
    await set_aside(world, entry)
    assert await facts(world.room, request.account_id) == []


@pytest.mark.parametrize("parts", [(GROSS,), (5_000, 5_000, GROSS - 10_000)])
async def test_of_what_came_once_no_second_reversal_is_credited(world: World, parts: tuple[int, ...]) -> None:
    """Files may tell one reversal twice; of two equal transfers each may be credited."""
    _, (paying, *others) = await paid_and_taken_back(world, *parts)
    equal = [each for each in others if each.minor == paying.minor]
    for again in (*equal, replace(paying, end_to_end="E2E-9")):
        await take_back(world, again)
    *credited, told_again = await world.queue()
    assert len(credited) == 1 + len(equal)
    for entry in credited:
        await decide(world, entry, CREDIT_NOTE)
    for _ in range(2):
        with refused_as(SETTLED):
            await decide(world, told_again, CREDIT_NOTE)
        for entry in credited:
            await record_note(world, entry, str(new_id()))
        credited.clear()
    await set_aside(world, told_again)
    assert not (await world.proof()).discrepancies
