"""Shares moments out among the stories that pass them, and stories among stages that stand side by side.

Most of a play is waiting until somebody's death is noticed, so several at once take little longer than one.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from tests.chaos.stories import Story
from tests.chaos.sweep import Stages


def shared_out(passed: Mapping[Story, Collection[str]]) -> dict[Story, list[str]]:
    """Give each moment to one of the stories that pass it, so that none has many more than the others.

    Args:
        passed: The moments of each story, in the order in which it passes them.

    Returns:
        Those that it is killed at, for each story that has any; who has most comes first.
    """
    passing: dict[str, list[Story]] = {}
    for story, moments in passed.items():
        for moment in moments:
            passing.setdefault(moment, []).append(story)
    given: dict[str, Story] = {}
    counted = Counter[Story]()
    for moment in sorted(passing, key=lambda each: len(passing[each])):
        given[moment] = min(passing[moment], key=lambda story: counted[story])
        counted[given[moment]] += 1
    return {story: [each for each in passed[story] if given[each] is story] for story, _ in counted.most_common()}


async def side_by_side(
    stages: Sequence[Stages], stories: Iterable[Story], play: Callable[[Stages, Story], Awaitable[None]]
) -> None:
    """Play each story on the stage that is free next.

    Raises:
        ExceptionGroup: Of whatever a play has raised.
    """
    left = deque(stories)

    async def on(stage: Stages) -> None:
        while left:
            await play(stage, left.popleft())

    async with asyncio.TaskGroup() as group:
        for stage in stages:
            group.create_task(on(stage))
