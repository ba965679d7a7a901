"""Charges by automatic debit: in time, once, never beside another payment, and each refusal with its end.

The stand-in answers as Stripe documents it: these tests prove our handling, not Stripe's behaviour.
"""

import asyncio
import quopri
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.calendar import ROME
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.payments.domain.mandates import DebitPolicy
from tests.payments.debit import WHY, Due, charges, due_period, stored, switch_off, taken, with_mandate
from tests.payments.statement import Entry, statement
from tests.payments.test_webhooks import genuine_event, hand_in
from tests.payments.world import GROSS, STEERING, World
from tests.support.moment import Moment
from tests.support.refusals import refused_as
from tests.support.room import request_id
from workflows import names

PAID, OPEN, CLOSED = (
    pb.PAYMENT_REQUEST_STATE_PAID,
    pb.PAYMENT_REQUEST_STATE_OPEN,
    pb.PAYMENT_REQUEST_STATE_CLOSED,
)
NO_ANSWER = pb.CHARGE_REFUSAL_NO_ANSWER


async def test_a_period_is_charged_once_its_time_has_come_and_not_before(world: World) -> None:
    due = await due_period(world)
    early = await due.charge()
    assert (early.state, early.processing, await charges(world)) == (OPEN, False, [])
    paid = await due.charge_in_time()
    assert (paid.state, paid.available_on) == (PAID, common_pb2.Date(**_day(world)))
    assert not paid.debit.HasField("charge_at")
    assert names.PAYMENT_COMPLETED in await due.wakes()
    assert await world.balances() == {"stripe": 2 * GROSS, "receivable": -2 * GROSS}


@given(st.dates(date(2026, 1, 1), date(2036, 1, 1)), st.uuids())
@example(date(2026, 3, 29), UUID(int=0))
@example(date(2026, 10, 25), UUID(int=0))
def test_a_charge_begins_between_8_and_10_in_rome_on_the_days_of_the_change_of_clocks_too(day: date, key: UUID) -> None:
    at = DebitPolicy().first_charge(day, key).astimezone(ROME)
    assert (at.date(), at.hour in {8, 9}) == (day, True)


async def test_a_charge_falls_into_the_morning_of_the_day_that_was_announced(world: World) -> None:
    due = await due_period(world, days=5)
    planned = (await due.now()).debit
    assert planned.charge_at.ToDatetime().date().isoformat() == _iso(planned.charge_on)
    again = await due.plan(world.today())
    assert again.debit.charge_at == planned.charge_at  # the first plan stays


async def test_a_day_that_has_passed_is_not_announced_but_today(world: World) -> None:
    due = await due_period(world, days=-6)
    planned = (await due.now()).debit
    assert planned.charge_on == common_pb2.Date(**_day(world))
    assert planned.charge_at.ToDatetime().date() == world.today()


@pytest.mark.parametrize("method", [common_pb2.PAYMENT_METHOD_ONLINE, common_pb2.PAYMENT_METHOD_BANK_TRANSFER])
async def test_only_automatic_debit_is_planned(world: World, method: common_pb2.PaymentMethod) -> None:
    account = await with_mandate(world)
    request = await world.request(account_id=account, method=method)
    assert not (await Due(world, request, None).plan(world.today())).HasField("debit")  # type: ignore[arg-type]


async def test_nothing_is_planned_without_a_mandate(world: World) -> None:
    due = await Due.of(world, str(new_id()))
    assert not (await due.now()).HasField("debit")
    assert (await due.now()).pay_url


def _hold(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str) -> Moment:
    held = Moment(folder, name)
    held.arm()
    monkeypatch.setenv("CASELLA_HOOKS", held.hook)
    return held


async def test_two_workers_charge_one_period_once(world: World) -> None:
    due = await due_period(world)
    await due.wait()
    answers = await asyncio.gather(*(due.charge() for _ in range(4)), return_exceptions=True)
    assert not [answer for answer in answers if isinstance(answer, BaseException)], answers
    assert (await due.charge()).state == PAID
    assert (len(await charges(world)), await taken(world)) == (1, GROSS)


async def test_a_worker_that_comes_second_leaves_the_charge_to_the_first(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = await due_period(world)
    await due.wait()
    held = _hold(monkeypatch, tmp_path, "stripe.PaymentIntentService.confirm.before")
    first = asyncio.create_task(due.charge())
    await held.reached()
    second = await due.charge()  # it finds the charge ready, and confirms it
    held.let_go()
    assert (second.state, (await first).state) == (PAID, PAID)
    assert (len(await charges(world)), await taken(world)) == (1, GROSS)
    assert await world.balances() == {"stripe": 2 * GROSS, "receivable": -2 * GROSS}


@pytest.mark.parametrize(
    ("outcome", "refusal", "tried_again"),
    [
        ("requires_authentication", pb.CHARGE_REFUSAL_AUTHENTICATION, False),
        ("mandate_gone", pb.CHARGE_REFUSAL_MANDATE_GONE, False),
        ("insufficient_funds", pb.CHARGE_REFUSAL_DECLINED, True),
    ],
)
async def test_a_refused_charge_leaves_the_request_open_and_only_want_of_money_is_tried_again(
    world: World, outcome: str, refusal: pb.ChargeRefusal, *, tried_again: bool
) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session=outcome)
    refused = await due.charge_in_time()
    assert (refused.state, refused.processing, refused.debit.refusal) == (OPEN, False, refusal)
    assert refused.debit.HasField("charge_at") is tried_again
    assert [event["state"] for event in await world.room.events() if event["type"] == "payment.refused"] == [
        {1: "authentication", 2: "mandate_gone", 3: "declined"}[refusal]
    ]
    await world.stripe.faults()
    assert (await due.charge()).state == OPEN  # not before its time, or never
    assert await taken(world) == 0
    assert [intent["status"] for intent in await charges(world)] == ["canceled"]
    assert (await world.proof()).balanced


async def test_want_of_money_is_tried_again_on_the_days_of_the_policy_then_no_more(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="insufficient_funds")
    days = []
    await due.wait()
    while True:
        before, debit = world.today(), (await due.charge()).debit
        if not debit.HasField("charge_at"):
            break
        await due.wait()
        days.append((world.today() - before).days)
    assert (days, debit.declined) == ([3, 4], 3)
    assert len(await charges(world)) == 3


async def test_money_that_came_meanwhile_pays_the_next_try(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="insufficient_funds")
    await due.charge_in_time()
    await world.stripe.faults()
    assert (await due.charge_in_time()).state == PAID
    assert await taken(world) == GROSS


async def test_a_mandate_that_is_gone_switches_automatic_debit_off(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="mandate_gone")
    await due.charge_in_time()
    [method] = await stored(world, due.request.account_id)
    assert (method.mandate.state, method.mandate.end) == (pb.MANDATE_STATE_ENDED, pb.MANDATE_END_PROVIDER)
    assert method.last_refusal == pb.CHARGE_REFUSAL_MANDATE_GONE
    assert names.automatic_debit_id(due.request.account_id) in [w.workflow_id for w in await world.room.wakes()]


async def test_the_customer_is_told_of_each_refusal_once_with_the_link(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="insufficient_funds")
    refused = await due.charge_in_time()
    assert refused.debit.email_due
    for _ in range(2):
        await due.tell()
    [(_, template, params)] = await world.room.mail_params()
    assert template == "charge_refused"
    [mail] = await world.room.mails()
    assert due.request.pay_url.encode() in quopri.decodestring(mail.eml)
    assert params["pay_url"] == due.request.pay_url
    assert params["again_at"]


async def test_who_has_paid_meanwhile_is_told_nothing_of_a_refusal(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="insufficient_funds")
    assert (await due.charge_in_time()).debit.email_due
    assert await world.stripe.pay(await world.start(due.request), "card:succeeded") == 303
    await world.deliver()
    assert (await due.now()).state == PAID
    await world.room.empty_outbox()
    await due.tell()
    assert await world.room.mails() == []
    assert not (await due.now()).debit.email_due
    assert not (await due.now()).debit.email_due


async def test_who_pays_by_the_link_after_a_refusal_is_not_charged_again(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="insufficient_funds")
    await due.charge_in_time()
    await world.stripe.faults()
    assert await world.stripe.pay(await world.start(due.request), "card:succeeded") == 303
    await world.deliver()
    assert (await due.now()).state == PAID
    await world.advance(days=10)
    assert (await due.charge()).state == PAID
    assert await taken(world) == 0


async def test_a_page_that_is_open_is_ended_before_the_charge(world: World) -> None:
    due = await due_period(world, days=0)
    await due.wait()
    page = await world.start(due.request)
    assert (await due.charge()).state == PAID
    assert await world.stripe.pay(page, "card:succeeded") == 409


async def test_a_payment_that_is_processed_on_the_page_keeps_the_charge_waiting(world: World) -> None:
    due = await due_period(world, days=0)
    await due.wait()
    await world.stripe.pay(await world.start(due.request), "paypal:processing")
    await world.deliver()
    waiting = await due.charge()
    assert (waiting.state, waiting.processing, await charges(world)) == (OPEN, True, [])
    assert waiting.debit.wait.ToTimedelta().total_seconds() > 0


async def test_while_nobody_can_say_how_an_open_page_stands_nothing_is_charged(world: World) -> None:
    due = await due_period(world, days=0)
    await due.wait()
    page = await world.start(due.request)
    await world.stripe.faults(away=True)
    away = await due.charge()
    assert (away.debit.refusal, away.debit.wait.ToTimedelta().total_seconds() > 0) == (NO_ANSWER, True)
    await world.stripe.faults()
    assert await world.stripe.pay(page, "card:succeeded") == 303
    await world.deliver()
    await due.wait()
    assert (await due.charge()).state == PAID
    assert await charges(world) == []


@pytest.mark.parametrize("outcome", ["error_after_charge", "silent_after_charge"])
async def test_a_lost_answer_is_looked_for_and_never_charged_twice(world: World, outcome: str) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session=outcome, drop=True)
    lost = await due.charge_in_time()
    assert (lost.state, lost.debit.refusal) in {(PAID, 0), (OPEN, pb.CHARGE_REFUSAL_NO_ANSWER)}
    assert lost.processing is (lost.state == OPEN)
    await world.advance(days=2)  # the idempotency key is long forgotten
    assert (await due.charge()).state == PAID
    assert (len(await charges(world)), await taken(world)) == (1, GROSS)


async def test_while_the_provider_is_away_it_is_asked_at_growing_intervals_and_the_charge_counts_as_in_flight(
    world: World,
) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="error_before_charge")
    await due.wait()
    waits = []
    for _ in range(4):
        asked = await due.charge()
        assert asked.debit.refusal == pb.CHARGE_REFUSAL_NO_ANSWER
        assert (asked.processing, asked.debit.email_due) == (True, False)
        waits.append(round(asked.debit.wait.ToTimedelta().total_seconds() / 60))
        await due.wait()
    assert waits == [1, 5, 15, 60]
    await world.stripe.faults()
    assert (await due.charge()).state == PAID
    assert len(await charges(world)) == 1


async def test_a_charge_that_is_processed_ends_with_its_event(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="processing")
    processing = await due.charge_in_time()
    assert (processing.state, processing.processing) == (OPEN, True)
    with pytest.raises(Refused) as refused:
        await world.close(due.request)
    assert refused.value.reason == errors_pb2.REASON_PAYMENT_PROCESSING
    [charge] = await charges(world)
    await world.stripe.settle(charge["id"], succeeded=True)
    await world.deliver()
    assert (await due.now()).state == PAID


async def test_an_operator_gives_no_money_to_what_a_charge_is_being_processed_for(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="processing")
    await due.charge_in_time()
    await world.import_file(statement(Entry(GROSS, text="?")))
    (entry,) = await world.queue()
    asked = pb.AssignMoneyRequest(
        request_id=request_id(),
        money_entry_id=entry.money_entry_id,
        payment_request_id=due.request.payment_request_id,
        steering=STEERING,
    )
    with refused_as(errors_pb2.REASON_PAYMENT_PROCESSING):
        await world.stub("operator").AssignMoney(asked)
    assert await world.queue() == [entry]
    [charge] = await charges(world)
    await world.stripe.settle(charge["id"], succeeded=True)
    await world.deliver()
    assert (await due.now()).state == PAID


async def test_a_charge_that_is_processed_and_then_declined_is_tried_again_and_its_renewal_woken(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="processing")
    await due.charge_in_time()
    [charge] = await charges(world)
    await world.deliver()
    await world.room.empty_outbox()
    await world.stripe.faults(duplicate=True)
    await world.stripe.settle(charge["id"], succeeded=False)
    await world.deliver()
    refused = await due.now()
    assert (refused.debit.refusal, refused.debit.declined) == (pb.CHARGE_REFUSAL_DECLINED, 1)
    assert await due.wakes() == [names.DEBIT_CHANGED]
    await world.stripe.faults()
    assert (await due.charge_in_time()).state == PAID


async def test_an_event_that_comes_twice_and_after_our_own_look_counts_the_money_once(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(duplicate=True)
    assert (await due.charge_in_time()).state == PAID
    await world.deliver()
    [charge] = await charges(world)
    for _ in range(2):
        subject = {"object": {"id": charge["id"], "object": "payment_intent"}}
        await hand_in(world, await genuine_event(world, "payment_intent.succeeded", data=subject))
    assert await world.balances() == {"stripe": 2 * GROSS, "receivable": -2 * GROSS}
    assert await world.queue() == []


async def test_a_worker_that_dies_between_the_answer_and_the_commit_leaves_nothing_to_be_charged_twice(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = await due_period(world)
    await due.wait()
    await world.stripe.faults(drop=True)
    held = _hold(monkeypatch, tmp_path, "stripe.PaymentIntentService.confirm.after")
    call = asyncio.create_task(due.charge())
    await held.reached()
    call.cancel()
    held.let_go()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await due.charge()).state == PAID
    assert (len(await charges(world)), await taken(world)) == (1, GROSS)


async def test_a_transfer_that_wins_against_the_charge_is_not_charged(world: World) -> None:
    due = await due_period(world)
    await due.wait()
    await world.import_file(statement(Entry(GROSS, text=(await due.now()).proforma_number)))
    assert (await due.charge()).state == PAID
    assert await charges(world) == []


async def test_a_closed_request_is_charged_no_more(world: World) -> None:
    due = await due_period(world)
    assert (await world.close(due.request)).state == CLOSED
    await due.wait()
    assert (await due.charge()).state == CLOSED
    assert await charges(world) == []


async def test_a_charge_that_was_not_told_to_take_money_is_ended_by_the_closing(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(away=True)
    away = await due.charge_in_time()
    assert (away.processing, away.debit.refusal) == (False, pb.CHARGE_REFUSAL_NO_ANSWER)
    assert (await world.close(due.request)).state == CLOSED
    await world.stripe.faults()
    await due.wait()
    assert (await due.charge()).state == CLOSED
    assert await charges(world) == []


async def test_what_is_switched_off_before_its_day_is_not_charged(world: World) -> None:
    due = await due_period(world)
    await due.wait()
    await switch_off(world, due.request.account_id)
    off = await due.charge()
    assert (off.state, off.debit.HasField("charge_at"), await charges(world)) == (OPEN, False, [])
    assert await due.wakes() == [names.DEBIT_CHANGED]


async def test_who_opens_the_link_while_nothing_was_taken_pays_there_and_is_refused_nothing(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="error_before_charge")
    assert (await due.charge_in_time()).processing
    await world.stripe.faults()
    page = await world.start(due.request)
    await world.deliver()
    left = await due.now()
    assert (left.processing, left.debit.declined, left.debit.email_due) == (False, 0, False)
    assert await world.stripe.pay(page, "card:succeeded") == 303
    await world.deliver()
    assert (await due.charge()).state == PAID
    assert await taken(world) == 0


async def test_what_is_switched_off_while_the_provider_gives_no_answer_is_not_charged_afterwards(world: World) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session="error_before_charge")
    assert (await due.charge_in_time()).processing
    await switch_off(world, due.request.account_id)
    await world.stripe.faults()
    await due.wait()
    off = await due.charge()
    assert (off.state, off.processing, off.debit.HasField("charge_at")) == (OPEN, False, False)
    assert await taken(world) == 0
    assert await world.start(due.request)


async def test_what_nobody_charges_or_tells_is_found_by_the_reconciler(world: World) -> None:
    due = await due_period(world)
    await world.advance(days=4)  # past its time
    renewal = names.renewal_id(due.cause.subscription_id, due.cause.number)
    debit = names.automatic_debit_id(due.request.account_id)
    for before in (None, world.room.clock.now()):
        async with world.room.core.database.reading() as conn:
            found = [wake for rows in world.room.room.watched for wake in await rows(conn, before)]
        assert {renewal, debit} <= {wake.workflow_id for wake in found}
    assert (await due.charge()).state == PAID
    async with world.room.core.database.reading() as conn:
        found = [wake for rows in world.room.room.watched for wake in await rows(conn, None)]
    assert renewal not in {wake.workflow_id for wake in found}


async def test_an_operator_charges_before_the_time_once_with_the_reason(world: World) -> None:
    due = await due_period(world)
    assert (await due.charge(early=True, steering=WHY)).state == PAID
    [entry] = [row for row in await world.room.rows("audit") if row["action"] == "charge_now"]
    assert (entry["actor"], entry["reason_code"], str(entry["subject_id"])) == ("anna@ops", "customer_asked", due.id)
    assert await taken(world) == GROSS


async def test_an_operators_charge_before_the_day_spends_no_planned_try_and_keeps_the_announced_day(
    world: World,
) -> None:
    due = await due_period(world, days=9)
    announced = (await due.now()).debit.charge_at
    await world.stripe.faults(off_session="insufficient_funds")
    declined = await due.charge(early=True, steering=WHY)
    assert (declined.state, declined.debit.refusal) == (OPEN, pb.CHARGE_REFUSAL_DECLINED)
    assert (declined.debit.charge_at, declined.debit.declined) == (announced, 0)
    await world.advance(days=4)  # past the days on which a planned charge is tried again
    assert len(await charges(world)) == 1
    await due.charge()
    assert len(await charges(world)) == 1
    days = [await _next_day(due) for _ in range(3)]
    assert days == [announced.ToDatetime().date(), *(days[0] + timedelta(days=more) for more in (3, 7))]
    assert (len(await charges(world)), (await due.now()).debit.declined) == (4, 3)
    assert not (await due.now()).debit.HasField("charge_at")


async def test_a_second_charge_by_an_operators_wish_within_the_hour_is_refused_with_the_reason(world: World) -> None:
    due = await due_period(world, days=9)
    await world.stripe.faults(off_session="insufficient_funds")
    await due.charge(early=True, steering=WHY)
    assert (await due.charge(early=True, steering=WHY)).debit.declined == 0  # the same call, told as it stands
    again = common_pb2.Steering(actor="anna@ops", reason_code="customer_asked", source="charge_now/2")
    with pytest.raises(Refused) as refused:
        await due.charge(early=True, steering=again)
    assert refused.value.reason == errors_pb2.REASON_MANDATE_STATE
    assert "it was charged by an operator's wish at" in refused.value.message
    assert (len(await charges(world)), await _charged_by_operators(world)) == (1, 1)
    await world.stripe.faults()
    await world.advance(seconds=3601)
    assert (await due.charge(early=True, steering=again)).state == PAID
    assert await taken(world) == GROSS


async def test_a_charge_before_the_day_that_is_processed_and_then_declined_goes_back_to_the_plan(world: World) -> None:
    due = await due_period(world, days=9)
    announced = (await due.now()).debit.charge_at
    await world.stripe.faults(off_session="processing")
    assert (await due.charge(early=True, steering=WHY)).processing
    again = common_pb2.Steering(actor="anna@ops", reason_code="customer_asked", source="charge_now/2")
    with pytest.raises(Refused) as refused:
        await due.charge(early=True, steering=again)
    assert refused.value.reason == errors_pb2.REASON_PAYMENT_PROCESSING
    [charge] = await charges(world)
    await world.stripe.settle(charge["id"], succeeded=False)
    await world.deliver()
    back = (await due.now()).debit
    assert (back.charge_at, back.declined, back.refusal) == (announced, 0, pb.CHARGE_REFUSAL_DECLINED)


async def test_who_opens_the_link_while_an_operators_charge_has_no_answer_is_charged_on_the_announced_day(
    world: World,
) -> None:
    due = await due_period(world, days=9)
    announced = (await due.now()).debit.charge_at
    await world.stripe.faults(off_session="error_before_charge")
    assert (await due.charge(early=True, steering=WHY)).debit.refusal == NO_ANSWER
    await world.stripe.faults()
    await world.start(due.request)
    await world.deliver()
    assert (await due.now()).debit.charge_at == announced


@pytest.mark.parametrize("outcome", ["requires_authentication", "mandate_gone"])
async def test_nobody_charges_again_what_the_provider_wants_the_customer_to_confirm(world: World, outcome: str) -> None:
    due = await due_period(world)
    await world.stripe.faults(off_session=outcome)
    await due.charge_in_time()
    with pytest.raises(Refused) as refused:
        await due.charge(early=True, steering=WHY)
    assert refused.value.reason == errors_pb2.REASON_MANDATE_STATE


async def test_bad_input_is_named_field_by_field(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await world.stub().ChargePaymentRequest(pb.ChargePaymentRequestRequest(payment_request_id="x", early=True))
    assert {bad.field for bad in refused.value.violations} == {
        "payment_request_id", "steering.actor", "steering.source", "steering.reason_code",
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        await world.stub().PlanCharge(
            pb.PlanChargeRequest(payment_request_id="x", charge_on=common_pb2.Date(year=2026, month=2, day=30))
        )
    assert {bad.field for bad in refused.value.violations} == {"payment_request_id", "charge_on"}


async def test_only_the_worker_charges(world: World) -> None:
    due = await due_period(world)
    for caller in ("gateway", "operator"):
        with pytest.raises((Refused, grpc.aio.AioRpcError)):
            await world.stub(caller).ChargePaymentRequest(pb.ChargePaymentRequestRequest(payment_request_id=due.id))


async def _next_day(due: Due) -> date:
    """Charge it at its next time; the day of that."""
    await due.charge_in_time()
    return due.world.today()


async def _charged_by_operators(world: World) -> int:
    return len([row for row in await world.room.rows("audit") if row["action"] == "charge_now"])


def _day(world: World) -> dict[str, int]:
    today = world.today()
    return {"year": today.year, "month": today.month, "day": today.day}


def _iso(day: common_pb2.Date) -> str:
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
