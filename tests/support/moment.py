"""Standing still or dying at a moment of `services.kit.hooks`, once, when a test arms it."""

import asyncio
from pathlib import Path

_LOOK_SECONDS = 0.01
_PATIENCE_SECONDS = 90.0


class Moment:
    """A moment that somebody will pass.

    Args:
        folder: Where the file lies that arms it.
        name: The moment's name, for example `invoicing.mail.after`.
        action: `hold` or `kill`.
    """

    def __init__(self, folder: Path, name: str, action: str = "hold") -> None:
        self.name = name
        self._action = action
        self._armed = folder / name
        self._go = folder / f"{name}.go"

    @property
    def hook(self) -> str:
        """What the process is told in `CASELLA_HOOKS`."""
        return f"{self.name}={self._action}:{self._armed}"

    @property
    def passed(self) -> bool:
        """Whether somebody has come by since it was armed."""
        return not self._armed.exists()

    def arm(self) -> None:
        """Hold or kill the next who comes by."""
        self._go.unlink(missing_ok=True)
        self._armed.touch()

    async def reached(self) -> None:
        """Come back once somebody stands there.

        Raises:
            AssertionError: Nobody came.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not self.passed:  # noqa: ASYNC110  the one who comes by is another process
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise AssertionError(f"nobody came by {self.name}") from None

    def let_go(self) -> None:
        """Let whoever stands there go on."""
        self._go.touch()
