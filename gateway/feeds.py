"""Reads the services' feeds of events and hands what it has read to support, which makes deliveries of it.

Support keeps the cursors, so any number of gateways may read: of two that hand over the same, the second changes
nothing. While no endpoint is enabled nobody reads.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from grpc.aio import AioRpcError

from casella.common.v1 import errors_pb2, events_pb2, events_pb2_grpc
from casella.support.v1 import webhooks_pb2, webhooks_pb2_grpc
from services.kit.errors import Refused

_LOG = logging.getLogger(__name__)
_BATCH = 200
"""Events handed over at once; as many wait here at most."""
_SILENCE_SECONDS = 45.0
"""Three heartbeats: a stream from which nothing came for so long is dead."""
_LOST = frozenset({errors_pb2.REASON_CURSOR_UNKNOWN, errors_pb2.REASON_CURSOR_TOO_OLD})


class _LookAgain(Exception):
    """Where to read from has changed: another gateway has read on, or nobody is to be told any more."""


@dataclass(slots=True)
class _Batch:
    """Events that were read in one go, and the cursor behind them."""

    cursor: str = ""
    events: list[events_pb2.Event] = field(default_factory=list)

    def add(self, message: events_pb2.StreamEventsResponse) -> None:
        """Take an event or a heartbeat in."""
        if message.HasField("event"):
            self.events.append(message.event)
            self.cursor = message.event.cursor
        else:
            self.cursor = message.heartbeat.cursor or self.cursor


class Feeds:
    """The reading half of the webhooks.

    Attributes:
        wanted: Set while an endpoint is enabled.
        news: Set whenever deliveries were made.
    """

    def __init__(
        self,
        webhooks: "webhooks_pb2_grpc.WebhooksServiceAsyncStub",
        rooms: "Mapping[str, events_pb2_grpc.EventsServiceAsyncStub]",
        poll_seconds: float,
    ) -> None:
        """Take support, the feed of every service by its name, and how often is asked whether anybody is to be told."""
        self._webhooks = webhooks
        self._rooms = rooms
        self._poll = poll_seconds
        self.wanted = asyncio.Event()
        self.news = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                feeds = await self._webhooks.GetWebhookFeeds(webhooks_pb2.GetWebhookFeedsRequest())
                if feeds.wanted:
                    self.wanted.set()
                    await self._read_all(feeds)
                else:
                    self.wanted.clear()
            except (AioRpcError, Refused) as error:
                _LOG.warning("support does not take events", extra={"ids": {"error": _name(error)}})
            await asyncio.sleep(self._poll)

    async def _read_all(self, feeds: webhooks_pb2.GetWebhookFeedsResponse) -> None:
        """Read all feeds side by side until one says to look again, or support is away."""
        after = {feed.room: feed.after for feed in feeds.feeds}
        readers = [asyncio.create_task(self._read(room, after.get(room, ""), feeds.since)) for room in self._rooms]
        try:
            done, _ = await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
        for reader in done:
            if not isinstance(reader.exception(), _LookAgain):
                reader.result()

    async def _read(self, room: str, taken: str, since: Timestamp) -> None:
        """Read one feed for ever.

        Raises:
            _LookAgain: See there.
            AioRpcError: Support is away.
        """
        start = taken
        while True:
            try:
                async with self._stream(room, start, since) as stream:
                    async for batch in stream:
                        if batch.events or batch.cursor != taken:
                            await self._hand_over(room, taken, batch)
                        start = taken = batch.cursor
            except Refused as refused:
                if refused.reason not in _LOST or not start:
                    raise
                # Support knows the events that it had: read again from the beginning, nothing is delivered as new.
                _LOG.error("events may have been missed", extra={"ids": {"room": room, "reason": str(refused)}})
                start = ""
                continue
            except _RoomAway as away:
                _LOG.warning("a feed is away", extra={"ids": {"room": room, "error": str(away)}})
            await asyncio.sleep(self._poll)

    async def _hand_over(self, room: str, after: str, batch: _Batch) -> None:
        request = webhooks_pb2.TakeWebhookEventsRequest(
            room=room, after=after, cursor=batch.cursor, events=batch.events
        )
        answer = await self._webhooks.TakeWebhookEvents(request)
        if not answer.taken:
            raise _LookAgain
        if answer.deliveries:
            self.news.set()

    @asynccontextmanager
    async def _stream(self, room: str, after: str, since: Timestamp) -> AsyncIterator[AsyncIterator[_Batch]]:
        """A feed's stream in batches: what has come while the batch before was handed over."""
        request = events_pb2.StreamEventsRequest(after=after, filter=events_pb2.EventFilter(since=since))
        call = self._rooms[room].StreamEvents(request)
        waiting: asyncio.Queue[events_pb2.StreamEventsResponse | BaseException | None] = asyncio.Queue(_BATCH)
        filling = asyncio.create_task(_fill(call, waiting))
        try:
            yield _batches(waiting)
        finally:
            filling.cancel()
            call.cancel()
            await asyncio.gather(filling, return_exceptions=True)


class _RoomAway(Exception):
    """A service's stream broke off; the text names the cause's class or code."""


_Waiting = asyncio.Queue[Any]


async def _fill(call: Any, waiting: _Waiting) -> None:
    """Put what comes into the queue, which lets the service wait when it is full; then how the stream ended."""
    try:
        async for message in call:
            await waiting.put(message)
    except (AioRpcError, Refused) as error:
        await waiting.put(error)
    else:
        await waiting.put(None)


async def _batches(waiting: _Waiting) -> AsyncIterator[_Batch]:
    """What waits, at most a batch at a time, until the stream ends.

    Raises:
        _RoomAway: The stream broke off, or nothing came for too long.
        Refused: The service refuses the cursor.
    """
    while True:
        batch, end = _Batch(), None
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                message = await waiting.get()
        except TimeoutError:
            raise _RoomAway("silent") from None
        while isinstance(message, events_pb2.StreamEventsResponse):
            batch.add(message)
            if waiting.empty() or len(batch.events) == _BATCH:
                break
            message = waiting.get_nowait()
        else:
            end = message
        if batch.cursor:
            yield batch
        if isinstance(end, Refused):
            raise end
        if isinstance(end, AioRpcError):
            raise _RoomAway(_name(end))
        if not isinstance(message, events_pb2.StreamEventsResponse):
            return


def _name(error: AioRpcError | Refused) -> str:
    return error.code().name if isinstance(error, AioRpcError) else str(error)
