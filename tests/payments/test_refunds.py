"""Refunds by the means by which the money came: asked for once, never more than came, told to whom it concerns."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.limits import LARGEST_REQUEST
from services.kit.localized import groups_of_four
from services.payments.settings import EXAMPLE_IBAN
from tests.payments.rows import so_many_wait
from tests.payments.statement import Entry, statement
from tests.payments.world import ANOTHER_IBAN, GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import bad_fields, refused_as

DONE, SENT, FAILED = payments_pb2.REFUND_STATE_DONE, payments_pb2.REFUND_STATE_SENT, payments_pb2.REFUND_STATE_FAILED
REQUESTED, APPROVED = payments_pb2.REFUND_STATE_REQUESTED, payments_pb2.REFUND_STATE_APPROVED
CANCELLED = payments_pb2.REFUND_STATE_CANCELLED
STRIPE, TRANSFER = payments_pb2.REFUND_MEANS_STRIPE, payments_pb2.REFUND_MEANS_BANK_TRANSFER


def euro(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency="EUR")


def of(request: payments_pb2.PaymentRequest, minor: int) -> dict[str, Any]:
    """A refund of some of a payment request."""
    return {"payment_request_id": request.payment_request_id, "amount": euro(minor)}


async def test_a_card_payment_goes_back_to_the_card_and_wakes_the_withdrawal(world: World) -> None:
    request, order = await world.paid_online(), str(new_id())
    await world.room.empty_outbox()
    refund = await world.refund(**of(request, 10_000), withdrawal_order_id=order)
    assert (refund.state, refund.means, refund.amount.minor, refund.credited.minor) == (DONE, STRIPE, 10_000, 0)
    assert await world.balances() == {"receivable": -GROSS, "returned": 10_000, "stripe": GROSS - 10_000, "refunds": 0}
    woken = {(wake.workflow_id, wake.signal) for wake in await world.room.wakes()}
    assert woken == {(f"withdrawal:{order}", "refund_changed")}
    assert [event["type"] for event in await world.room.events()] == ["refund.requested", "refund.done"]
    (made,) = (await world.stripe.state())["refunds"]
    assert (made["amount"], made["metadata"]["refund_id"]) == (10_000, refund.refund_id)


async def test_what_came_by_card_becomes_account_credit_once_where_that_is_asked_for(world: World) -> None:
    request, refund_id = await world.paid_online(), str(new_id())
    asked = {**of(request, 2_000), "refund_id": refund_id, "as_account_credit": True}
    first, second = [await world.refund(**asked) for _ in range(2)]
    assert first == second
    means = payments_pb2.REFUND_MEANS_ACCOUNT_CREDIT
    assert (first.state, first.means, first.amount.minor, first.credited.minor) == (DONE, means, 2_000, 2_000)
    assert await world.balances() == {"receivable": -GROSS, "returned": 2_000, "stripe": GROSS, "credit": -2_000}
    asked_credit = payments_pb2.GetAccountCreditRequest(account_id=request.account_id)
    assert (await world.stub("operator").GetAccountCredit(asked_credit)).credit == euro(2_000)
    assert (await world.stripe.state())["refunds"] == []
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, GROSS - 1_999))
    card = await world.refund(**of(request, 1_000))
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await world.refund(**of(request, 1_000), refund_id=card.refund_id, as_account_credit=True)


async def test_only_what_was_paid_becomes_credit_and_without_an_account_to_transfer_to(world: World) -> None:
    request = await world.paid_online()
    for other in (
        {"credit_of_account_id": request.account_id, "amount": euro(100)},
        {**of(request, 100), "iban": PAYERS_IBAN, "holder": "Anna Neri", "steering": STEERING},
    ):
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await world.refund(**other, as_account_credit=True)
        assert "as_account_credit" in {each.field for each in refused.value.violations}


async def test_a_repetition_asks_for_nothing_new_and_other_words_under_the_same_id_are_refused(world: World) -> None:
    request, refund_id = await world.paid_online(), str(new_id())
    first, second = [await world.refund(**of(request, 500), refund_id=refund_id) for _ in range(2)]
    assert first == second
    for other in ({"amount": euro(501)}, {"reason_code": "goodwill"}, {"withdrawal_order_id": str(new_id())}):
        with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
            await world.refund(**{**of(request, 500), "refund_id": refund_id, **other})
    assert len((await world.stripe.state())["refunds"]) == 1


async def test_never_more_than_came_goes_back(world: World) -> None:
    request = await world.paid_online()
    await world.refund(**of(request, GROSS - 1))
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH) as refused:
        await world.refund(**of(request, 2))
    assert refused.value.metadata == {"left": "1"}
    await world.refund(**of(request, 1))
    asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert (await world.stub().GetPaymentRequest(asked)).refundable == euro(0)
    assert await world.balances() == {"receivable": -GROSS, "returned": GROSS, "stripe": 0, "refunds": 0}


async def test_of_two_refunds_of_all_at_once_one_wins(world: World) -> None:
    """Both have looked, as far as they can, before either can write."""
    request = await world.paid_online()
    async with world.room.core.database.transaction() as conn:
        await conn.execute(text("LOCK TABLE refunds IN SHARE MODE"))
        asked = [asyncio.create_task(world.refund(**of(request, GROSS))) for _ in range(2)]
        async with world.room.core.database.reading() as looking:
            await so_many_wait(looking, 2)
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [each.reason for each in told if isinstance(each, Refused)] == [errors_pb2.REASON_REFUND_TOO_MUCH]
    assert len(await world.room.rows("refunds")) == 1
    assert (await world.balances())["stripe"] == 0


async def test_what_is_not_paid_is_not_refunded(world: World) -> None:
    request = await world.request()
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, 1))
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await world.refund(payment_request_id=str(new_id()), amount=euro(1))
    assert await world.room.rows("refunds") == []


async def test_every_bad_field_is_named_and_nothing_is_stored(world: World) -> None:
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await world.refund(refund_id="x", reason_code="Free text", amount=euro(0), withdrawal_order_id="y", iban="IT1")
    named = {violation.field for violation in refused.value.violations}
    assert named == {
        "refund_id", "payment_request_id", "amount.minor", "reason_code", "withdrawal_order_id", "holder",
        "steering.actor",
    }  # fmt: skip
    assert await world.room.rows("refunds") == []


async def test_while_stripe_is_away_a_refund_waits_and_is_pushed_later(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(away=True)
    refund = await world.refund(**of(request, 700))
    assert refund.state == REQUESTED
    assert await push(world) == 0
    await world.stripe.faults()
    assert await push(world) == 1
    assert (await world.get_refund(refund)).state == DONE
    assert (await world.balances())["stripe"] == GROSS - 700


@pytest.mark.parametrize("days", [0, 2])
async def test_a_lost_answer_is_looked_for_and_never_refunds_twice(world: World, days: int) -> None:
    """After a day Stripe has forgotten the idempotency key."""
    request = await world.paid_online()
    await world.stripe.faults(lose_refund_answer=True, drop=True)
    refund = await world.refund(**of(request, 700))
    assert refund.state == REQUESTED
    await world.stripe.faults()
    await world.advance(days=days)
    assert await push(world) == 1
    assert (await world.get_refund(refund)).state == DONE
    assert len((await world.stripe.state())["refunds"]) == 1


async def test_a_refund_whose_answer_was_lost_is_not_given_up_for_it_may_have_left(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(lose_refund_answer=True, drop=True)
    refund = await world.refund(**of(request, GROSS))
    assert refund.state == REQUESTED
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await cancel(world, refund)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, 1))
    await world.stripe.faults()
    assert await push(world) == 1
    assert (await world.get_refund(refund)).state == DONE


async def test_a_pending_refund_is_done_when_stripe_says_so_whichever_news_comes(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(refund="pending")
    refund = await world.refund(**of(request, 700))
    assert refund.state == SENT
    await world.stripe.settle_refund(refund.reference, succeeded=True)
    await world.deliver()
    assert (await world.get_refund(refund)).state == DONE


async def test_of_a_refund_whose_news_are_lost_is_asked_again(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(refund="pending", drop=True)
    refund = await world.refund(**of(request, 700))
    await world.stripe.settle_refund(refund.reference, succeeded=True)
    assert await push(world) == 0
    await world.advance(hours=2)
    assert await push(world) == 1
    assert (await world.get_refund(refund)).state == DONE


@pytest.mark.parametrize("when", ["at once", "after it had succeeded"])
async def test_a_refund_that_fails_needs_an_operator_and_may_go_by_transfer(world: World, when: str) -> None:
    request = await world.paid_online()
    if when == "at once":
        await world.stripe.faults(refund="failed")
    refund = await world.refund(**of(request, 700))
    if when != "at once":
        await world.stripe.settle_refund(refund.reference, succeeded=False)
        await world.deliver()
    failed = await world.get_refund(refund)
    assert (failed.state, failed.failure) == (FAILED, "expired_or_canceled_card")
    assert (await world.balances())["stripe"] == GROSS
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await retry(world, refund, iban="IT00X0542811101000000123456", holder="Mario Prova")
    retried = await retry(world, refund, iban="IT45 U030 6909 6061 0000 0000 001", holder="Mario Prova")
    assert (retried.state, retried.means, retried.iban) == (APPROVED, TRANSFER, ANOTHER_IBAN)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, GROSS - 699))
    assert (await world.balances())["refunds"] == -700


async def test_a_refund_that_failed_is_tried_again_by_the_same_means_under_another_key(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(refund="failed")
    refund = await world.refund(**of(request, 700))
    await world.stripe.faults()
    assert (await retry(world, refund)).state == DONE
    await world.deliver()
    assert (await world.get_refund(refund)).state == DONE
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await retry(world, refund)


async def test_a_refund_given_up_can_be_asked_for_again_under_another_id(world: World) -> None:
    request = await world.paid_online()
    await world.stripe.faults(refund="failed")
    refund = await world.refund(**of(request, GROSS))
    assert (await cancel(world, refund)).state == CANCELLED
    await world.stripe.faults()
    assert (await world.refund(**of(request, GROSS))).state == DONE
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await cancel(world, refund)
    assert (await world.balances())["returned"] == GROSS


async def test_a_refund_that_stripe_refuses_has_failed_with_its_code(world: World) -> None:
    request = await world.paid_online()
    charge = (await world.stripe.state())["sessions"][0]["payment_intent"]
    await world.stripe.faults(drop=True)
    await world.stripe.refund(charge, GROSS)
    refund = await world.refund(**of(request, 700))
    assert (refund.state, refund.failure) == (FAILED, "charge_already_refunded")


async def test_a_refund_made_in_stripes_dashboard_is_money_taken_back_once(world: World) -> None:
    request = await world.paid_online()
    charge = (await world.stripe.state())["sessions"][0]["payment_intent"]
    await world.stripe.faults(duplicate=True)
    await world.stripe.refund(charge, 900)
    await world.deliver()
    (entry,) = await world.queue()
    assert (entry.reason, entry.amount.minor) == (payments_pb2.MONEY_ENTRY_REASON_REVERSED, -900)
    assert list(entry.suggestions) == [request.payment_request_id]
    assert await world.balances() == {"receivable": -GROSS, "stripe": GROSS - 900, "suspense": 900}
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, GROSS - 899))


async def test_a_transfer_waits_for_approval_unless_an_operator_asks_for_it(world: World) -> None:
    request = await world.paid_by_transfer()
    by_workflow = await world.refund(**of(request, 700))
    by_operator = await world.refund("operator", **of(request, 300), steering=STEERING)
    assert (by_workflow.state, by_operator.state) == (REQUESTED, APPROVED)
    assert (by_workflow.iban, by_workflow.holder) == (PAYERS_IBAN, "Mario Prova")


async def test_a_transfer_without_a_usable_account_has_failed_and_takes_one_from_an_operator(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, iban="")))
    refund = await world.refund(**of(request, 700))
    assert (refund.state, refund.failure) == (FAILED, "iban_missing")
    assert (await retry(world, refund, iban=PAYERS_IBAN, holder="Max Muster")).state == APPROVED


async def test_no_refund_goes_to_our_own_account_whoever_names_it(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, iban=EXAMPLE_IBAN)))
    refund = await world.refund(**of(request, 700))
    assert (refund.state, refund.failure) == (FAILED, "iban_ours")
    named = {"iban": groups_of_four(EXAMPLE_IBAN), "holder": "Mario Prova"}
    for asking in (
        retry(world, refund, **named),
        world.refund("operator", **of(request, 300), **named, steering=STEERING),
    ):
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await asking
        [wrong] = refused.value.violations
        assert (wrong.field, wrong.key) == ("iban", "iban_ours")


async def test_the_customer_sees_their_refunds_and_no_one_elses_nor_whole_ibans(world: World) -> None:
    account, other = new_id(), new_id()
    request = await world.paid_by_transfer(account_id=str(account))
    refund = await world.refund(**of(request, 700))
    stub = world.stub("gateway")
    mine, strange = world.room.customer(account), world.room.customer(other)
    asked = payments_pb2.ListRefundsRequest(account_id=str(account))
    (listed,) = (await stub.ListRefunds(asked, metadata=mine)).refunds
    assert (listed.refund_id, listed.iban, listed.holder) == (refund.refund_id, "3000", "")
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stub.ListRefunds(asked, metadata=strange)
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await stub.ListRefunds(payments_pb2.ListRefundsRequest(), metadata=mine)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stub.GetRefund(payments_pb2.GetRefundRequest(refund_id=refund.refund_id), metadata=strange)


async def push(world: World) -> int:
    """Let the schedule send what waits."""
    return int((await world.stub().PushRefunds(payments_pb2.PushRefundsRequest(), timeout=30)).changed)


async def retry(world: World, refund: payments_pb2.Refund, **account: str) -> payments_pb2.Refund:
    """Try a refund again."""
    asked = payments_pb2.RetryRefundRequest(
        request_id=str(new_id()), refund_id=refund.refund_id, steering=STEERING, **account
    )
    found: payments_pb2.Refund = (await world.stub("operator").RetryRefund(asked, timeout=20)).refund
    return found


async def cancel(world: World, refund: payments_pb2.Refund) -> payments_pb2.Refund:
    """Give a refund up."""
    asked = payments_pb2.CancelRefundRequest(request_id=str(new_id()), refund_id=refund.refund_id, steering=STEERING)
    found: payments_pb2.Refund = (await world.stub("operator").CancelRefund(asked)).refund
    return found


async def test_a_list_of_more_states_than_there_are_is_refused_by_its_number(world: World) -> None:
    """An entry takes one byte of a request, so that very many fit; none of them is looked at."""
    many = payments_pb2.ListRefundsRequest(states=[payments_pb2.REFUND_STATE_DONE] * (LARGEST_REQUEST - 100))
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await world.stub("operator").ListRefunds(many, timeout=20)
    assert bad_fields(refused.value) == {"states": "too_many"}
