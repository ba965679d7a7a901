"""A trial's dates and reminders, and what is due when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import ROME, add_days
from services.trial.domain.schedule import Next, plan
from services.trial.domain.terms import TRIAL_DAYS, Reminder, ReminderKind, Terms, TrialState
from workflows.retries import LOOK_AGAIN

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TERMS = Terms.ending(add_days(START, TRIAL_DAYS))
ALL = TERMS.reminders_after(START)


def at(days: int) -> datetime:
    return add_days(START, days)


def test_a_trial_runs_30_days_and_is_purged_15_days_later() -> None:
    assert at(30) == TERMS.ends_at
    assert at(45) == TERMS.purge_at


def test_days_keep_the_hour_in_rome_when_summer_time_begins() -> None:
    terms = Terms.ending(add_days(datetime(2027, 3, 10, 9, 30, tzinfo=UTC), TRIAL_DAYS))
    assert terms.ends_at.astimezone(ROME).hour == 10
    assert terms.ends_at.hour == 8


def test_reminders_lie_7_3_and_1_days_before_the_end_at_the_end_and_7_and_1_days_before_the_purge() -> None:
    assert [(r.kind, r.due_at) for r in ALL] == [
        (ReminderKind.END_IN_7_DAYS, at(23)),
        (ReminderKind.END_IN_3_DAYS, at(27)),
        (ReminderKind.END_IN_1_DAY, at(29)),
        (ReminderKind.ENDED, at(30)),
        (ReminderKind.PURGE_IN_7_DAYS, at(38)),
        (ReminderKind.PURGE_IN_1_DAY, at(44)),
    ]


def test_a_reminder_whose_time_has_passed_is_not_made() -> None:
    kinds = [r.kind for r in TERMS.reminders_after(at(28))]
    assert kinds[0] is ReminderKind.END_IN_1_DAY


def test_a_trial_that_ends_now_still_says_so() -> None:
    kinds = [r.kind for r in Terms.ending(at(3)).reminders_after(at(3))]
    assert kinds == [ReminderKind.ENDED, ReminderKind.PURGE_IN_7_DAYS, ReminderKind.PURGE_IN_1_DAY]


def test_a_young_trial_waits_for_its_first_reminder() -> None:
    result = plan(TrialState.ACTIVE, TERMS, ALL, at(1), order_open=False)
    assert (result.send, result.next, result.due, result.due_at) == (None, Next.WAIT, "reminder_7_days", at(23))


def test_a_due_reminder_is_sent_at_its_instant() -> None:
    result = plan(TrialState.ACTIVE, TERMS, ALL, at(23), order_open=False)
    assert result.send == Reminder(ReminderKind.END_IN_7_DAYS, at(23))
    assert (result.due, result.due_at) == ("reminder_3_days", at(27))


def test_of_several_overdue_reminders_only_the_last_is_sent() -> None:
    result = plan(TrialState.ACTIVE, TERMS, ALL, at(28), order_open=False)
    assert result.send == Reminder(ReminderKind.END_IN_3_DAYS, at(27))
    assert [r.kind for r in result.skip] == [ReminderKind.END_IN_7_DAYS]


def test_after_the_end_nobody_is_told_that_the_end_is_near() -> None:
    result = plan(TrialState.ENDED, TERMS, ALL[:3], at(31), order_open=False)
    assert result.send is None
    assert len(result.skip) == 3


def test_the_end_is_told_when_it_has_come() -> None:
    result = plan(TrialState.ENDED, TERMS, ALL[3:], at(30), order_open=False)
    assert result.send == Reminder(ReminderKind.ENDED, at(30))
    assert (result.due, result.due_at) == ("purge_reminder_7_days", at(38))


def test_the_purge_is_due_15_days_after_the_end() -> None:
    early = plan(TrialState.ENDED, TERMS, (), at(45) - timedelta(seconds=1), order_open=False)
    due = plan(TrialState.ENDED, TERMS, (), at(45), order_open=False)
    assert (early.next, early.due, early.due_at) == (Next.WAIT, "purge", at(45))
    assert due.next is Next.PURGE_DUE


def test_an_open_order_holds_the_purge() -> None:
    held = plan(TrialState.ENDED, TERMS, (), at(50), order_open=True)
    free = plan(TrialState.ENDED, TERMS, (), at(50), order_open=False)
    assert (held.next, held.due, held.due_at) == (Next.WAIT, "order_end", at(50) + timedelta(days=1))
    assert free.next is Next.PURGE_DUE


def test_purge_reminders_wait_while_an_order_is_open() -> None:
    held = plan(TrialState.ENDED, TERMS, ALL[4:], at(40), order_open=True)
    again = plan(TrialState.ENDED, TERMS, ALL[4:], at(41), order_open=False)
    assert (held.send, held.skip) == (None, ())
    assert again.send == Reminder(ReminderKind.PURGE_IN_7_DAYS, at(38))


def test_a_purge_reminder_is_not_sent_after_the_purge_date() -> None:
    result = plan(TrialState.ENDED, TERMS, ALL[4:], at(46), order_open=False)
    assert result.send is None
    assert len(result.skip) == 2


def test_a_purge_that_is_held_is_not_past_its_time_before_the_workflow_looks_again() -> None:
    result = plan(TrialState.ENDED, TERMS, (), at(45), order_open=False, legal_hold=True)
    assert result.next is Next.PURGE_DUE
    assert result.next_at is not None
    assert result.next_at > at(45) + LOOK_AGAIN


@pytest.mark.parametrize("state", [TrialState.BOUGHT, TrialState.CLOSED])
def test_nothing_comes_after_a_final_state(state: TrialState) -> None:
    result = plan(state, TERMS, ALL, at(30), order_open=False)
    assert (result.next, result.send, result.next_at) == (Next.NOTHING, None, None)


@given(st.integers(0, 80 * 24), st.booleans(), st.sets(st.sampled_from(range(6))))
def test_a_trial_always_has_a_next_step_ahead(hours: int, order_open: bool, left: set[int]) -> None:  # noqa: FBT001
    now = START + timedelta(hours=hours)
    state = TrialState.ACTIVE if now < TERMS.ends_at else TrialState.ENDED
    result = plan(state, TERMS, [ALL[i] for i in left], now, order_open=order_open)
    assert result.next_at is not None
    assert result.next_at > now
    assert not {result.send} & set(result.skip)
    # Once what was due is done, nothing more is due at the same moment.
    done = [ALL[i] for i in left if ALL[i] != result.send and ALL[i] not in result.skip]
    assert plan(state, TERMS, done, now, order_open=order_open).send is None
