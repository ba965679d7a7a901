"""How the sweep tells which of the moments that it armed together does harm; the stage here is made of paper."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from typing import Any, cast

from tests.chaos.contracts import OUT_OF_REACH, expected
from tests.chaos.sharing import shared_out, side_by_side
from tests.chaos.stage import Stage
from tests.chaos.stories import Story
from tests.chaos.sweep import FAULTS, Outcome, Stages, not_reached, sweep
from tests.e2e.play import Play
from tests.e2e.waiting import disturbed, patience

MOMENTS = [f"payments.Rpc{number}.before_commit" for number in range(8)]


class Paper:
    """A stage on which a story passes whatever is armed, but what a kill at another moment leads past."""

    def __init__(self, past: Callable[[set[str]], Iterable[str]]) -> None:
        self.play = cast("Play", self)
        self.past = past
        self.armed: set[str] = set()
        self.killed: set[str] = set()

    def arm(self, moment: str) -> None:
        self.armed.add(moment)

    def disarm(self) -> list[str]:
        left, self.armed = sorted(self.armed - self.killed), set()
        return left

    def last_kill(self) -> float:
        return 0.0

    async def all_run(self) -> None:
        """Paper always does."""


async def swept(
    harm: Callable[[set[str]], bool], past: Callable[[set[str]], Iterable[str]] = lambda _: ()
) -> tuple[dict[str, Outcome], int]:
    """What came of each moment where those together do harm of which this says so, and how many stages it took."""
    made = 0

    @asynccontextmanager
    async def make() -> AsyncIterator[Stage]:
        nonlocal made
        made += 1
        yield cast("Stage", Paper(past))

    async def story(play: Any) -> None:
        play.killed = play.armed - set(play.past(play.armed))
        assert not harm(play.killed)

    told = {}
    async for result in sweep(Stages(make), dict.fromkeys(MOMENTS, cast("Story", story))):
        told[result.moment] = result.outcome
    return told, made


async def test_of_moments_armed_together_the_one_that_does_harm_is_found_on_new_stages() -> None:
    told, made = await swept(lambda killed: MOMENTS[5] in killed)
    assert told == {**dict.fromkeys(MOMENTS, Outcome.WELL), MOMENTS[5]: Outcome.HARM}
    assert made == 5  # after all, a half, a quarter and the one did harm, what follows is played on a new one


async def test_two_moments_that_do_harm_only_together_are_told_by_their_range() -> None:
    told, _ = await swept(lambda killed: {MOMENTS[1], MOMENTS[6]} <= killed)
    together = f"{MOMENTS[0]} to {MOMENTS[7]}"
    assert told == {**dict.fromkeys(MOMENTS, Outcome.WELL), together: Outcome.TOGETHER}


async def test_a_moment_that_another_kill_leads_past_is_armed_again_without_it() -> None:
    told, _ = await swept(lambda _: False, lambda armed: MOMENTS[2:4] if MOMENTS[1] in armed else ())
    assert told == dict.fromkeys(MOMENTS, Outcome.WELL)


async def test_a_moment_that_is_never_passed_again_is_told_as_missed() -> None:
    told, _ = await swept(lambda _: False, lambda _: MOMENTS[2:3])
    assert told == {**dict.fromkeys(MOMENTS, Outcome.WELL), MOMENTS[2]: Outcome.MISSED}


async def test_patience_counts_from_the_last_disturbance() -> None:
    assert not patience(0)()
    now = asyncio.get_running_loop().time()
    with disturbed(lambda: now + 600):
        assert patience(0)()
    with disturbed(lambda: now - 600):
        assert not patience(0)()


def test_a_moment_that_no_story_passes_is_named_with_the_reason_or_is_a_fault() -> None:
    found = not_reached(["vies.before", "dns.before", "mail.before"], {"dns.before"}, {"mail.*": "nobody writes"})
    assert [(each.moment, each.outcome, each.why) for each in found] == [
        ("vies.before", Outcome.NOT_REACHED, ""),
        ("mail.before", Outcome.OUT_OF_REACH, "nobody writes"),
    ]
    assert (Outcome.NOT_REACHED in FAULTS, Outcome.OUT_OF_REACH in FAULTS) == (True, False)


def test_every_reason_is_of_a_moment_that_there_is() -> None:
    there = expected()
    assert [pattern for pattern in OUT_OF_REACH if not any(fnmatchcase(each, pattern) for each in there)] == []


async def test_every_moment_is_one_story_s_and_none_has_many_more_than_the_others() -> None:
    async def long(_: object) -> None: ...

    async def short(_: object) -> None: ...

    passed = {long: [*MOMENTS, "dns.before"], short: [MOMENTS[0], "vies.before", MOMENTS[7]]}
    own = shared_out(cast("dict[Story, list[str]]", passed))
    assert own == {long: [*MOMENTS[1:7], "dns.before"], short: [MOMENTS[0], "vies.before", MOMENTS[7]]}


async def test_stories_are_played_side_by_side_each_on_the_stage_that_is_free_next() -> None:
    free = asyncio.Event()
    played: list[tuple[object, object]] = []

    async def play(on: object, story: object) -> None:
        played.append((on, story))
        if story == "first":
            await free.wait()
        if story == "last":
            free.set()

    stages, stories = cast("list[Stages]", ["left", "right"]), cast("list[Story]", ["first", "second", "last"])
    async with asyncio.timeout(5):
        await side_by_side(stages, stories, play)
    assert played == [("left", "first"), ("right", "second"), ("right", "last")]
