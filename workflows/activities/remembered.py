"""What a worker's process keeps of an answer for the step that follows, so that it need not ask again.

Only what never changes once it is there, such as whose an order is: a step may come hours later. A step that finds
nothing here asks, as it does in another process.
"""

from typing import Generic, TypeVar

Fact = TypeVar("Fact")

_MOST = 1000
"""More than are on their way between two steps."""


class Remembered(Generic[Fact]):
    """Facts by the id of what they are about; of too many the oldest is forgotten."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._facts: dict[str, Fact] = {}

    def keep(self, about: str, fact: Fact) -> None:
        """Remember a fact."""
        self._facts[about] = fact
        if len(self._facts) > _MOST:
            del self._facts[next(iter(self._facts))]

    def of(self, about: str) -> Fact | None:
        """The fact, where it is remembered."""
        return self._facts.get(about)
