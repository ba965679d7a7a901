"""How long a calendar that does not move is waited for."""

from collections.abc import Callable, Iterator

import pytest

from deploy.local.patience import WAITS, Hindered, Patience

_MINUTES = 60.0


class Hour:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def borne(hindrances: Callable[[int], str], *, every: float = 30.0) -> Iterator[float]:
    """Bear what hinders at each look, and say how late it is."""
    hour = Hour()
    patience = Patience(hour)
    for look in range(1000):
        patience.bear(hindrances(look))
        yield hour.seconds
        hour.seconds += every


@pytest.mark.parametrize(
    ("hindrances", "least", "most"),
    [
        pytest.param(lambda _: "trial does not answer", 4, 6, id="no sign of life"),
        pytest.param(lambda n: f"order:1 is at Pay, attempt {n} (timeout)", 14, 16, id="tried again and again"),
        pytest.param(lambda n: f"order:{n % 3} is at Pay, attempt {n} (timeout)", 14, 17, id="several that take turns"),
        pytest.param(lambda n: f"trial has {n} rows to deliver", 14, 16, id="a backlog that only grows"),
    ],
)
def test_patience_ends_where_nothing_new_keeps_the_calendar(
    hindrances: Callable[[int], str], least: float, most: float
) -> None:
    late: list[float] = []
    with pytest.raises(Hindered, match=r"^the clock cannot move on: .*by what is left"):
        late += borne(hindrances)
    assert least * _MINUTES <= late[-1] <= most * _MINUTES


def test_a_busy_machine_is_waited_for_as_long_as_there_is_news() -> None:
    assert sum(1 for _ in borne(lambda n: f"order:{n} is at Pay, attempt 1 (no failure yet)")) == 1000


def test_once_something_was_done_all_patience_is_there_again() -> None:
    hour = Hour()
    patience = Patience(hour)
    for _ in range(1000):
        patience.bear("order:1 has a workflow task to do, attempt 1")
        patience.news()
        hour.seconds += 30


def test_what_is_waited_for_is_said_now_and_then() -> None:
    hour, said = Hour(), list[str]()
    patience = Patience(hour)
    patience.say = said.append
    for second in range(60):
        hour.seconds = second
        patience.bear("trial does not answer")
    assert said == [f"{WAITS}trial does not answer"] * 3
