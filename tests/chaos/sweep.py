"""Kills a process at each moment that a story passes, and proves the story's end.

First each story is played once undisturbed, which tells the moments, and the emails that must come of it. Then it is
played again with all of its moments armed: the process that passes one dies there, is started again, comes by the next
and dies there. A story that ends wrong is played again with either half of them, until the one is found that does harm.
"""

import traceback
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from tests.chaos.letters import Letters, due
from tests.chaos.stage import Stage
from tests.chaos.stories import Story
from tests.e2e.waiting import disturbed


class Outcome(Enum):
    """What came of a moment."""

    WELL = "killed there, and all ended well"
    HARM = "killed there, and it did harm"
    TOGETHER = "killed at each of these, and it did harm; at either half of them it did none"
    MISSED = "passed once, but not again when armed"
    WRONG = "not passed again when armed, and the story ended wrong all the same"
    OUT_OF_REACH = "no story passes it, and why"
    NOT_REACHED = "no story passes it: write one, or say why not in contracts.py"


FAULTS = (Outcome.HARM, Outcome.TOGETHER, Outcome.WRONG, Outcome.NOT_REACHED)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    moment: str
    outcome: Outcome
    story: str = ""
    why: str = ""


class Stages:
    """The stage in use; what harm was done to stays on it, so after a harm the next one is new.

    Args:
        make: Starts a Casella.
    """

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[Stage]]) -> None:
        self._make = make
        self._open: AbstractAsyncContextManager[Stage] | None = None
        self._stage: Stage | None = None

    async def stage(self) -> Stage:
        """The present one, or a new one."""
        if self._stage is None:
            self._open = self._make()
            self._stage = await self._open.__aenter__()
        return self._stage

    async def close(self) -> None:
        """Stop the present one."""
        opened, self._open, self._stage = self._open, None, None
        if opened is not None:
            await opened.__aexit__(None, None, None)


async def undisturbed(stage: Stage, story: Story) -> tuple[list[str], Letters]:
    """Play a story undisturbed; the moments that it passes, in their order, and the emails that must come of it.

    Raises:
        Exception: It does not end well even so.
    """
    before, known = len(stage.passed()), await stage.post.addresses()
    await story(stage.play)
    return list(dict.fromkeys(stage.passed()[before:])), due(story.__name__, await stage.post.letters(known))


async def sweep(
    stages: Stages, moments: Mapping[str, Story], pattern: str = "*", letters: Mapping[Story, Letters] | None = None
) -> AsyncIterator[Result]:
    """Kill at every moment of a pattern.

    Args:
        stages: Where.
        moments: Which, and the story of each.
        pattern: Only those.
        letters: The emails that must come of each story, where that is known.
    """
    for story in dict.fromkeys(moments.values()):
        own = [moment for moment, of in moments.items() if of is story and fnmatchcase(moment, pattern)]
        if own:
            for result in await _killed(stages, story, own, (letters or {}).get(story, Letters())):
                yield result


def not_reached(
    expected: Iterable[str], moments: Collection[str], why: Mapping[str, str], pattern: str = "*"
) -> list[Result]:
    """The moments of the contracts that no story passes.

    Args:
        expected: All there are.
        moments: Those that stories pass.
        why: The reasons for which no story can, by pattern.
        pattern: Only those.
    """
    found = []
    for moment in expected:
        if moment not in moments and fnmatchcase(moment, pattern):
            reasons = [reason for each, reason in why.items() if fnmatchcase(moment, each)]
            outcome = Outcome.OUT_OF_REACH if reasons else Outcome.NOT_REACHED
            found.append(Result(moment, outcome, why="; ".join(reasons)))
    return found


async def _killed(stages: Stages, story: Story, group: Sequence[str], letters: Letters) -> list[Result]:
    why, missed = await _play(stages, story, group, letters)
    if why and len(group) > 1:
        half = len(group) // 2
        halves = [await _killed(stages, story, each, letters) for each in (group[:half], group[half:])]
        found = [result for each in halves for result in each]
        if not any(result.outcome in FAULTS for result in found):
            found.append(Result(f"{group[0]} to {group[-1]}", Outcome.TOGETHER, story.__name__, why))
        return found
    outcome = Outcome.HARM if why else Outcome.WELL
    done = [Result(moment, outcome, story.__name__, why) for moment in group if moment not in missed]
    if done and missed:  # another kill may have led past them
        return [*done, *await _killed(stages, story, missed, letters)]
    passed_by = Outcome.WRONG if why else Outcome.MISSED
    return [*done, *(Result(moment, passed_by, story.__name__, why) for moment in missed)]


async def _play(stages: Stages, story: Story, group: Sequence[str], letters: Letters) -> tuple[str, list[str]]:
    """Play a story with these moments armed; why it ended wrong, and the moments that it did not pass."""
    stage = await stages.stage()
    known = await stage.post.addresses()
    for moment in group:
        stage.arm(moment)
    why = ""
    try:
        with disturbed(stage.last_kill):
            await story(stage.play)
            await stage.post.bring(letters, known)
    except Exception as error:  # noqa: BLE001  whatever it is belongs into the table
        why = reason(error)
    missed = stage.disarm()
    if why:
        with suppress(Exception):  # the harm is told already, and may show again at the end
            await stages.close()
    else:
        await stage.all_run()
    return why, [moment for moment in group if moment in missed]


def reason(error: Exception) -> str:
    """The error in one line, with the line of the proof that found it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/" in frame.filename]
    at = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} {frames[-1].line}" if frames else ""
    return " ".join(f"{type(error).__name__} {error} ({at})".split())
