"""How the sweep tells which of the moments that it armed together does harm; the stage here is made of paper."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from typing import Any, cast

from tests.chaos.contracts import OUT_OF_REACH, expected
from tests.chaos.letters import Letters, Post, alike, due
from tests.chaos.sharing import shared_out, side_by_side
from tests.chaos.stage import Stage
from tests.chaos.stories import Story
from tests.chaos.sweep import FAULTS, Outcome, Stages, not_reached, sweep
from tests.e2e.play import Play
from tests.e2e.waiting import disturbed, patience

REMINDER = ("anna", "Promemoria: il tuo ordine è in attesa del pagamento")
MOMENTS = [f"payments.Rpc{number}.before_commit" for number in range(8)]


class Pigeonhole(Post):
    """The post of a stage of paper: each play brings two emails, but what a kill has lost."""

    def __init__(self, lost: Callable[[], bool]) -> None:
        super().__init__("nowhere", 0.5)
        self.lost = lost

    async def addresses(self) -> frozenset[str]:
        return frozenset()

    async def letters(self, besides: frozenset[str]) -> Letters:
        return Letters({REMINDER: 1 if self.lost() else 2})


class Paper:
    """A stage on which a story passes whatever is armed, but what a kill at another moment leads past."""

    def __init__(self, past: Callable[[set[str]], Iterable[str]]) -> None:
        self.play = cast("Play", self)
        self.past = past
        self.armed: set[str] = set()
        self.killed: set[str] = set()
        self.post = Pigeonhole(lambda: MOMENTS[4] in self.killed)

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
    harm: Callable[[set[str]], bool],
    past: Callable[[set[str]], Iterable[str]] = lambda _: (),
    letters: Letters | None = None,
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

    told, play = {}, cast("Story", story)
    async for result in sweep(Stages(make), dict.fromkeys(MOMENTS, play), letters={play: letters or Letters()}):
        told[result.moment] = result.outcome
    return told, made


async def test_a_moment_whose_kill_loses_one_of_two_emails_does_harm() -> None:
    told, _ = await swept(lambda _: False, letters=Letters({REMINDER: 2}))
    assert told == {**dict.fromkeys(MOMENTS, Outcome.WELL), MOMENTS[4]: Outcome.HARM}


def test_of_a_subject_is_compared_what_does_not_differ_from_play_to_play() -> None:
    assert alike("Il tuo servizio si rinnova il 30 novembre 2027") == alike("Il tuo servizio si rinnova l’8 marzo 2028")
    assert alike("Proforma P2026/17: mancano ancora 10,00 €") == alike("Proforma P2027/3: mancano ancora 1.250,00 €")
    assert alike("Fattura 2026/1: la tua copia di cortesia") != alike(
        "Fattura di acconto 2026/1: la tua copia di cortesia"
    )


def test_an_email_that_depends_on_the_moment_is_spared_in_its_story_alone() -> None:
    ended, copy = ("anna", "La tua prova gratuita è terminata"), ("anna", "Proforma …: mancano ancora …")
    assert due("leaves", Letters({ended: 1, REMINDER: 2})) == Letters({REMINDER: 2})
    assert due("renews", Letters({ended: 1, copy: 1})) == Letters({ended: 1})


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


async def test_a_story_that_ends_wrong_without_a_kill_is_a_fault_too() -> None:
    told, _ = await swept(lambda killed: not killed, lambda armed: armed & {MOMENTS[2]})
    assert told == {**dict.fromkeys(MOMENTS, Outcome.WELL), MOMENTS[2]: Outcome.WRONG}
    assert Outcome.WRONG in FAULTS


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
