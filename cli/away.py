"""Decides what becomes of a page of many rooms while one is away: the others' parts are shown, and it is named."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from cli.failures import Unreachable

Part = TypeVar("Part")


class Away:
    """Who did not answer while one page was read."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}

    async def part(self, ask: Callable[[], Awaitable[Part]], otherwise: Part) -> Part:
        """What a room answers, or something in its place while it is away."""
        try:
            return await ask()
        except Unreachable as away:
            self._told[away.message] = None
            return otherwise

    async def known(self, ask: Callable[[], Awaitable[Part]]) -> Part | None:
        """What a room answers; None while it is away, because what is not known is not none."""
        try:
            return await ask()
        except Unreachable as away:
            self._told[away.message] = None
            return None

    def say(self) -> None:
        """End the command as one that could not reach all of Casella, once the rest is shown.

        Raises:
            Unreachable: A room was away.
        """
        if self._told:
            raise Unreachable(
                f"not all is shown, because {', and '.join(self._told)}", "`casella doctor` says what is wrong"
            )
