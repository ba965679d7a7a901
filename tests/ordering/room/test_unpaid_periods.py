"""A period that waits for its money: its dates, reminders, suspension, closing; paid, it is served at once."""

import asyncio
from datetime import date, timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day, rome_date
from services.kit.wire import from_date, from_duration, from_timestamp, to_date, to_timestamp
from tests.ordering.shop import Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id

BEGIN = date(2026, 6, 1)
CLOSING, ACTIVE = pb.SUBSCRIPTION_STATE_CLOSING, pb.SUBSCRIPTION_STATE_ACTIVE


async def asked(shop: Shop) -> Subscriber:
    """A monthly subscriber whose July was asked for on 1 July and is due on the 11th."""
    subscriber = await monthly(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await shop.room.empty_outbox()
    return subscriber


def move_to(shop: Shop, day: date) -> None:
    """The day's last moment in Rome."""
    shop.room.clock.at = end_of_day(shop.room.clock.now(), (day - rome_date(shop.room.clock.now())).days)


async def suspended(shop: Shop) -> Subscriber:
    """The same, suspended on 22 July."""
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.advance(2)
    await subscriber.suspend(2)
    await shop.room.empty_outbox()
    return subscriber


async def mail_keys(shop: Shop) -> list[str]:
    return [key.partition(":")[0] for key, _, _ in await shop.room.mail_params()]


async def test_the_dates_count_from_the_proforma_and_a_repetition_changes_nothing(shop: Shop) -> None:
    subscriber = await asked(shop)
    period = await subscriber.period(2)
    assert (from_date(period.due_on), from_date(period.suspend_after)) == (date(2026, 7, 11), date(2026, 7, 21))
    assert not period.HasField("close_after")
    shop.room.clock.advance(days=1)
    assert await subscriber.record_proforma(2) == period
    assert len(await shop.room.rows("period_reminders")) == 2


@pytest.mark.parametrize(("begin", "confirms"), [(BEGIN, True), (date(2026, 6, 20), False)])
async def test_a_month_that_is_paid_confirms_a_monthly_contract_and_the_rest_of_one_does_not(
    shop: Shop, begin: date, *, confirms: bool
) -> None:
    subscriber = await monthly(shop, begin)
    await subscriber.asked_in_time(2)
    assert (await subscriber.end(2, PAID)).confirms_contract == confirms


async def test_a_period_that_is_closed_unpaid_confirms_nothing(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 21))
    await subscriber.suspend(2)
    move_to(shop, date(2026, 8, 21))
    assert not (await subscriber.end(2, UNPAID)).confirms_contract


async def test_before_the_measuring_there_is_no_proforma_to_record(shop: Shop) -> None:
    subscriber = await monthly(shop, BEGIN)
    await refused_for(subscriber.record_proforma(2), errors_pb2.REASON_PERIOD_STATE)
    await subscriber.measured_in_time(2)
    assert await subscriber.next(2) == "WAIT proforma"


async def test_an_unpaid_period_is_reminded_of_then_leads_to_suspension_and_closing(shop: Shop) -> None:
    subscriber = await asked(shop)
    seen: list[tuple[str, date]] = []
    while True:
        advanced = await subscriber.advance(2)
        told = rome_date(from_timestamp(advanced.suspend_at)) if advanced.HasField("suspend_at") else None
        assert told == (None if ("suspended", date(2026, 7, 21)) in seen else date(2026, 7, 21))
        if advanced.next == pb.PERIOD_NEXT_SUSPEND_DUE:
            seen.append(("suspended", rome_date(shop.room.clock.now())))
            await subscriber.suspend(2)
        elif advanced.next == pb.PERIOD_NEXT_CLOSE_DUE:
            break
        else:
            assert from_duration(advanced.wait) == from_timestamp(advanced.due_at) - shop.room.clock.now()
            seen.append((advanced.due, rome_date(from_timestamp(advanced.due_at))))
            shop.room.clock.at = from_timestamp(advanced.due_at)
    assert seen == [
        ("reminder_1_days", date(2026, 7, 12)),
        ("reminder_5_days", date(2026, 7, 16)),
        ("suspension", date(2026, 7, 21)),
        ("suspended", date(2026, 7, 21)),
        ("closing", date(2026, 8, 20)),
    ]
    assert await mail_keys(shop) == ["period_reminder_1", "period_reminder_5", "subscription_suspended_2026-08-20"]


async def test_sending_stays_on_to_the_end_of_the_last_day_that_is_paid(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 11, 29))  # paid to 28 December
    period = await subscriber.asked_in_time(2)
    assert rome_date(shop.room.clock.now()) == date(2026, 12, 1)
    assert (from_date(period.period_start), from_date(period.due_on)) == (date(2026, 12, 29), date(2026, 12, 18))
    seen = []
    while (advanced := await subscriber.advance(2)).next == pb.PERIOD_NEXT_WAIT:
        seen.append((advanced.due, rome_date(from_timestamp(advanced.due_at)).day))
        shop.room.clock.at = from_timestamp(advanced.due_at)
    assert seen == [("reminder_1_days", 19), ("reminder_5_days", 23), ("suspension", 28)]
    assert advanced.next == pb.PERIOD_NEXT_SUSPEND_DUE
    assert (await subscriber.subscription()).period_end == to_date(date(2026, 12, 28))
    shop.room.clock.advance(seconds=1)
    assert (await subscriber.cancel()).ends_at == to_timestamp(shop.room.clock.now())  # nothing that is paid is left


async def test_a_repeated_question_sends_no_email_twice(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 12))
    await asyncio.gather(*(subscriber.advance(2) for _ in range(3)))
    assert await mail_keys(shop) == ["period_reminder_1"]


async def test_who_asks_what_is_due_learns_which_reminder_was_sent_and_whether_one_is_left(shop: Shop) -> None:
    subscriber = await asked(shop)
    seen = []
    for day in (date(2026, 7, 11), date(2026, 7, 12), date(2026, 7, 12)):
        move_to(shop, day)
        advanced = await subscriber.advance(2)
        seen.append((advanced.sent, advanced.reminders_over, advanced.oldest_unpaid))
    assert seen == [("", False, 2), ("reminder_1_days", False, 2), ("", False, 2)]
    move_to(shop, date(2026, 7, 16))
    nobody = pb.AdvancePeriodRequest(period_id=subscriber.id_of(2), recipient=common_pb2.Recipient(erased=True))
    advanced = await shop.worker.AdvancePeriod(nobody)
    assert (advanced.sent, advanced.reminders_over) == ("", True)


async def test_past_reminders_are_skipped(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 18))
    await subscriber.advance(2)
    assert await mail_keys(shop) == ["period_reminder_5"]


async def test_while_money_for_a_period_waits_its_customer_is_not_reminded_and_its_dates_stay(shop: Shop) -> None:
    subscriber = await asked(shop)
    before = await subscriber.period(2)
    move_to(shop, date(2026, 7, 12))
    for _ in range(2):  # a repeated answer says the same
        advanced = await subscriber.advance(2, money_waiting=True)
        assert (list(advanced.skipped), advanced.due) == (["reminder_1_days"], "reminder_5_days")
    assert await mail_keys(shop) == []
    move_to(shop, date(2026, 7, 16))
    await subscriber.advance(2)
    assert await mail_keys(shop) == ["period_reminder_5"]
    assert await subscriber.period(2) == before
    move_to(shop, date(2026, 7, 21))
    assert (await subscriber.advance(2, money_waiting=True)).next == pb.PERIOD_NEXT_SUSPEND_DUE


async def test_however_late_it_is_nothing_closes_before_it_was_suspended_for_30_days(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 12, 24))
    assert await subscriber.next(2) == "SUSPEND_DUE"
    await subscriber.suspend(2)
    assert await subscriber.next(2) == "WAIT closing"
    assert from_date((await subscriber.period(2)).close_after) == date(2027, 1, 23)


async def test_a_suspension_is_recorded_when_it_is_due_and_once(shop: Shop) -> None:
    subscriber = await asked(shop)
    await refused_for(subscriber.suspend(2), errors_pb2.REASON_PERIOD_STATE)
    move_to(shop, date(2026, 7, 21))
    first = await subscriber.suspend(2)
    shop.room.clock.advance(days=1)
    assert await subscriber.suspend(2) == first
    assert from_timestamp(first.subscription.suspended_at) == shop.room.clock.now() - timedelta(days=1)


async def test_a_paid_period_is_paid_once_and_waits_for_its_invoice(shop: Shop) -> None:
    subscriber = await asked(shop)
    first = await subscriber.end(2, PAID)
    assert (first.period.state, first.resume_due) == (pb.PERIOD_STATE_PAID, False)
    shop.room.clock.advance(days=1)
    assert await subscriber.end(2, PAID) == first
    assert (await subscriber.end(2, UNPAID)).period == first.period
    assert await subscriber.next(2) == "NOT_OPEN"
    assert [event["type"] for event in await shop.room.events()] == ["period.paid"]
    invoiced = await subscriber.record_invoice(2)
    assert await subscriber.record_invoice(2) == invoiced
    assert (await subscriber.subscription()).period_end == invoiced.period_end


async def test_an_unpaid_period_has_no_invoice_and_ends_no_suspension(shop: Shop) -> None:
    subscriber = await suspended(shop)
    await refused_for(subscriber.record_invoice(2), errors_pb2.REASON_PERIOD_STATE)
    await refused_for(subscriber.resume(2), errors_pb2.REASON_PERIOD_STATE)


async def test_paying_resumes_at_once(shop: Shop) -> None:
    subscriber = await suspended(shop)
    assert (await subscriber.end(2, PAID)).resume_due
    assert (await subscriber.end(2, PAID)).resume_due  # until that is done
    resumed = await subscriber.resume(2)
    assert not resumed.subscription.HasField("suspended_at")
    assert not (await subscriber.end(2, PAID)).resume_due


async def test_a_suspension_that_was_begun_and_not_recorded_is_resumed_too(shop: Shop) -> None:
    subscriber = await asked(shop)
    move_to(shop, date(2026, 7, 21))
    assert await subscriber.next(2) == "SUSPEND_DUE"
    assert (await subscriber.end(2, PAID)).resume_due


async def two_unpaid(shop: Shop) -> Subscriber:
    """July is unpaid and has suspended sending; August was asked for on 1 August, its suspension would be the 21st."""
    subscriber = await suspended(shop)
    await subscriber.asked_in_time(3)
    await shop.room.empty_outbox()
    return subscriber


async def test_the_oldest_unpaid_period_decides(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    move_to(shop, date(2026, 8, 17))
    assert await subscriber.next(3) == "WAIT older_period"
    assert (await subscriber.advance(3)).oldest_unpaid == 2
    await refused_for(subscriber.suspend(3), errors_pb2.REASON_PERIOD_STATE)
    assert await subscriber.next(2) == "WAIT closing"


async def test_a_newer_period_that_has_come_to_its_suspension_keeps_it_up(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    shop.room.clock.at = from_timestamp((await subscriber.period(4)).measure_at)
    ended = await subscriber.end(2, PAID)
    assert not ended.resume_due
    assert await subscriber.woken() == [subscriber.renewal(3), subscriber.renewal(4)]
    assert await subscriber.next(3) == "SUSPEND_DUE"
    await subscriber.suspend(3)
    assert (await subscriber.end(3, PAID)).resume_due


async def test_paying_the_newer_one_does_not_resume(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    assert not (await subscriber.end(3, PAID)).resume_due
    assert (await subscriber.end(2, PAID)).resume_due


async def test_a_period_that_comes_to_its_suspension_while_another_resumes_leads_to_it_anew(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    assert (await subscriber.end(2, PAID)).resume_due
    shop.room.clock.at = from_timestamp((await subscriber.period(4)).measure_at)
    assert await subscriber.next(3) == "SUSPEND_DUE"
    await subscriber.suspend(3)
    await subscriber.resume(2)
    assert await subscriber.next(3) == "SUSPEND_DUE"


async def test_closing_begins_30_days_for_reading_by_the_hand_of_the_period_that_was_to_come(shop: Shop) -> None:
    subscriber = await suspended(shop)
    subscriber.account.mailboxes = {}  # August was not asked for: what was used of it would be
    move_to(shop, date(2026, 8, 20))
    assert await subscriber.next(2) == "CLOSE_DUE"
    await shop.room.empty_outbox()
    unpaid = await subscriber.end(2, UNPAID)
    assert (unpaid.period.state, unpaid.subscription.end) == (pb.PERIOD_STATE_UNPAID, pb.SUBSCRIPTION_END_UNPAID)
    assert [event["type"] for event in await shop.room.events()] == ["period.unpaid"]
    assert await subscriber.woken() == [subscriber.renewal(3)]
    assert (await subscriber.next(2), await subscriber.next(3)) == ("NOT_OPEN", "CLOSE_DUE")
    ended = await subscriber.end(3, UNPAID)
    assert ended.subscription.state == CLOSING
    assert rome_date(from_timestamp(ended.subscription.purge_at)) == date(2026, 9, 19)
    await subscriber.measure(3)
    assert await subscriber.next(3) == "WAIT purge"
    shop.room.clock.at = from_timestamp(ended.subscription.purge_at)
    assert await subscriber.next(3) == "PURGE_DUE"


async def test_before_a_subscription_closes_its_newer_periods_are_closed(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    move_to(shop, date(2026, 8, 20))
    assert await subscriber.next(2) == "WAIT payment"
    assert await subscriber.next(3) == "CLOSE_DUE"
    newer = await subscriber.end(3, UNPAID)
    assert (newer.period.state, newer.subscription.state) == (pb.PERIOD_STATE_UNPAID, ACTIVE)
    assert await subscriber.next(2) == "CLOSE_DUE"
    assert (await subscriber.end(2, UNPAID)).subscription.end == pb.SUBSCRIPTION_END_UNPAID
    assert (await subscriber.end(4, UNPAID)).subscription.state == CLOSING


async def test_recorded_in_the_other_order_the_service_ends_with_the_last_of_them(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    move_to(shop, date(2026, 8, 20))
    assert (await subscriber.end(2, UNPAID)).subscription.state == ACTIVE
    assert await subscriber.next(4) == "WAIT payment"
    await shop.room.empty_outbox()
    assert (await subscriber.end(3, UNPAID)).period.state == pb.PERIOD_STATE_VOID
    assert await subscriber.woken() == [subscriber.renewal(4)]
    assert await subscriber.next(4) == "CLOSE_DUE"
    assert (await subscriber.end(4, UNPAID)).subscription.state == CLOSING


async def test_a_payment_that_wins_against_the_closing_is_served_to_its_end(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    move_to(shop, date(2026, 8, 20))
    await subscriber.end(3, PAID)
    ended = await subscriber.end(2, UNPAID)
    assert ended.subscription.state == ACTIVE
    assert rome_date(from_timestamp(ended.subscription.ends_at)) == date(2026, 8, 31)
    assert await subscriber.next(4) == "WAIT end"
    move_to(shop, date(2026, 8, 31))
    assert await subscriber.next(4) == "CLOSE_DUE"
    assert (await subscriber.end(4, UNPAID)).subscription.state == CLOSING


async def test_a_payment_of_an_older_period_never_brings_the_end_nearer(shop: Shop) -> None:
    subscriber = await two_unpaid(shop)
    await subscriber.end(3, PAID)
    cancelled = await subscriber.cancel()
    assert rome_date(from_timestamp(cancelled.ends_at)) == date(2026, 8, 31)
    paid = await subscriber.end(2, PAID)
    assert paid.period.state == pb.PERIOD_STATE_PAID
    assert paid.subscription.ends_at == cancelled.ends_at


async def test_an_annual_period_is_due_on_the_last_day_of_the_term_before(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2))
    period = await subscriber.asked_in_time(2)
    assert from_date(period.due_on) == date(2027, 3, 1)
    assert from_date(period.suspend_after) == date(2027, 3, 11)


async def test_an_outcome_names_its_day_only_where_money_came(shop: Shop) -> None:
    call = shop.worker.RecordPeriodOutcome(pb.RecordPeriodOutcomeRequest(outcome=PAID))
    assert bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT)) == {
        "period_id": "required",
        "available_on": "required",
    }


@pytest.mark.parametrize("outcome", [PAID, UNPAID])
async def test_what_was_never_asked_for_has_no_outcome(shop: Shop, outcome: pb.PeriodOutcome) -> None:
    subscriber = await monthly(shop, BEGIN)
    await refused_for(subscriber.end(2, outcome), errors_pb2.REASON_PERIOD_STATE)


async def test_a_period_that_is_not_there_is_not_found(shop: Shop) -> None:
    for name in ("GetPeriod", "MeasurePeriod", "SuspendSubscription", "ResumeSubscription"):
        request = getattr(pb, f"{name}Request")(period_id=request_id())
        await refused_for(getattr(shop.worker, name)(request), errors_pb2.REASON_NOT_FOUND)
