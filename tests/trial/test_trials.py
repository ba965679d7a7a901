"""How a trial goes on: by its dates, by the customer, by an operator, by a purchase, and all at once."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.trial.v1 import trial_pb2 as pb
from services.kit.calendar import add_days
from services.kit.errors import Refused
from services.kit.wire import from_duration, from_timestamp
from services.trial.store import keeping
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id
from tests.trial.clients import STEERING, Customer


async def sent(room: TestRoom) -> list[str]:
    """The reminders in the outbox, by their templates."""
    return [template for _, template, _ in await room.mail_params()]


async def test_the_days_left_are_calendar_days_in_rome(customer: Customer, room: TestRoom) -> None:
    # Begun on 2 March at 10:30 in Rome; half past midnight of the next day is one day less.
    room.clock.advance(hours=14)
    assert (await customer.trial()).days_left == 29


async def test_a_trial_sends_its_reminders_ends_and_comes_to_its_purge(customer: Customer, room: TestRoom) -> None:
    start = room.clock.now()
    seen, told = [], []
    while (answer := await customer.advance()).next == pb.TRIAL_NEXT_WAIT:
        told.append(answer.sent)
        room.clock.at += from_duration(answer.wait)
        assert room.clock.at == from_timestamp(answer.due_at)
        days = next(n for n in range(60) if add_days(start, n) == room.clock.at)
        seen.append((days, answer.due))
    assert seen == [
        (23, "reminder_7_days"),
        (27, "reminder_3_days"),
        (29, "reminder_1_day"),
        (30, "end"),
        (38, "purge_reminder_7_days"),
        (44, "purge_reminder_1_day"),
        (45, "purge"),
    ]
    assert told == ["", *(due for _, due in seen[:-1])]
    assert answer.next == pb.TRIAL_NEXT_PURGE_DUE
    assert answer.trial.state == pb.TRIAL_STATE_ENDED
    assert await sent(room) == [*["trial_ending"] * 3, "trial_ended", *["purge_ahead"] * 2]


async def test_asked_too_early_or_twice_it_changes_nothing_and_says_how_much_longer(
    customer: Customer, room: TestRoom
) -> None:
    room.clock.advance(days=23)
    await customer.advance()
    again = await asyncio.gather(*(customer.advance() for _ in range(5)))
    assert [answer.sent for answer in again] == [""] * 5
    assert await sent(room) == ["trial_ending"]
    assert {answer.due for answer in again} == {"reminder_3_days"}


async def test_after_a_long_silence_only_the_reminder_of_the_moment_is_sent(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=28)
    await customer.advance()
    [(_, template, params)] = await room.mail_params()
    assert (template, params["days_left"]) == ("trial_ending", 2)


async def test_past_its_end_a_trial_has_ended_even_if_nobody_has_looked(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=30)
    trial = await customer.trial()
    assert (trial.state, trial.days_left) == (pb.TRIAL_STATE_ENDED, 0)
    with refused_as(errors_pb2.REASON_TRIAL_STATE):
        await customer.end()


async def test_an_open_order_holds_the_purge_and_its_reminders(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=46)
    held = await customer.advance(order_open=True)
    assert (held.next, held.due, from_duration(held.wait)) == (pb.TRIAL_NEXT_WAIT, "order_end", timedelta(days=1))
    assert "purge_ahead" not in await sent(room)
    assert (await customer.advance()).next == pb.TRIAL_NEXT_PURGE_DUE


async def test_nobody_is_told_of_a_purge_that_a_legal_hold_stops_and_it_is_still_asked_for(
    customer: Customer, room: TestRoom
) -> None:
    room.clock.advance(days=39)
    held = await customer.advance(legal_hold=True)
    assert (held.next, held.due) == (pb.TRIAL_NEXT_WAIT, "purge")
    room.clock.advance(days=7)
    assert (await customer.advance(legal_hold=True)).next == pb.TRIAL_NEXT_PURGE_DUE
    assert "purge_ahead" not in await sent(room)


async def test_the_reminder_of_a_purge_comes_once_the_hold_is_lifted(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=39)
    await customer.advance(legal_hold=True)
    await customer.advance()
    assert "purge_ahead" in await sent(room)


async def test_the_customer_ends_the_trial_early(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=5)
    trial = await customer.end()
    now = room.clock.now()
    assert trial.state == pb.TRIAL_STATE_ENDED
    assert from_timestamp(trial.ends_at) == now
    assert from_timestamp(trial.purge_at) == add_days(now, 15)
    assert [wake.workflow_id for wake in await room.wakes()] == [f"trial:{customer.id}"]
    answer = await customer.advance()
    assert await sent(room) == ["trial_ended"]
    assert answer.due == "purge_reminder_7_days"


async def test_one_request_ends_the_trial_once_and_a_second_is_refused(customer: Customer, room: TestRoom) -> None:
    request = request_id()
    first = await customer.end(request)
    assert await customer.end(request) == first
    with refused_as(errors_pb2.REASON_TRIAL_STATE):
        await customer.end()


async def test_an_operators_end_is_in_the_audit_trail(customer: Customer, room: TestRoom) -> None:
    request = pb.EndTrialRequest(request_id=request_id(), account_id=customer.id, steering=STEERING)
    await customer.worker.EndTrial(request)
    [entry] = await room.rows("audit")
    assert (entry["actor"], entry["action"], entry["reason_code"], entry["source"]) == (
        "operator@provider",
        "end_trial",
        "asked_by_phone",
        "update:1",
    )
    assert entry["subject_id"] == UUID(customer.id)


async def test_an_extension_moves_end_purge_and_reminders(customer: Customer, room: TestRoom) -> None:
    start = room.clock.now()
    room.clock.advance(days=23)
    await customer.advance()
    trial = await customer.extend(7)
    assert from_timestamp(trial.ends_at) == add_days(start, 37)
    assert from_timestamp(trial.purge_at) == add_days(start, 52)
    due = sorted((row["due_at"], row["sent_at"]) for row in await room.rows("reminders"))
    assert due[0] == (add_days(start, 23), room.clock.now())
    assert [at for at, _ in due[1:]] == [add_days(start, n) for n in (30, 34, 36, 37, 45, 51)]
    assert [entry["action"] for entry in await room.rows("audit")] == ["extend_trial"]
    # The seventh day before the new end is another day: it has a reminder of its own.
    room.clock.advance(days=7)
    await customer.advance()
    assert await sent(room) == ["trial_ending", "trial_ending"]


async def test_a_trial_that_has_ended_runs_again_from_now(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=35)
    await customer.advance()
    trial = await customer.extend(10)
    assert trial.state == pb.TRIAL_STATE_ACTIVE
    assert from_timestamp(trial.ends_at) == add_days(room.clock.now(), 10)
    assert (await customer.advance()).due == "reminder_7_days"


async def test_a_trial_whose_purge_is_due_is_not_extended(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=45)
    with refused_as(errors_pb2.REASON_TRIAL_STATE):
        await customer.extend(10)


async def test_one_request_extends_once(customer: Customer) -> None:
    request = request_id()
    answers = await asyncio.gather(*(customer.extend(7, request) for _ in range(4)))
    assert {from_timestamp(answer.ends_at) for answer in answers} == {from_timestamp(answers[0].ends_at)}
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await customer.extend(8, request)


async def test_extensions_at_once_add_up(customer: Customer, room: TestRoom) -> None:
    await asyncio.gather(*(customer.extend(2) for _ in range(5)))
    assert from_timestamp((await customer.trial()).ends_at) == add_days(room.clock.now(), 40)


async def test_a_purchase_ends_the_trial_for_good(customer: Customer, room: TestRoom) -> None:
    order = request_id()
    trial = await customer.buy(order)
    assert trial.state == pb.TRIAL_STATE_BOUGHT
    assert await customer.buy(order) == trial
    room.clock.advance(days=60)
    answer = await customer.advance()
    assert (answer.next, answer.HasField("wait")) == (pb.TRIAL_NEXT_NOTHING, False)
    assert await sent(room) == []
    for change in (customer.end(), customer.extend(5)):
        with refused_as(errors_pb2.REASON_TRIAL_STATE):
            await change


async def test_a_purchase_is_recorded_after_the_end_and_even_after_the_purge_date(
    customer: Customer, room: TestRoom
) -> None:
    room.clock.advance(days=50)
    await customer.advance(order_open=True)
    assert (await customer.buy()).state == pb.TRIAL_STATE_BOUGHT


async def test_a_closed_trial_cannot_be_bought_extended_or_ended(customer: Customer, room: TestRoom) -> None:
    await customer.close_login()
    for change in (customer.buy(), customer.extend(5), customer.end()):
        with refused_as(errors_pb2.REASON_TRIAL_STATE):
            await change
    assert (await customer.advance()).next == pb.TRIAL_NEXT_NOTHING


@pytest.mark.parametrize("order", range(6))
async def test_end_extension_and_purchase_at_once_end_in_one_consistent_state(
    customer: Customer, room: TestRoom, order: int
) -> None:
    room.clock.advance(days=10)
    changes: dict[str, Callable[[], Awaitable[pb.Trial]]] = {
        "end": customer.end,
        "extend": partial(customer.extend, 7),
        "buy": customer.buy,
    }
    names = list(itertools.permutations(changes))[order]
    ends = await asyncio.gather(*(changes[name]() for name in names), return_exceptions=True)
    assert all(isinstance(end, pb.Trial | Refused) for end in ends)
    trial = await customer.trial()
    # The purchase is never lost, whatever came before it; what comes after it is refused.
    assert trial.state == pb.TRIAL_STATE_BOUGHT
    assert (await customer.advance()).next == pb.TRIAL_NEXT_NOTHING
    [row] = await room.rows("trials")
    assert row["purge_at"] == add_days(row["ends_at"], 15)
    assert row["next_at"] is None
    assert [r for r in await room.rows("reminders") if r["sent_at"] is None and r["skipped_at"] is None] == []


async def test_end_and_extension_at_once_leave_dates_that_belong_together(customer: Customer, room: TestRoom) -> None:
    room.clock.advance(days=10)
    await asyncio.gather(customer.end(), *(customer.extend(7) for _ in range(3)), return_exceptions=True)
    [row] = await room.rows("trials")
    assert row["purge_at"] == add_days(row["ends_at"], 15)
    pending = {r["due_at"] for r in await room.rows("reminders") if r["sent_at"] is None}
    assert row["ends_at"] in pending
    assert max(pending) == add_days(row["purge_at"], -1)
    ended_last = row["ends_at"] == room.clock.now()
    assert row["state"] == ("ended" if ended_last else "active")


async def test_every_open_trial_is_watched_until_it_is_final(customer: Customer, room: TestRoom) -> None:
    async with room.core.database.reading() as conn:
        assert [wake.workflow_id for wake in await keeping.open_trials(conn, None)] == [f"trial:{customer.id}"]
        assert await keeping.open_trials(conn, room.clock.now()) == []
        assert len(await keeping.open_trials(conn, room.clock.now() + timedelta(days=24))) == 1
    await customer.buy()
    async with room.core.database.reading() as conn:
        assert await keeping.open_trials(conn, None) == []


@pytest.mark.parametrize("days", [0, -1, 91])
async def test_an_extension_is_of_1_to_90_days(customer: Customer, days: int) -> None:
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await customer.extend(days)
    assert [violation.field for violation in caught.value.violations] == ["days"]


async def test_every_bad_field_of_a_change_is_named_and_nothing_changed(customer: Customer, room: TestRoom) -> None:
    steering = common_pb2.Steering(actor="", reason_code="x" * 65, ticket_id="42", source="a\nb")
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await customer.worker.ExtendTrial(pb.ExtendTrialRequest(steering=steering))
    assert {violation.field for violation in caught.value.violations} == {
        "request_id",
        "account_id",
        "days",
        "steering.actor",
        "steering.reason_code",
        "steering.ticket_id",
        "steering.source",
    }
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await customer.worker.RecordPurchase(pb.RecordPurchaseRequest(account_id="42"))
    assert {violation.field for violation in caught.value.violations} == {"account_id", "order_id"}
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await customer.worker.AdvanceTrial(pb.AdvanceTrialRequest(account_id="x" * 10_000))
    assert await room.rows("audit") == []


async def test_a_customer_cannot_write_into_the_audit_trail(customer: Customer) -> None:
    request = pb.EndTrialRequest(request_id=request_id(), account_id=customer.id, steering=STEERING)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await customer.calls.EndTrial(request, metadata=customer.metadata)
    assert [violation.field for violation in caught.value.violations] == ["steering"]


async def test_an_unknown_account_is_not_found(customer: Customer) -> None:
    stranger = Customer(customer.room, request_id())
    for call in (stranger.advance(), stranger.extend(5), stranger.buy(), stranger.end(), stranger.close_login()):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await call
