"""A refund left before the rows were restored, which know nothing of it: its money does not leave twice."""

import pytest
from sqlalchemy import text

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit import recovery
from services.kit.ids import new_id
from services.payments.domain.refunds import end_to_end_of
from tests.payments.statement import Entry, statement
from tests.payments.test_refunds import APPROVED
from tests.payments.test_settling import refund, set_aside
from tests.payments.world import GROSS, PAYERS_IBAN, World
from tests.support.refusals import refused_as

REVERSED = payments_pb2.MONEY_ENTRY_REASON_REVERSED
LOST = Entry(GROSS, text="Rimborso", direction="DBIT", end_to_end=end_to_end_of(new_id(), 1))
"""The debit of a refund of which no row knows."""


async def restore(world: World) -> None:
    """Let the rows have been restored once, by a recovery that has ended."""
    async with world.room.core.database.transaction() as conn:
        await conn.execute(text(recovery.BEGIN), {"id": new_id(), "now": world.room.clock.now()})
        await conn.execute(text("UPDATE recoveries SET read_at = begun_at, mails_at = begun_at, ended_at = begun_at"))


async def imported(world: World, minor: int = GROSS) -> tuple[payments_pb2.MoneyEntry, payments_pb2.MoneyEntry]:
    """The statement that tells of money for nothing and of the refund that left; both as they wait, the debit last."""
    await world.import_file(statement(Entry(minor, text="?", iban=PAYERS_IBAN), LOST, number=f"S-{new_id()}"))
    debit, money = sorted(await world.queue(), key=lambda each: each.reason != REVERSED)
    assert debit.reason == REVERSED
    return money, debit


async def test_money_whose_refund_may_have_left_before_a_restore_goes_back_only_once_its_debit_is_decided(
    world: World,
) -> None:
    await restore(world)
    money, debit = await imported(world)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED) as refused:
        await refund(world, money)
    assert "set both aside" in refused.value.message
    await set_aside(world, debit)
    assert (await refund(world, money)).state == APPROVED


@pytest.mark.parametrize(("lost", "minor"), [(False, GROSS), (True, GROSS + 1)])
async def test_a_debit_of_another_amount_or_of_rows_that_were_never_restored_holds_no_refund(
    world: World, minor: int, *, lost: bool
) -> None:
    if lost:
        await restore(world)
    money, _ = await imported(world, minor)
    assert (await refund(world, money)).state == APPROVED
