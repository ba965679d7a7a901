"""A subscription that ends: cancelled with what is paid, taken back, its races, its closing days, its account."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import add_days, end_of_day, rome_date
from services.kit.wire import from_date, from_timestamp
from tests.ordering.shop import STEERING, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id

BEGIN = date(2026, 6, 10)
"""Paid to 9 July; measured on 1 July for the days from the 10th."""
CLOSING, ACTIVE = pb.SUBSCRIPTION_STATE_CLOSING, pb.SUBSCRIPTION_STATE_ACTIVE
ENDED = pb.CLOSURE_REASON_SUBSCRIPTION_ENDED


def move_to(shop: Shop, day: date) -> None:
    """The day's last moment in Rome."""
    shop.room.clock.at = end_of_day(shop.room.clock.now(), (day - rome_date(shop.room.clock.now())).days)


async def close(
    shop: Shop, subscriber: Subscriber, reason: pb.ClosureReason = ENDED, *, money_waiting: bool = False
) -> pb.Closure:
    request = pb.CloseAccountRequest(account_id=str(subscriber.account_id), reason=reason, money_waiting=money_waiting)
    answer = await shop.worker.CloseAccount(request)
    return pb.Closure.FromString(answer.closure.SerializeToString())


async def closing(shop: Shop) -> Subscriber:
    """A subscription whose service ended on 9 July."""
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    move_to(shop, date(2026, 7, 9))
    await subscriber.end(2, UNPAID)
    await subscriber.measure(2)
    await shop.room.empty_outbox()
    return subscriber


async def test_a_cancellation_takes_effect_at_the_end_of_what_is_paid(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    cancelled = await subscriber.cancel()
    assert (cancelled.state, cancelled.end) == (ACTIVE, pb.SUBSCRIPTION_END_CANCELLED)
    assert rome_date(from_timestamp(cancelled.ends_at)) == date(2026, 7, 9)
    assert [event["type"] for event in await shop.room.events()] == ["subscription.cancelled"]
    assert await subscriber.woken() == [subscriber.renewal(2)]
    move_to(shop, date(2026, 7, 8))
    assert await subscriber.next(2) == "WAIT end"
    await refused_for(subscriber.measure(2), errors_pb2.REASON_PERIOD_STATE)
    move_to(shop, date(2026, 7, 9))
    assert await subscriber.next(2) == "CLOSE_DUE"
    ended = await subscriber.end(2, UNPAID)
    assert (ended.period.state, ended.subscription.state) == (pb.PERIOD_STATE_SCHEDULED, CLOSING)
    assert rome_date(from_timestamp(ended.subscription.purge_at)) == date(2026, 8, 8)
    assert await subscriber.end(2, UNPAID) == ended
    assert await subscriber.next(2) == "MEASURE_DUE"
    assert (await subscriber.measure(2)).state == pb.PERIOD_STATE_VOID


async def test_nothing_ends_before_its_time(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    assert (await subscriber.end(2, UNPAID)).subscription.state == ACTIVE
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_SCHEDULED


async def test_the_first_cancellation_stays(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    wish = request_id()
    first = await subscriber.cancel(wish)
    shop.room.clock.advance(days=1)
    assert await subscriber.cancel(wish) == first
    assert await subscriber.cancel() == first
    assert len(await shop.room.events()) == 1


async def test_a_cancellation_closes_what_waits_for_its_money(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    await subscriber.cancel()
    assert await subscriber.woken() == [subscriber.renewal(2), subscriber.renewal(3)]
    assert await subscriber.next(2) == "CLOSE_DUE"
    assert await subscriber.next(3) == "WAIT payment"
    await subscriber.end(2, UNPAID)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID
    assert await subscriber.woken() == [subscriber.renewal(3)]
    assert await subscriber.next(2) == "NOT_OPEN"
    assert await subscriber.next(3) == "WAIT end"
    assert rome_date(await subscriber.due_at(3)) == date(2026, 7, 9)


async def test_a_payment_that_wins_against_the_cancellation_is_served_to_its_end(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await subscriber.cancel()
    move_to(shop, date(2026, 7, 12))
    assert await subscriber.next(3) == "WAIT payment"
    paid = await subscriber.end(2, PAID)
    assert rome_date(from_timestamp(paid.subscription.ends_at)) == date(2026, 7, 31)
    assert await subscriber.next(3) == "WAIT end"
    assert (await subscriber.record_invoice(2)).state == pb.PERIOD_STATE_PAID


async def test_cancelled_while_nothing_is_paid_it_ends_at_once(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    before = (await subscriber.advance(2)).subscription
    assert (rome_date(from_timestamp(before.would_end_at)), before.would_end_at_once) == (date(2026, 7, 9), False)
    move_to(shop, date(2026, 7, 15))
    asked = pb.GetPeriodRequest(period_id=subscriber.id_of(2))
    own = pb.GetSubscriptionRequest(account_id=str(subscriber.account_id))
    panel = await shop.stub().GetSubscription(own, metadata=subscriber.metadata)
    for told in (await subscriber.advance(2), await shop.worker.GetPeriod(asked), panel):
        assert from_timestamp(told.subscription.would_end_at) == shop.room.clock.now()
        assert told.subscription.would_end_at_once
    cancelled = await subscriber.cancel()
    assert from_timestamp(cancelled.ends_at) == shop.room.clock.now()
    assert not (await subscriber.advance(2)).subscription.HasField("would_end_at"), "it has an end"
    assert not (await subscriber.subscription()).HasField("would_end_at")
    await subscriber.end(2, UNPAID)
    assert await subscriber.next(3) == "CLOSE_DUE"
    assert (await subscriber.end(3, UNPAID)).subscription.state == CLOSING


async def test_a_cancellation_can_be_taken_back_until_the_end(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    before = await subscriber.subscription()
    plan = await subscriber.period(2)
    await subscriber.cancel()
    await shop.room.empty_outbox()
    assert await subscriber.keep() == before
    assert await subscriber.keep() == before
    assert [event["type"] for event in await shop.room.events()] == ["subscription.kept"]
    assert await subscriber.woken() == [subscriber.renewal(2)]
    assert await subscriber.period(2) == plan
    await subscriber.cancel()
    move_to(shop, date(2026, 7, 9))
    await refused_for(subscriber.keep(), errors_pb2.REASON_SUBSCRIPTION_STATE)


async def test_taken_back_after_a_request_was_closed_its_days_are_asked_for_anew_and_at_once(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2))
    first = await subscriber.asked_in_time(2)
    await subscriber.cancel()
    await subscriber.end(2, UNPAID)
    await subscriber.keep()
    assert await subscriber.next(3) == "MEASURE_DUE"
    again = await subscriber.measure(3)
    assert (again.period_start, again.period_end) == (first.period_start, first.period_end)
    assert again.totals == first.totals
    assert from_date((await subscriber.period(4)).period_start) == date(2028, 3, 2)


async def test_taken_back_while_its_request_is_being_closed_the_days_are_asked_for_anew(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    first = await subscriber.asked_in_time(2)
    await subscriber.cancel()
    assert await subscriber.next(2) == "CLOSE_DUE"
    await subscriber.keep()
    await shop.room.empty_outbox()
    assert (await subscriber.end(2, UNPAID)).period.state == pb.PERIOD_STATE_VOID
    assert subscriber.renewal(3) in await subscriber.woken()
    assert (await subscriber.measure(3)).lines == first.lines


async def test_taken_back_before_its_request_was_closed_a_period_waits_on(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    plan = await subscriber.period(3)
    await subscriber.cancel()
    await subscriber.keep()
    assert await subscriber.next(2) == "WAIT reminder_1_days"
    assert await subscriber.period(3) == plan


async def test_what_was_used_while_a_void_period_waited_is_charged_as_if_it_had_never_been(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await subscriber.cancel()
    await subscriber.end(2, UNPAID)
    await subscriber.keep()
    await subscriber.measure(3)
    await subscriber.record_proforma(3)
    await subscriber.end(3, PAID)
    measured = await subscriber.measured_in_time(4)
    assert [line.description for line in measured.lines] == ["Casella 8 GB, agosto 2026"]


async def test_a_subscription_that_closes_for_want_of_money_is_not_kept_nor_cancelled(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 7, 31))
    await subscriber.suspend(2)
    move_to(shop, date(2026, 8, 30))
    await subscriber.end(2, UNPAID)
    await refused_for(subscriber.keep(), errors_pb2.REASON_SUBSCRIPTION_STATE)
    assert (await subscriber.cancel()).end == pb.SUBSCRIPTION_END_UNPAID
    await subscriber.end(3, UNPAID)
    await refused_for(subscriber.cancel(), errors_pb2.REASON_SUBSCRIPTION_STATE)


async def test_an_account_closes_once_its_closing_days_are_over(shop: Shop) -> None:
    subscriber = await closing(shop)
    assert await subscriber.next(2) == "WAIT purge"
    await refused_for(close(shop, subscriber), errors_pb2.REASON_SUBSCRIPTION_RUNS)
    shop.room.clock.at = await subscriber.due_at(2)
    await refused_for(close(shop, subscriber, pb.CLOSURE_REASON_TRIAL_ENDED), errors_pb2.REASON_SUBSCRIPTION_RUNS)
    await shop.room.empty_outbox()
    first = await close(shop, subscriber)
    assert (first.reason, await close(shop, subscriber)) == (ENDED, first)
    assert [event["type"] for event in await shop.room.events()] == ["subscription.ended", "account.closed"]
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"purge:{subscriber.account_id}"]
    assert (await subscriber.subscription()).state == pb.SUBSCRIPTION_STATE_ENDED
    assert await subscriber.next(2) == "NOT_OPEN"


async def test_money_that_waits_holds_the_purge_thirty_days_past_the_closing_days_and_no_longer(shop: Shop) -> None:
    subscriber = await closing(shop)
    shop.room.clock.at = add_days(await subscriber.due_at(2), 30) - timedelta(seconds=1)
    await refused_for(close(shop, subscriber, money_waiting=True), errors_pb2.REASON_MONEY_WAITING)
    assert (await subscriber.subscription()).state == CLOSING
    shop.room.clock.advance(seconds=1)
    assert (await close(shop, subscriber, money_waiting=True)).reason == ENDED


async def test_an_erasure_does_not_wait_for_the_closing_days(shop: Shop) -> None:
    subscriber = await closing(shop)
    assert (await close(shop, subscriber, pb.CLOSURE_REASON_ERASURE)).reason == pb.CLOSURE_REASON_ERASURE


@pytest.mark.parametrize("reason", [ENDED, pb.CLOSURE_REASON_ERASURE])
async def test_while_a_subscription_runs_no_account_closes(shop: Shop, reason: pb.ClosureReason) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    await refused_for(close(shop, subscriber, reason), errors_pb2.REASON_SUBSCRIPTION_RUNS)


async def test_the_lifting_of_a_hold_wakes_the_renewal_that_waits_for_it(shop: Shop) -> None:
    subscriber = await closing(shop)

    async def hold(*, on: bool) -> None:
        await shop.stub("operator").SetLegalHold(
            pb.SetLegalHoldRequest(
                request_id=request_id(), account_id=str(subscriber.account_id), hold=on, steering=STEERING
            )
        )

    await hold(on=True)
    shop.room.clock.at = await subscriber.due_at(2)
    await refused_for(close(shop, subscriber), errors_pb2.REASON_LEGAL_HOLD)
    await hold(on=False)
    assert await subscriber.woken() == [subscriber.renewal(2)]


async def test_cancelling_and_paying_at_once_one_follows_the_other(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await asyncio.gather(subscriber.cancel(), subscriber.end(2, PAID))
    assert rome_date(from_timestamp((await subscriber.subscription()).ends_at)) == date(2026, 7, 31)


async def test_an_operator_cancels_for_a_customer_and_is_kept_in_the_audit_trail_once(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    request = pb.CancelSubscriptionRequest(
        request_id=request_id(), subscription_id=subscriber.subscription_id, steering=STEERING
    )
    for _ in range(2):
        await shop.worker.CancelSubscription(request)
    assert [row["action"] for row in await shop.room.rows("audit")] == ["cancel_subscription"]
    request.request_id = request_id()
    request.steering.Clear()
    refused = await refused_for(shop.stub("operator").CancelSubscription(request), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"steering.actor": "required", "steering.reason_code": "required"}


async def follow(shop: Shop, subscriber: Subscriber, **asked: Any) -> bool:
    request = pb.FollowAutomaticDebitRequest(account_id=str(subscriber.account_id), **asked)
    return bool((await shop.worker.FollowAutomaticDebit(request)).changed)


async def test_a_subscription_follows_its_accounts_automatic_debit(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    assert [await follow(shop, subscriber, active=True) for _ in range(2)] == [True, False]
    assert (await subscriber.subscription()).payment_method == common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT
    instead = common_pb2.PAYMENT_METHOD_BANK_TRANSFER
    assert [await follow(shop, subscriber, method_instead=instead) for _ in range(2)] == [True, False]
    assert (await subscriber.subscription()).payment_method == instead


async def test_the_end_of_a_mandate_leaves_another_method_as_it_was_chosen(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    before = (await subscriber.subscription()).payment_method
    assert not await follow(shop, subscriber, method_instead=common_pb2.PAYMENT_METHOD_ONLINE)
    assert (await subscriber.subscription()).payment_method == before


@pytest.mark.parametrize("by_debit", [True, False])
async def test_to_automatic_debit_and_from_it_leads_only_payments(shop: Shop, *, by_debit: bool) -> None:
    subscriber = await monthly(shop, BEGIN)
    if by_debit:
        await follow(shop, subscriber, active=True)
    change = pb.ChangePaymentMethodRequest(
        request_id=request_id(),
        subscription_id=subscriber.subscription_id,
        payment_method=common_pb2.PAYMENT_METHOD_ONLINE if by_debit else common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT,
    )
    call = shop.stub().ChangePaymentMethod(change, metadata=subscriber.metadata)
    await refused_for(call, errors_pb2.REASON_MANDATE_STATE)


async def test_a_closing_subscription_changes_no_more(shop: Shop) -> None:
    subscriber = await closing(shop)
    change = pb.ChangePaymentMethodRequest(
        request_id=request_id(),
        subscription_id=subscriber.subscription_id,
        payment_method=common_pb2.PAYMENT_METHOD_ONLINE,
    )
    call = shop.stub().ChangePaymentMethod(change, metadata=subscriber.metadata)
    await refused_for(call, errors_pb2.REASON_SUBSCRIPTION_STATE)


async def test_periods_are_listed_page_by_page_newest_first(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    for number in (2, 3):
        await subscriber.measured_in_time(number)
    listed: list[int] = []
    token = ""
    while True:
        request = pb.ListPeriodsRequest(
            subscription_id=subscriber.subscription_id,
            page=common_pb2.PageRequest(page_size=3, page_token=token),
        )
        answer = await shop.stub().ListPeriods(request, metadata=subscriber.metadata)
        listed += [period.period.number for period in answer.periods]
        token = answer.next_page_token
        if not token:
            break
    assert listed == [4, 3, 2, 1]


async def test_a_moment_before_the_end_the_service_goes_on(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await subscriber.cancel()
    move_to(shop, date(2026, 7, 9))
    shop.room.clock.at -= timedelta(microseconds=1)
    assert (await subscriber.end(2, UNPAID)).subscription.state == ACTIVE
