"""Every wake that the services write, noted by the database itself, and delivered again and again."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from temporalio.service import RPCError, RPCStatusCode

from deploy.local.provision import ROOMS
from services.kit import temporal_client
from services.kit.outbox import Wake, wake_from
from tests.e2e.play import Play, database
from tests.e2e.waiting import until
from workflows import names

_NOTES = """
    CREATE TABLE wakes_written (number bigint GENERATED ALWAYS AS IDENTITY, payload jsonb NOT NULL);
    CREATE FUNCTION note_wake() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO wakes_written (payload) VALUES (NEW.payload); RETURN NULL; END $$;
    CREATE TRIGGER note_wake AFTER INSERT ON outbox FOR EACH ROW WHEN (NEW.kind = 'wake') EXECUTE FUNCTION note_wake();
"""
_SINCE = "SELECT * FROM wakes_written WHERE number > $1 ORDER BY number"
_LOOK_SECONDS = 0.05
_AT_ONCE = 20
"""How many wakes are delivered side by side: all at once is more than a Temporal answers in time."""
_AGAIN = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)


async def note_wakes(play: Play) -> None:
    """From now on every room notes each wake in the transaction that writes it."""
    for room in ROOMS:
        connection = await database(play, room)
        await connection.execute(_NOTES)
        await connection.close()


async def wakes_written(play: Play) -> list[Wake]:
    """All that were noted, each once."""
    found: dict[Wake, None] = {}
    for room in ROOMS:
        connection = await database(play, room)
        rows = await connection.fetch("SELECT payload FROM wakes_written ORDER BY number")
        found |= dict.fromkeys(wake_from(json.loads(row["payload"])) for row in rows)
        await connection.close()
    return list(found)


async def deliver_twice(play: Play, wakes: Sequence[Wake]) -> None:
    """Deliver each wake as the relay does, twice at once; a Temporal that is away is asked again."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def twice(wake: Wake) -> None:
        async with slots:
            await asyncio.gather(*(until(lambda: _deliver(play, wake), wake.workflow_id) for _ in range(2)))

    await asyncio.gather(*map(twice, wakes))


@asynccontextmanager
async def echoing(play: Play) -> AsyncIterator[None]:
    """Deliver every wake two more times as soon as it is written, until the block ends."""
    over = asyncio.Event()
    echo = asyncio.create_task(_echo(play, over))
    try:
        yield
    finally:
        over.set()
        await echo


async def _echo(play: Play, over: asyncio.Event) -> None:
    watchers = [await database(play, room) for room in ROOMS]
    heard = [0] * len(watchers)
    try:
        while not over.is_set():
            for place, watcher in enumerate(watchers):
                rows = await watcher.fetch(_SINCE, heard[place])
                if rows:
                    heard[place] = rows[-1]["number"]
                    await deliver_twice(play, [wake_from(json.loads(row["payload"])) for row in rows])
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        for watcher in watchers:
            await watcher.close()


async def _deliver(play: Play, wake: Wake) -> bool | None:
    """Deliver a wake; None where Temporal does not answer."""
    try:
        await temporal_client.signal_with_start(
            play.temporal,
            task_queue=names.TASK_QUEUE,
            workflow=wake.workflow,
            workflow_id=wake.workflow_id,
            signal=wake.signal,
            subject=str(wake.subject),
            summary=wake.summary,
            priority=wake.priority,
        )
    except RPCError as error:
        if error.status not in _AGAIN:
            raise
        return None
    return True
