"""Payouts of the provider: what it pays out to the bank leaves what lies with it, and so do the fees that it kept."""

from typing import Any

import pytest
from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from tests.payments.statement import Entry, statement
from tests.payments.test_settling import arrives, refund
from tests.payments.test_transfers import record, seen
from tests.payments.world import GROSS, STEERING, World
from tests.support.refusals import bad_fields, refused_as
from tests.support.room import request_id
from workflows import names

FEES = 321
PAID_OUT = Entry(GROSS - FEES, text="STRIPE PAYOUT", debtor="Stripe Payments Europe", bank_reference="PO-1")


def steering() -> common_pb2.Steering:
    """An operator's word, each time from another update: the trail has two from one and the same only once."""
    return common_pb2.Steering(actor=STEERING.actor, reason_code=STEERING.reason_code, source=request_id())


async def payout(world: World, entry: pb.MoneyEntry, fees: int | None = None, **changed: Any) -> pb.MoneyEntry:
    """Book money as a payout."""
    kept = None if fees is None else common_pb2.Money(minor=fees, currency="EUR")
    fields = {"request_id": request_id(), "money_entry_id": entry.money_entry_id, "fees": kept, "steering": steering()}
    answer: pb.BookPayoutResponse = await world.stub("operator").BookPayout(pb.BookPayoutRequest(**fields | changed))
    return answer.entry


async def test_a_payout_with_its_fees_leaves_nothing_at_the_provider_that_is_not_there(world: World) -> None:
    await world.paid_online()
    (entry,) = await arrives(world, PAID_OUT)
    assert (await world.balances())["suspense"] == -GROSS + FEES
    once = request_id()
    for _ in range(2):
        booked = await payout(world, entry, FEES, request_id=once)
        assert (booked.settlement, booked.settled_to) == (pb.MONEY_SETTLEMENT_PAYOUT, "")
    assert await world.queue() == []
    assert await world.balances() == {
        "stripe": 0, "bank": GROSS - FEES, "provider_fees": FEES, "receivable": -GROSS, "suspense": 0
    }  # fmt: skip
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await payout(world, entry, FEES)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await refund(world, entry)


async def test_without_fees_all_of_it_came_from_the_provider(world: World) -> None:
    await world.paid_online()
    (entry,) = await arrives(world, PAID_OUT)
    await payout(world, entry)
    assert await world.balances() == {"stripe": FEES, "bank": GROSS - FEES, "receivable": -GROSS, "suspense": 0}


async def test_what_did_not_come_by_the_bank_or_is_a_customers_is_no_payout(world: World) -> None:
    request = await world.transfer_request()
    await record(world, seen(world, request, amount=common_pb2.Money(minor=100, currency="EUR")))
    (announced,) = await world.queue()
    by_card = await world.paid_online()
    await world.stripe.refund((await world.stripe.state())["sessions"][0]["payment_intent"], 700)
    await world.deliver()
    reference = request.transfer.reference
    waiting = await arrives(
        world,
        Entry(200, reference=reference, bank_reference="N-1"),
        Entry(300, text="?", bank_reference="R-1"),
        Entry(400, text="francs", currency="CHF", bank_reference="C-1"),
    )
    back = Entry(300, text="?", bank_reference="R-1", direction="DBIT", reversal=True)
    await world.import_file(statement(back, number="back"))
    refused = {entry.amount.minor: entry for entry in waiting}
    assert refused[200].named
    assert set(refused) >= {100, 200, 300, 400}
    assert any(entry.money_source == pb.MONEY_SOURCE_STRIPE for entry in waiting), by_card
    before = await world.balances()
    for minor, entry in refused.items():
        reason = errors_pb2.REASON_AMOUNT_MISMATCH if minor == 400 else errors_pb2.REASON_MONEY_SETTLED
        with refused_as(reason):
            await payout(world, entry)
    assert announced.money_entry_id in {entry.money_entry_id for entry in refused.values()}
    assert await world.balances() == before


@pytest.mark.parametrize("fees", [0, -1])
async def test_fees_are_more_than_nothing_or_left_out(world: World, fees: int) -> None:
    (entry,) = await arrives(world, PAID_OUT)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await payout(world, entry, fees)
    assert bad_fields(refused.value) == {"fees.minor": "out_of_range"}


async def test_the_proof_notices_a_payout_that_the_ledger_does_not_have(world: World) -> None:
    (entry,) = await arrives(world, PAID_OUT)
    await payout(world, entry, FEES, accept_more=True)
    async with world.room.core.database.transaction() as conn:
        await conn.execute(text("UPDATE money_entries SET minor = minor - 1 WHERE settled_as = 'payout'"))
    faults = " ".join((await world.proof()).discrepancies)
    assert f"payouts of the provider: EUR {GROSS - FEES - 1}, ledger: {GROSS - FEES}" in faults


async def undo(world: World, entry: pb.MoneyEntry, once: str = "") -> pb.MoneyEntry:
    """Take back a payout that was booked by mistake."""
    asked = pb.UndoPayoutRequest(
        request_id=once or request_id(), money_entry_id=entry.money_entry_id, steering=steering()
    )
    answer: pb.UndoPayoutResponse = await world.stub("operator").UndoPayout(asked)
    return answer.entry


async def test_more_than_lies_at_the_provider_is_no_payout_unless_it_is_accepted(world: World) -> None:
    await world.paid_online()
    (entry,) = await arrives(world, PAID_OUT)
    before = await world.balances()
    with refused_as(errors_pb2.REASON_PAYOUT_TOO_MUCH) as refused:
        await payout(world, entry, FEES + 1)
    assert refused.value.metadata["lies"] == str(GROSS)
    assert "EUR 146.41" in refused.value.message
    assert await world.balances() == before
    assert (await payout(world, entry, FEES + 1, accept_more=True)).settlement == pb.MONEY_SETTLEMENT_PAYOUT


async def test_what_lies_at_the_provider_below_zero_by_a_payout_is_named(world: World) -> None:
    await world.paid_online()
    (entry,) = await arrives(world, PAID_OUT)
    await payout(world, entry, 9_000_00, accept_more=True)
    proof, below = await world.proof(), f"stripe EUR {FEES - 9_000_00}"
    booked = f"more than lay there was booked as paid out with money entry {entry.money_entry_id}"
    assert list(proof.discrepancies) == [f"what lies at the provider is below zero ({below}): {booked}"]
    assert not proof.balanced


async def test_what_goes_back_after_a_payout_leaves_no_payout_wrong(world: World) -> None:
    await world.paid_online()
    (entry,) = await arrives(world, PAID_OUT)
    await payout(world, entry, FEES)
    await world.stripe.refund((await world.stripe.state())["sessions"][0]["payment_intent"], 700)
    await world.deliver()
    assert (await world.balances())["stripe"] == -700


async def test_a_payout_booked_by_mistake_is_undone_and_its_money_waits_again(world: World) -> None:
    await world.paid_online()
    (entry,) = await arrives(world, PAID_OUT)
    before = await world.balances()
    for _ in range(2):
        await payout(world, entry, 9_000_00, accept_more=True)
        once = request_id()
        for _ in range(2):
            assert (await undo(world, entry, once)).settlement == pb.MONEY_SETTLEMENT_UNSPECIFIED
        assert {name: minor for name, minor in (await world.balances()).items() if minor} == before
        assert [each.money_entry_id for each in await world.queue()] == [entry.money_entry_id]
    assert entry.money_entry_id in {
        str(wake.subject) for wake in await world.room.wakes() if wake.workflow == names.MONEY
    }
    await payout(world, entry, FEES)
    assert (await world.balances())["stripe"] == 0
    kept = sorted(await world.room.rows("audit"), key=lambda row: row["id"])
    assert [row["action"] for row in kept] == ["book_payout", "undo_payout"] * 2 + ["book_payout"]


async def test_only_a_payout_is_undone(world: World) -> None:
    (entry,) = await arrives(world, PAID_OUT)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await undo(world, entry)
    entry.money_entry_id = request_id()
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await undo(world, entry)
