"""Decides whose turn it is: every story on one calendar, the one that wants to go on first moves the time."""

import heapq
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deploy.local.demo import people
from deploy.local.demo.breaking import TROUBLE, BrokenOff
from deploy.local.demo.customer import Customer
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Pause, Story
from deploy.local.demo.tale import Tale


@dataclass(order=True)
class _Turn:
    at: datetime
    number: int
    tale: Tale = field(compare=False)
    scenes: AsyncIterator[Pause] = field(compare=False)
    needed: bool = field(default=True, compare=False)


async def conduct(stage: Stage, stories: Sequence[Story]) -> list[Tale]:
    """Play stories, woven into one calendar, until each has reached its end.

    Returns:
        What is remembered of each, in the order given.

    Raises:
        BrokenOff: One could not go on.
    """
    counter = itertools.count()
    line: list[_Turn] = []
    for story in stories:
        customer = _customer(stage, story)
        tale = Tale(story.key, story.name, story.plan, customer)
        line.append(_Turn(stage.now(), next(counter), tale, story.play(stage, tale)))
    tales = [turn.tale for turn in line]
    begun: set[str] = set()
    while any(turn.needed for turn in line):
        turn = heapq.heappop(line)
        tale = turn.tale
        try:
            await stage.go_to(turn.at)
            stage.teller.chapter(tale.name if tale.key in begun else f"{tale.name}, {tale.plan}")
            begun.add(tale.key)
            pause = await anext(turn.scenes, None)
        except TROUBLE as trouble:
            raise BrokenOff(tale, tales, trouble) from trouble
        if pause is not None:
            heapq.heappush(line, _Turn(pause.until, next(counter), tale, turn.scenes, pause.needed))
    return tales


def _customer(stage: Stage, story: Story) -> Customer:
    """Somebody new, who comes from a network of their own."""
    email = people.new_address(story.key)
    new = Customer(
        stage.gateway, stage.inbox, email, story.first_name, story.last_name, story.language, story.country,
        people.new_ip(),
    )  # fmt: skip
    stage.customers.append(new)
    return new
