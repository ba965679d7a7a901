"""A consumer who withdraws gets back as money what account credit had paid, too (consumer code, art. 56(1))."""

import asyncio

import pytest

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.test_refunds import (
    APPROVED,
    CANCELLED,
    DONE,
    FAILED,
    REQUESTED,
    STRIPE,
    TRANSFER,
    cancel,
    of,
    retry,
)
from tests.payments.world import ANOTHER_IBAN, GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import refused_as

CREDIT = 900
BY_CREDIT = payments_pb2.REFUND_MEANS_ACCOUNT_CREDIT


@pytest.fixture
def account() -> str:
    return str(new_id())


async def payout(world: World, refund: payments_pb2.Refund) -> payments_pb2.Refund:
    """The refund that pays out what another one has made credit."""
    assert refund.paid_out_by
    asked = payments_pb2.GetRefundRequest(refund_id=refund.paid_out_by)
    found: payments_pb2.Refund = (await world.stub().GetRefund(asked)).refund
    return found


async def test_what_credit_had_paid_leaves_with_the_transfer_and_nothing_stays_credit(
    world: World, account: str
) -> None:
    await world.give_credit(account, CREDIT)
    request = await world.paid_by_transfer(account_id=account)
    assert request.credit_used.minor == CREDIT
    refund = await world.refund(**of(request, GROSS - 31), withdrawal_order_id=str(new_id()))
    assert (refund.state, refund.means, refund.iban) == (REQUESTED, TRANSFER, PAYERS_IBAN)
    assert (refund.amount.minor, refund.credited.minor, refund.paid_out_by) == (GROSS - 31, 0, "")
    assert await world.credit(account) == 0
    assert (await world.balances())["refunds"] == -(GROSS - 31)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH) as refused:
        await world.refund(**of(request, 32))
    assert refused.value.metadata == {"left": "31"}
    await cancel(world, refund)
    again = await world.refund(**of(request, GROSS), withdrawal_order_id=str(new_id()))
    assert (again.means, again.amount.minor, again.credited.minor) == (TRANSFER, GROSS, 0)


async def test_what_card_and_credit_had_paid_goes_back_to_the_card_and_by_a_transfer_of_its_own(
    world: World, account: str
) -> None:
    """The account had paid by transfer before: its credit goes to where that came from."""
    await world.paid_by_transfer(account_id=account)
    await world.give_credit(account, CREDIT)
    request, order, refund_id = await world.paid_online(account_id=account), str(new_id()), str(new_id())
    await world.room.empty_outbox()
    asked = {**of(request, GROSS - 31), "refund_id": refund_id, "withdrawal_order_id": order}
    first, second = [await world.refund(**asked) for _ in range(2)]
    assert first == second
    assert (first.state, first.means, first.amount.minor, first.credited.minor) == (
        DONE,
        STRIPE,
        GROSS - 31,
        CREDIT - 31,
    )
    paid_out = await payout(world, first)
    assert (paid_out.means, paid_out.amount.minor, paid_out.credited.minor) == (TRANSFER, CREDIT - 31, 0)
    assert (paid_out.withdrawal_order_id, paid_out.account_id, paid_out.payment_request_id) == (order, account, "")
    assert await world.credit(account) == 0
    assert len(await world.room.rows("refunds")) == 2
    assert (await world.balances())["refunds"] == -(CREDIT - 31)
    woken = {(wake.workflow_id, wake.signal) for wake in await world.room.wakes()}
    assert (f"withdrawal:{order}", "refund_changed") in woken


async def test_credit_is_paid_out_to_the_account_that_last_paid(world: World, account: str) -> None:
    await world.paid_by_transfer(account_id=account)
    await world.advance(hours=1)
    await world.give_credit(account, CREDIT, iban=ANOTHER_IBAN)
    request = await world.paid_online(account_id=account)
    refund = await world.refund(**of(request, GROSS), withdrawal_order_id=str(new_id()))
    paid_out = await payout(world, refund)
    assert paid_out.iban == ANOTHER_IBAN


async def test_where_no_account_is_known_the_credit_is_owed_until_an_operator_names_one(
    world: World, account: str
) -> None:
    await world.import_file(statement(Entry(CREDIT, text="?", iban=""), number="C"))
    entry = (await world.queue())[-1]
    await world.stub("operator").CreditMoney(
        payments_pb2.CreditMoneyRequest(
            request_id=str(new_id()), money_entry_id=entry.money_entry_id, account_id=account, steering=STEERING
        )
    )
    request, order = await world.paid_online(account_id=account), str(new_id())
    refund = await world.refund(**of(request, GROSS), withdrawal_order_id=order)
    owed = await payout(world, refund)
    assert (owed.state, owed.failure, owed.amount.minor) == (FAILED, "iban_missing", CREDIT)
    assert await world.credit(account) == 0
    await world.room.empty_outbox()
    retried = await retry(world, owed, iban=PAYERS_IBAN, holder="Pia Prova")
    assert (retried.state, retried.iban) == (APPROVED, PAYERS_IBAN)
    given_up = await cancel(world, retried)
    assert given_up.state == CANCELLED
    assert await world.credit(account) == CREDIT
    woken = [(wake.workflow_id, wake.signal) for wake in await world.room.wakes()]
    assert woken.count((f"withdrawal:{order}", "refund_changed")) == 2
    await world.balances()


async def test_what_credit_alone_had_paid_is_paid_out_whole(world: World, account: str) -> None:
    await world.give_credit(account, GROSS)
    request = await world.request(account_id=account)
    refund = await world.refund(**of(request, GROSS), withdrawal_order_id=str(new_id()))
    assert (refund.state, refund.means, refund.credited.minor) == (DONE, BY_CREDIT, GROSS)
    paid_out = await payout(world, refund)
    assert (paid_out.means, paid_out.amount.minor) == (TRANSFER, GROSS)
    assert await world.credit(account) == 0
    await world.balances()


async def test_two_withdrawals_refunds_asked_for_at_once_pay_the_credit_out_once(world: World, account: str) -> None:
    await world.give_credit(account, CREDIT)
    request, order = await world.paid_online(account_id=account), str(new_id())
    asked = {**of(request, GROSS), "refund_id": str(new_id()), "withdrawal_order_id": order}
    first, second = await asyncio.gather(*(world.refund(**asked) for _ in range(2)))
    assert first.paid_out_by == second.paid_out_by
    assert len(await world.room.rows("refunds")) == 2
    await world.balances()


async def test_without_a_withdrawal_what_credit_had_paid_stays_credit(world: World, account: str) -> None:
    await world.give_credit(account, CREDIT)
    request = await world.paid_by_transfer(account_id=account)
    refund = await world.refund(**of(request, GROSS))
    assert (refund.amount.minor, refund.credited.minor, refund.paid_out_by) == (GROSS, CREDIT, "")
    assert await world.credit(account) == CREDIT
