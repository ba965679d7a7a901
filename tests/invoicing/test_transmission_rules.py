"""Whatever receipts arrive, in whatever order and however often, the end is the same."""

import itertools
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.invoicing.domain.transmissions import (
    Attempt,
    Outcome,
    State,
    accepted,
    dates_of_pending,
    dates_of_rejected,
    meaning,
    outcome_after,
    state_after,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
news = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(list(Outcome))), max_size=5)


def end_of(receipts: list[tuple[int, Outcome]]) -> State:
    state = State.SENT
    for attempt, outcome in receipts:
        state = state_after(state, 2, attempt, outcome)
    return state


@given(news)
def test_the_order_of_receipts_does_not_matter(receipts: list[tuple[int, Outcome]]) -> None:
    assert len({end_of(list(order)) for order in itertools.permutations(receipts)}) == 1


@given(news)
def test_repeating_receipts_changes_nothing(receipts: list[tuple[int, Outcome]]) -> None:
    assert end_of(receipts + receipts) == end_of(receipts)


@given(news)
def test_an_acceptance_is_never_lost(receipts: list[tuple[int, Outcome]]) -> None:
    outcomes = {outcome for _, outcome in receipts}
    if Outcome.DELIVERED in outcomes:
        assert end_of(receipts) is State.DELIVERED
    elif Outcome.UNDELIVERABLE in outcomes:
        assert end_of(receipts) is State.UNDELIVERABLE


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1))
def test_a_file_keeps_the_best_that_was_said_of_it(outcomes: list[Outcome]) -> None:
    known: Outcome | None = None
    for outcome in outcomes:
        known = outcome_after(known, outcome)
    best = next(each for each in (Outcome.DELIVERED, Outcome.UNDELIVERABLE, Outcome.REJECTED) if each in outcomes)
    assert known is best


def test_a_given_up_invoice_that_was_accepted_after_all_is_accepted() -> None:
    assert state_after(State.GIVEN_UP, 1, 1, Outcome.DELIVERED) is State.DELIVERED
    assert state_after(State.GIVEN_UP, 1, 1, Outcome.REJECTED) is State.GIVEN_UP


def test_a_refused_copy_says_nothing_only_where_there_may_be_two() -> None:
    once, twice = Attempt(1, 1, None), Attempt(1, 2, None)
    assert meaning(Outcome.REJECTED, ["00002"], twice, []) is None
    assert meaning(Outcome.REJECTED, ["00002"], once, []) is Outcome.REJECTED
    assert meaning(Outcome.REJECTED, ["00002", "00305"], twice, []) is Outcome.REJECTED


def test_known_already_means_accepted_only_where_an_earlier_file_may_have_been() -> None:
    second = Attempt(2, 1, None)
    assert meaning(Outcome.REJECTED, ["00404"], second, [Attempt(1, 1, None)]) is Outcome.UNDELIVERABLE
    assert meaning(Outcome.REJECTED, ["00404"], second, [Attempt(1, 0, None)]) is Outcome.REJECTED
    assert meaning(Outcome.REJECTED, ["00404"], second, [Attempt(1, 1, Outcome.REJECTED)]) is Outcome.REJECTED
    assert meaning(Outcome.REJECTED, ["00404"], Attempt(1, 2, None), []) is Outcome.UNDELIVERABLE
    assert meaning(Outcome.DELIVERED, [], second, []) is Outcome.DELIVERED


def test_the_accepted_file_is_the_one_whose_own_receipt_says_so() -> None:
    rejected, delivered = Attempt(1, 1, Outcome.REJECTED, ("00305",)), Attempt(2, 1, Outcome.DELIVERED)
    assert accepted([rejected, delivered]) is delivered
    assert accepted([Attempt(1, 1, Outcome.UNDELIVERABLE), Attempt(2, 1, None)]) == Attempt(1, 1, Outcome.UNDELIVERABLE)
    assert accepted([rejected, Attempt(2, 1, None)]) is None


def test_a_file_that_was_known_already_stands_for_the_one_sending_before_it_that_got_no_answer() -> None:
    known, silent = Attempt(3, 1, Outcome.UNDELIVERABLE, ("00404",)), Attempt(2, 1, None)
    rejected, unsent = Attempt(1, 1, Outcome.REJECTED, ("00305",)), Attempt(1, 0, None)
    assert accepted([rejected, silent, known]) is silent
    assert accepted([unsent, silent, known]) is silent
    assert accepted([Attempt(1, 1, None), silent, known]) is None
    twice = Attempt(2, 2, Outcome.UNDELIVERABLE, ("00404",))
    assert accepted([rejected, twice]) is twice
    assert accepted([Attempt(1, 1, None), twice]) is None


def test_deadlines_run_to_the_end_of_the_day_in_rome() -> None:
    pending = dates_of_pending(date(2026, 3, 20), NOW)
    # 1 April in Rome's summer time.
    assert pending.deadline == datetime(2026, 4, 1, 21, 59, 59, 999999, tzinfo=UTC)
    assert pending.alert_at == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    rejected = dates_of_rejected(NOW)
    assert rejected.deadline == datetime(2026, 3, 7, 22, 59, 59, 999999, tzinfo=UTC)
    assert rejected.alert_at == NOW
