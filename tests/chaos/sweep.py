"""Kills a process at each moment that a story passes, and proves the story's end.

First each story is played once undisturbed, which tells the moments. Then it is played again with some of its moments
armed: the process that passes one dies there, is started again, and comes by the next. A story that ends wrong is
played once more for each of those moments alone, which tells the one that does harm.
"""

import traceback
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from itertools import islice

from tests.chaos.stage import Stage
from tests.chaos.stories import Story

AT_ONCE = 10
"""Moments that are armed for one story: more make a run shorter, and a failure longer to find."""


class Outcome(Enum):
    """What came of a moment."""

    WELL = "killed there, and all ended well"
    HARM = "killed there, and it did harm"
    MISSED = "passed once, but not again when armed"
    NOT_REACHED = "no story passes it"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    moment: str
    outcome: Outcome
    story: str = ""
    why: str = ""


async def moments_of(stage: Stage, story: Story) -> Mapping[str, Story]:
    """Play a story undisturbed; the moments that it passes, in their order.

    Raises:
        Exception: It does not end well even so.
    """
    before = len(stage.passed())
    await story(stage.play)
    return dict.fromkeys(stage.passed()[before:], story)


async def sweep(stage: Stage, moments: Mapping[str, Story], pattern: str = "*") -> AsyncIterator[Result]:
    """Kill at every moment of a pattern."""
    for story in dict.fromkeys(moments.values()):
        own = [moment for moment, of in moments.items() if of is story and fnmatchcase(moment, pattern)]
        for group in _groups(own):
            for result in await _killed(stage, story, group):
                yield result


def not_reached(expected: Iterable[str], moments: Mapping[str, Story], pattern: str = "*") -> list[Result]:
    """The moments of the contracts that no story passes."""
    return [
        Result(moment, Outcome.NOT_REACHED)
        for moment in expected
        if moment not in moments and fnmatchcase(moment, pattern)
    ]


def _groups(moments: Sequence[str]) -> Iterator[list[str]]:
    left = iter(moments)
    while group := list(islice(left, AT_ONCE)):
        yield group


async def _killed(stage: Stage, story: Story, group: Sequence[str]) -> list[Result]:
    why, missed = await _play(stage, story, group)
    if why and len(group) > 1:
        return [result for moment in group for result in await _killed(stage, story, [moment])]
    outcome = Outcome.HARM if why else Outcome.WELL
    return [Result(moment, Outcome.MISSED if moment in missed else outcome, story.__name__, why) for moment in group]


async def _play(stage: Stage, story: Story, group: Sequence[str]) -> tuple[str, list[str]]:
    """Play a story with these moments armed; why it ended wrong, and the moments that it did not pass."""
    for moment in group:
        stage.arm(moment)
    why = ""
    try:
        await story(stage.play)
    except Exception as error:  # noqa: BLE001  whatever it is belongs into the table
        why = reason(error)
    missed = stage.disarm()
    await stage.all_run()
    return why, missed


def reason(error: Exception) -> str:
    """The error in one line, with the line of the proof that found it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/" in frame.filename]
    at = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} {frames[-1].line}" if frames else ""
    return " ".join(f"{type(error).__name__} {error} ({at})".split())
