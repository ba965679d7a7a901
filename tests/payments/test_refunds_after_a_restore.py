"""A refund left before the rows were restored, which know nothing of it: its money does not leave twice."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit import recovery
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.refunds import Refund, end_to_end_of
from services.payments.provider.refunds import ProviderRefund
from services.payments.service import lost_refunds
from services.payments.store import refunds
from tests.payments.rows import somebody_waits
from tests.payments.statement import Entry, statement
from tests.payments.test_disputes import charge_of_last
from tests.payments.test_refunds import APPROVED, DONE, FAILED, SENT, of
from tests.payments.test_settling import arrives, refund, set_aside
from tests.payments.world import GROSS, PAYERS_IBAN, World
from tests.support.refusals import refused_as

REVERSED = payments_pb2.MONEY_ENTRY_REASON_REVERSED
BACK = 500
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
    assert await told_of(world, money) == debit.source_reference
    before = await wakes_of(world, money)
    await set_aside(world, debit)
    assert (await told_of(world, money), await wakes_of(world, money)) == ("", before + 1)
    assert (await refund(world, money)).state == APPROVED


async def test_money_that_waited_before_the_debit_that_perhaps_sent_it_back_is_looked_at_again(world: World) -> None:
    await restore(world)
    (money,) = await arrives(world, Entry(GROSS, text="?"))
    (other,) = [each for each in await arrives(world, Entry(BACK, text="?")) if each != money]
    before = [await wakes_of(world, each) for each in (money, other)]
    await world.import_file(statement(LOST, number="S-lost"))
    assert await told_of(world, money) == LOST.end_to_end
    assert [await wakes_of(world, each) for each in (money, other)] == [before[0] + 1, before[1]]


async def told_of(world: World, money: payments_pb2.MoneyEntry) -> str:
    """The debit that perhaps sent money back, as its workflow reads it."""
    asked = payments_pb2.GetMoneyEntryRequest(money_entry_id=money.money_entry_id)
    found: payments_pb2.GetMoneyEntryResponse = await world.stub("operator").GetMoneyEntry(asked)
    return found.entry.perhaps_gone_back_by


async def wakes_of(world: World, money: payments_pb2.MoneyEntry) -> int:
    """How often the workflow of money was woken."""
    return [str(wake.subject) for wake in await world.room.wakes()].count(money.money_entry_id)


@pytest.mark.parametrize(("lost", "minor"), [(False, GROSS), (True, GROSS + 1)])
async def test_a_debit_of_another_amount_or_of_rows_that_were_never_restored_holds_no_refund(
    world: World, minor: int, *, lost: bool
) -> None:
    if lost:
        await restore(world)
    money, _ = await imported(world, minor)
    assert (await refund(world, money)).state == APPROVED


async def lost_by_card(world: World, minor: int = BACK) -> tuple[payments_pb2.PaymentRequest, ProviderRefund]:
    """A payment by card, and a refund of it of which no row knows."""
    request = await world.paid_online()
    charge = await charge_of_last(world)
    return request, await world.provider.refund(charge, Money(minor, "EUR"), new_id(), 1, str(new_id()))


async def made(world: World) -> list[int]:
    """The refunds at the provider, by their sums."""
    return [each["amount"] for each in (await world.stripe.state())["refunds"]]


async def test_what_is_asked_for_again_by_another_id_is_the_refund_that_the_rows_have_lost_and_the_next_a_new_one(
    world: World,
) -> None:
    request, lost = await lost_by_card(world)
    await restore(world)
    again = await world.refund(**of(request, BACK))
    assert (again.state, again.reference, await made(world)) == (DONE, lost.provider_ref, [BACK])
    assert (await world.balances())["stripe"] == GROSS - BACK
    assert (await world.refund(**of(request, BACK), refund_id=again.refund_id)).reference == lost.provider_ref
    second = await world.refund(**of(request, BACK))
    assert (second.state, await made(world)) == (DONE, [BACK, BACK])
    assert second.reference != lost.provider_ref


async def test_two_that_are_asked_for_at_once_do_not_both_take_a_lost_refund_over(world: World) -> None:
    request, lost = await lost_by_card(world)
    await restore(world)
    both = await asyncio.gather(*(world.refund(**of(request, BACK)) for _ in range(2)))
    assert sorted(each.reference == lost.provider_ref for each in both) == [False, True]
    assert await made(world) == [BACK, BACK]


async def test_who_asks_while_another_one_takes_a_lost_refund_over_waits_and_finds_it_taken(world: World) -> None:
    request, lost = await lost_by_card(world)
    await restore(world)
    await world.stripe.faults(away=True)  # or each would take it over as it is asked for
    asked = [await world.refund(**of(request, BACK)) for _ in range(2)]
    database = world.room.core.database

    async def found(refund_id: UUID) -> Refund:
        async with database.reading() as conn:
            refund = await refunds.by_id(conn, refund_id)
        assert refund is not None
        return refund

    first, second = [await found(UUID(each.refund_id)) for each in asked]

    async def take_over_second() -> ProviderRefund | None:
        async with database.transaction() as conn:
            return await lost_refunds.take_over(conn, second, [lost])

    async with database.reading() as watching, database.transaction() as conn:
        assert await lost_refunds.take_over(conn, first, [lost]) == lost
        waiting = asyncio.create_task(take_over_second())
        await asyncio.wait(
            {waiting, asyncio.create_task(somebody_waits(watching))}, return_when=asyncio.FIRST_COMPLETED
        )
    assert await waiting is None


@pytest.mark.parametrize("succeeded", [True, False])
async def test_a_lost_refund_that_is_on_its_way_ends_the_one_that_took_it_over(
    world: World, *, succeeded: bool
) -> None:
    await world.stripe.faults(refund="pending")
    request, lost = await lost_by_card(world)
    await restore(world)
    again = await world.refund(**of(request, BACK))
    assert (again.state, again.reference) == (SENT, lost.provider_ref)
    await world.stripe.settle_refund(lost.provider_ref, succeeded=succeeded)
    await world.deliver()
    assert (await world.get_refund(again)).state == (DONE if succeeded else FAILED)


@pytest.mark.parametrize(("restored", "minor"), [(False, BACK), (True, BACK + 1)])
async def test_a_refund_over_another_sum_or_in_rows_that_were_never_restored_takes_nothing_over(
    world: World, minor: int, *, restored: bool
) -> None:
    request, _ = await lost_by_card(world, minor)
    if restored:
        await restore(world)
    assert (await world.refund(**of(request, BACK))).state == DONE
    assert sorted(await made(world)) == [BACK, minor]
