"""An open order: proforma, expiry, reminders, its end."""

from datetime import timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import add_days, end_of_day
from services.kit.wire import from_duration, from_timestamp
from tests.ordering.shop import STEERING, Shop, place_request
from tests.support.refusals import refused_for
from tests.support.room import START, request_id
from workflows.retries import LOOK_AGAIN

ONLINE = common_pb2.PAYMENT_METHOD_ONLINE
TRANSFER = common_pb2.PAYMENT_METHOD_BANK_TRANSFER


async def proforma_order(shop: Shop, method: common_pb2.PaymentMethod = TRANSFER, account_days: int = 45) -> pb.Order:
    """An open order with its proforma, of an account that is purged in so many days."""
    account = shop.account(purge_at=START + timedelta(days=account_days))
    await shop.save_profile(account)
    order = await shop.place(place_request(account, await shop.quote(account), method))
    await shop.room.empty_outbox()
    return await shop.record_proforma(order.order_id)


@pytest.mark.parametrize(("method", "days"), [(TRANSFER, 15), (ONLINE, 3)])
async def test_the_expiry_is_the_end_of_a_day_counted_from_the_proforma(
    shop: Shop, method: common_pb2.PaymentMethod, days: int
) -> None:
    account = shop.account()
    await shop.save_profile(account)
    order = await shop.place(place_request(account, await shop.quote(account), method))
    assert not order.HasField("expires_at")
    at = shop.room.clock.advance(hours=5)
    order = await shop.record_proforma(order.order_id)
    assert from_timestamp(order.expires_at) == end_of_day(at, days)


async def test_no_expiry_lies_later_than_30_days_past_the_purge_date(shop: Shop) -> None:
    order = await proforma_order(shop, account_days=-20)
    assert from_timestamp(order.expires_at) == add_days(START - timedelta(days=20), 30)


async def test_a_proforma_is_recorded_once(shop: Shop) -> None:
    order = await proforma_order(shop)
    shop.room.clock.advance(days=1)
    again = await shop.record_proforma(order.order_id)
    assert again == order
    assert len(await shop.room.rows("order_reminders")) == 3


async def test_reminders_come_3_7_and_12_days_after_the_proforma(shop: Shop) -> None:
    order = await proforma_order(shop)
    begun, due, sent, told = shop.room.clock.now(), [], [], []
    while (advanced := await shop.advance(order.order_id)).next == pb.ORDER_NEXT_WAIT:
        assert from_duration(advanced.wait) == from_timestamp(advanced.due_at) - shop.room.clock.now()
        due.append((advanced.due, from_timestamp(advanced.due_at)))
        sent.append(len(await shop.room.mail_params()))
        told.append(advanced.sent)
        assert not (await shop.advance(order.order_id)).sent  # it sends none twice
        shop.room.clock.at = from_timestamp(advanced.due_at)
    assert advanced.next == pb.ORDER_NEXT_EXPIRY_DUE
    assert due == [
        ("reminder_3_days", add_days(begun, 3)),
        ("reminder_7_days", add_days(begun, 7)),
        ("reminder_12_days", add_days(begun, 12)),
        ("expiry", end_of_day(begun, 15)),
    ]
    assert sent == [0, 1, 2, 3]
    assert told == ["", "reminder_3_days", "reminder_7_days", "reminder_12_days"]


async def test_who_does_not_say_to_whom_a_reminder_goes_hears_when_one_is_due_and_nothing_is_done(shop: Shop) -> None:
    order = await proforma_order(shop)
    bare = pb.AdvanceOrderRequest(order_id=order.order_id)
    before = await shop.worker.AdvanceOrder(bare)
    assert before == await shop.advance(order.order_id), "while none is due it makes no difference"
    shop.room.clock.at = from_timestamp(before.due_at)
    rows = await shop.room.rows("order_reminders")
    for _ in range(2):
        assert await shop.worker.AdvanceOrder(bare) == pb.AdvanceOrderResponse(
            state=pb.ORDER_STATE_OPEN, next=pb.ORDER_NEXT_WAIT, facts_wanted=True
        )
    assert (await shop.room.rows("order_reminders"), await shop.room.mail_params()) == (rows, [])
    assert (await shop.advance(order.order_id)).sent == "reminder_3_days"
    shop.room.clock.at = from_timestamp(order.expires_at)
    assert (await shop.worker.AdvanceOrder(bare)).next == pb.ORDER_NEXT_EXPIRY_DUE


@pytest.mark.parametrize("cancelled", [False, True])
async def test_an_end_that_money_holds_is_not_past_its_time_before_the_workflow_looks_again(
    shop: Shop, *, cancelled: bool
) -> None:
    order = await proforma_order(shop)
    shop.room.clock.at = from_timestamp(order.expires_at)
    if cancelled:
        await shop.worker.CancelOrder(
            pb.CancelOrderRequest(request_id=request_id(), order_id=order.order_id, steering=STEERING)
        )
    advanced = await shop.advance(order.order_id)
    assert advanced.next == (pb.ORDER_NEXT_CANCEL_REQUESTED if cancelled else pb.ORDER_NEXT_EXPIRY_DUE)
    [row] = await shop.room.rows("orders")
    assert row["next_at"] > shop.room.clock.now() + LOOK_AGAIN


async def test_a_reminder_keeps_its_hour_over_the_change_to_summer_time(shop: Shop) -> None:
    shop.room.clock.at = START.replace(day=28)
    order = await proforma_order(shop)
    advanced = await shop.advance(order.order_id)
    assert from_timestamp(advanced.due_at) - shop.room.clock.now() == timedelta(days=3, hours=-1)


async def test_an_order_paid_online_expires_before_any_reminder(shop: Shop) -> None:
    order = await proforma_order(shop, ONLINE)
    advanced = await shop.advance(order.order_id)
    assert advanced.due == "expiry"
    assert await shop.room.rows("order_reminders") == []


async def test_asked_too_early_it_says_how_long_to_wait_and_sends_nothing(shop: Shop) -> None:
    order = await proforma_order(shop)
    shop.room.clock.advance(days=2, hours=23)
    advanced = await shop.advance(order.order_id)
    assert from_duration(advanced.wait) == timedelta(hours=1)
    assert await shop.room.mail_params() == []


async def test_a_repeated_question_sends_no_second_reminder(shop: Shop) -> None:
    order = await proforma_order(shop)
    shop.room.clock.advance(days=3)
    for _ in range(3):
        await shop.advance(order.order_id)
    assert [key for key, _, _ in await shop.room.mail_params()] == [f"payment_reminder_3:{order.order_id}"]


async def test_past_reminders_are_skipped(shop: Shop) -> None:
    order = await proforma_order(shop)
    shop.room.clock.advance(days=8)
    await shop.advance(order.order_id)
    assert [key for key, _, _ in await shop.room.mail_params()] == [f"payment_reminder_7:{order.order_id}"]
    rows = {row["days"]: (row["sent_at"], row["skipped_at"]) for row in await shop.room.rows("order_reminders")}
    now = shop.room.clock.now()
    assert rows == {3: (None, now), 7: (now, None), 12: (None, None)}


async def test_while_money_for_the_order_waits_its_customer_is_not_reminded(shop: Shop) -> None:
    order = await proforma_order(shop)
    shop.room.clock.advance(days=3)
    for _ in range(2):  # a repeated answer says the same
        advanced = await shop.advance(order.order_id, money_waiting=True)
        assert (list(advanced.skipped), advanced.due) == (["reminder_3_days"], "reminder_7_days")
    assert await shop.room.mail_params() == []
    assert (await shop.advance(order.order_id)).next == pb.ORDER_NEXT_WAIT
    assert await shop.room.mail_params() == []
    shop.room.clock.advance(days=4)
    assert list((await shop.advance(order.order_id)).skipped) == ["reminder_3_days"]
    assert [key for key, _, _ in await shop.room.mail_params()] == [f"payment_reminder_7:{order.order_id}"]


async def test_an_order_that_waits_says_when_it_expires(shop: Shop) -> None:
    order = await proforma_order(shop)
    advanced = await shop.advance(order.order_id)
    assert (advanced.due, advanced.expires_at) == ("reminder_3_days", order.expires_at)


async def test_before_the_proforma_there_is_nothing_but_to_wait(shop: Shop) -> None:
    order = await shop.order()
    advanced = await shop.advance(order.order_id)
    assert (advanced.next, advanced.due) == (pb.ORDER_NEXT_WAIT, "proforma")
    assert from_duration(advanced.wait) == timedelta(minutes=1)


async def test_a_cancellation_asked_for_comes_before_everything_due(shop: Shop) -> None:
    order = await proforma_order(shop)
    await shop.worker.CancelOrder(
        pb.CancelOrderRequest(request_id=request_id(), order_id=order.order_id, steering=STEERING)
    )
    shop.room.clock.advance(days=30)
    assert (await shop.advance(order.order_id)).next == pb.ORDER_NEXT_CANCEL_REQUESTED
    assert await shop.room.mail_params() == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (pb.OUTCOME_PAID, pb.ORDER_STATE_PAID),
        (pb.OUTCOME_EXPIRED, pb.ORDER_STATE_EXPIRED),
        (pb.OUTCOME_CANCELLED, pb.ORDER_STATE_CANCELLED),
    ],
)
async def test_the_first_outcome_stays_and_wakes_the_trial_once(
    shop: Shop, outcome: pb.Outcome, state: pb.OrderState
) -> None:
    order = await proforma_order(shop)
    first = await shop.end(order.order_id, outcome)
    assert first.state == state
    for later in (pb.OUTCOME_PAID, pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED):
        shop.room.clock.advance(minutes=1)
        assert await shop.end(order.order_id, later) == first
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"trial:{order.account_id}"]
    assert (await shop.advance(order.order_id)).next == pb.ORDER_NEXT_NOT_OPEN


async def test_a_paid_order_knows_the_day_on_which_the_money_was_available(shop: Shop) -> None:
    order = await proforma_order(shop)
    paid = await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert (paid.available_on.year, paid.available_on.month, paid.available_on.day) == (2026, 3, 2)


async def test_an_ended_order_learns_no_proforma(shop: Shop) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    told = await shop.record_proforma(order.order_id)
    assert told.state == pb.ORDER_STATE_CANCELLED
    assert told.proforma_id == ""


async def test_an_order_that_is_not_there_is_not_found(shop: Shop) -> None:
    for call in (
        shop.record_proforma(request_id()),
        shop.advance(request_id()),
        shop.end(request_id(), pb.OUTCOME_PAID),
    ):
        await refused_for(call, errors_pb2.REASON_NOT_FOUND)
