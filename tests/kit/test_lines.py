"""Those who want the same thing pass one by one, those who want another at once, and a line is only so long."""

import asyncio
from datetime import timedelta

import pytest

from services.kit.errors import RateLimited
from services.kit.lines import Lines

AFTER = timedelta(seconds=3)


async def test_one_passes_after_the_other_and_who_wants_something_else_at_once() -> None:
    lines: Lines[str] = Lines(5, "too many", AFTER)
    passed: list[str] = []

    async def go(thing: str, name: str) -> None:
        async with lines.turn(thing):
            passed.append(name)
            await asyncio.sleep(0)
            passed.append(name)

    await asyncio.gather(go("a", "first"), go("a", "second"), go("b", "other"))
    assert [name for name in passed if name != "other"] == ["first", "first", "second", "second"]
    assert passed.index("other") < passed.index("second")


async def test_one_too_many_is_sent_away_and_a_line_of_nobody_is_forgotten() -> None:
    lines: Lines[str] = Lines(2, "too many", AFTER)
    async with lines.turn("a"):
        waiting = asyncio.create_task(lines.turn("a").__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(RateLimited, match="too many") as sent_away:
            await lines.turn("a").__aenter__()
        assert sent_away.value.retry_after == AFTER
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert lines._lines == {}
