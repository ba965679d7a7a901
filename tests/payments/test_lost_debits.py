"""A statement has the debit of a refund that left before a restore, and its file is lost: none leaves twice."""

import pytest

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from tests.payments.test_refund_transfers import approve, export
from tests.payments.test_refunds import APPROVED, DONE, REQUESTED, SENT
from tests.payments.test_refunds_after_a_restore import restore
from tests.payments.test_refunds_in_files import BACK, debit_of, wanted
from tests.payments.test_settling import set_aside
from tests.payments.world import GROSS, World
from tests.support.refusals import refused_as


async def exported(world: World) -> int:
    """How large the next file for the bank is: nothing where no refund is in it."""
    return len((await export(world)).file)


async def test_a_refund_whose_debit_came_before_it_was_asked_for_again_is_done_and_not_exported(world: World) -> None:
    await restore(world)
    asked = await wanted(world)
    await world.import_file(debit_of(asked["refund_id"]))
    assert [each.reason for each in await world.queue()] == [payments_pb2.MONEY_ENTRY_REASON_REVERSED]
    again = await world.refund(**asked)
    assert ((await world.get_refund(again)).state, await world.queue(), await exported(world)) == (DONE, [], 0)
    assert (await world.balances())["bank"] == GROSS - BACK
    assert (await world.import_file(debit_of(asked["refund_id"]))).refunds_done == 0


@pytest.mark.parametrize("decided", [REQUESTED, APPROVED])
async def test_a_refund_that_the_rows_know_as_not_sent_is_done_by_its_debit(
    world: World, decided: payments_pb2.RefundState
) -> None:
    await restore(world)
    refund = await world.refund(**(await wanted(world)))
    if decided == APPROVED:
        await approve(world, refund)
    assert (await world.import_file(debit_of(refund.refund_id))).refunds_done == 1
    assert ((await world.get_refund(refund)).state, await exported(world)) == (DONE, 0)
    assert (await world.balances())["bank"] == GROSS - BACK


async def test_a_refund_whose_debit_a_person_had_set_aside_begins_as_sent_and_is_not_exported(world: World) -> None:
    await restore(world)
    asked = await wanted(world)
    await world.import_file(debit_of(asked["refund_id"]))
    (debit,) = await world.queue()
    await set_aside(world, debit)
    again = await world.refund(**asked)
    assert ((await world.get_refund(again)).state, await exported(world)) == (SENT, 0)
    await world.balances()


async def test_a_refund_that_left_with_another_amount_is_refused(world: World) -> None:
    await restore(world)
    asked = await wanted(world)
    await world.import_file(debit_of(asked["refund_id"], BACK + 1))
    with refused_as(errors_pb2.REASON_MONEY_SETTLED) as refused:
        await world.refund(**asked)
    assert "left with 70.01 EUR as a statement tells" in refused.value.message


async def test_in_rows_that_were_never_restored_a_debit_ends_no_refund_that_was_not_sent(world: World) -> None:
    refund = await world.refund(**(await wanted(world)))
    assert (await world.import_file(debit_of(refund.refund_id))).refunds_done == 0
    assert (await world.get_refund(refund)).state == REQUESTED
