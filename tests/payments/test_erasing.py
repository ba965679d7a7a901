"""What payments tells of an account before its erasure, and what it erases: payers, where they decide nothing more."""

import asyncio

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.test_disputes import CLAIM, decide, disputed
from tests.payments.test_refund_transfers import approve, debit, export
from tests.payments.test_refunds import of
from tests.payments.world import GROSS, STEERING, World
from tests.support.erasing import erase, facts
from tests.support.post import tables_holding

PAYER = "Zenobia Quattrocchi"


async def arrives(world: World, request: payments_pb2.PaymentRequest, minor: int) -> None:
    """A transfer that names the request."""
    entry = Entry(minor, text=f"da {PAYER}", reference=request.transfer.reference, debtor=PAYER)
    await world.import_file(statement(entry))


async def test_waiting_money_holds_until_it_is_settled_and_its_payer_is_then_taken_out(world: World) -> None:
    account = str(new_id())
    request = await world.transfer_request(account_id=account)
    await arrives(world, request, GROSS - 100)
    [fact] = await facts(world.room, account)
    assert (fact.kind, fact.amount.minor, fact.holds) == ("money_waiting", GROSS - 100, True)
    assert [wake.workflow_id for wake in await world.room.news()] == [f"erasure:{account}"]
    assert await erase(world.room, account) == {}  # an operator still needs the payer
    assert set(await tables_holding(world.room, PAYER)) == {"bank_entries", "money_entries"}
    async with world.room.core.database.reading() as conn:
        await conn.exec_driver_sql("UPDATE money_entries SET settled_at = created_at, settled_as = 'set_aside'")
    assert await facts(world.room, account) == []
    first, second = await asyncio.gather(erase(world.room, account), erase(world.room, account))
    assert first == second == {"money_entries, payers taken out": 1}
    # What the bank told is an accounting record.
    assert await tables_holding(world.room, PAYER) == ["bank_entries"]


async def test_a_charge_that_is_processed_holds(world: World) -> None:
    account = str(new_id())
    request = await world.request(account_id=account)
    async with world.room.core.database.reading() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO checkout_attempts (request_id, attempt, state, title, success_url, cancel_url, expires_at, "
            "url, created_at, minor) "
            f"VALUES ('{request.payment_request_id}', 1, 'processing', '', '', '', now(), '', now(), {GROSS})"
        )
    [fact] = await facts(world.room, account)
    assert (fact.kind, fact.id, fact.holds) == ("payment_processing", request.payment_request_id, True)
    assert fact.amount == common_pb2.Money(minor=GROSS, currency="EUR")


async def test_a_refund_holds_until_it_is_made_and_says_whose_turn_it_is(world: World) -> None:
    account = str(new_id())
    request = await world.paid_by_transfer(account_id=account)
    refund = await world.refund(**of(request, 7_000))
    assert [fact.kind for fact in await facts(world.room, account)] == ["refund_under_way"]
    await world.room.empty_outbox()
    await approve(world, refund)
    assert [fact.kind for fact in await facts(world.room, account)] == ["refund_under_way"]
    await export(world)
    assert [fact.kind for fact in await facts(world.room, account)] == ["refund_in_file"]
    assert {wake.workflow_id for wake in await world.room.news()} == {f"erasure:{account}"}
    await world.import_file(debit(await world.get_refund(refund)))
    assert await facts(world.room, account) == []


async def test_a_dispute_holds_until_its_loss_is_decided_about_and_wakes_the_erasure_then(world: World) -> None:
    request, dispute = await disputed(world)
    [fact] = await facts(world.room, request.account_id)
    [entry] = await world.queue()
    assert (fact.kind, fact.id, fact.amount.minor, fact.holds) == ("dispute_open", entry.money_entry_id, GROSS, True)
    await world.stripe.move_dispute(dispute, "lose")
    await world.deliver()
    assert [fact.kind for fact in await facts(world.room, request.account_id)] == ["dispute_undecided"]
    await world.room.empty_outbox()
    await decide(world, entry, CLAIM)
    assert [fact.kind for fact in await facts(world.room, request.account_id)] == ["dispute_undecided"]
    await world.stub("operator").SetMoneyAside(
        payments_pb2.SetMoneyAsideRequest(
            request_id=str(new_id()), money_entry_id=entry.money_entry_id, steering=STEERING
        )
    )
    assert await facts(world.room, request.account_id) == []
    assert f"erasure:{request.account_id}" in {wake.workflow_id for wake in await world.room.news()}


async def test_a_dispute_that_is_won_holds_no_longer(world: World) -> None:
    request, dispute = await disputed(world)
    await world.stripe.move_dispute(dispute, "answer")
    await world.stripe.move_dispute(dispute, "win", fee_back=True)
    await world.deliver()
    assert await facts(world.room, request.account_id) == []
    assert await facts(world.room, str(new_id())) == []


async def test_other_accounts_payers_stay(world: World) -> None:
    request = await world.transfer_request()
    await arrives(world, request, GROSS - 100)
    async with world.room.core.database.reading() as conn:
        await conn.exec_driver_sql("UPDATE money_entries SET settled_at = created_at, settled_as = 'set_aside'")
    assert await erase(world.room, str(new_id())) == {}
    assert "money_entries" in await tables_holding(world.room, PAYER)


async def test_a_mandate_holds_until_nobody_can_charge_it_and_then_goes(world: World) -> None:
    account = str(new_id())
    async with world.room.core.database.reading() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO mandates (id, account_id, customer_ref, method_ref, set_up_at, next_at) "
            f"VALUES ('{new_id()}', '{account}', 'cus_1', 'pm_1', now(), now())"
        )
        [fact] = await facts(world.room, account)
        assert (fact.kind, fact.holds) == ("mandate_active", True)
        await conn.exec_driver_sql(
            "UPDATE mandates SET ended_at = now(), end_reason = 'operator', method_instead = 'online', next_at = NULL"
        )
        [fact] = await facts(world.room, account)
        assert (fact.kind, fact.holds) == ("mandate_ending", True)
        assert await erase(world.room, account) == {}
        await conn.exec_driver_sql("UPDATE mandates SET released_at = now()")
    assert await facts(world.room, account) == []
    assert await erase(world.room, account) == {"mandates": 1}
