"""Measures on a slow loop what others have to be asked for, so that reading the metrics never waits for them.

Where they do not answer the last values stay, and ``casella_measured_timestamp_seconds`` tells their age.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit.logs import class_name
from services.kit.metrics import Metrics, Values

_LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 15.0
_LAG_SECONDS = 1.0
_LAGS = 15
"""Of so many seconds the longest lag is shown: as many as pass between two readings."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A metric whose values stand in rows."""

    name: str
    """``casella_outbox_rows``; an age ends in ``_seconds``."""
    about: str
    labels: tuple[str, ...] = ()


class Measuring:
    """The measuring loop of a process."""

    def __init__(self, metrics: Metrics, look: Callable[[], Awaitable[Mapping[str, Values]]]) -> None:
        """Begin with nothing measured; the gauges that ``look`` fills are announced with ``show``."""
        self._metrics = metrics
        self._look = look
        self._found: Mapping[str, Values] = {}
        self._at: float | None = None
        metrics.gauge("casella_measured_timestamp_seconds", "When the gauges were last measured.", (), self._measured)

    def show(self, gauge: Gauge) -> None:
        """Let a metric be read."""
        self._metrics.gauge(gauge.name, gauge.about, gauge.labels, lambda: self._found.get(gauge.name, {}))

    async def look(self) -> None:
        """Measure once."""
        self._found = await self._look()
        self._at = time.time()

    async def run(self, every: float = _EVERY_SECONDS) -> None:
        """Measure until cancelled; ``every`` is in seconds of real time."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  the loop outlives a database that is away; the age tells
                _LOG.warning("could not measure", extra={"ids": {"error": class_name(error)}})
            await asyncio.sleep(every)

    def _measured(self) -> Values:
        return {} if self._at is None else {(): self._at}


class LoopLag:
    """How late the event loop runs what is due: what every call in this process waits on top."""

    def __init__(self, metrics: Metrics) -> None:
        """Announce the metric."""
        self._lags: deque[float] = deque(maxlen=_LAGS)
        about = "The longest lag of the event loop in the last 15 seconds."
        metrics.gauge("casella_event_loop_lag_seconds", about, (), lambda: {(): max(tuple(self._lags), default=0.0)})

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_SECONDS
            await asyncio.sleep(_LAG_SECONDS)
            self._lags.append(max(0.0, loop.time() - due))


OUTBOX_ROWS = Gauge("casella_outbox_rows", "Rows that have not left the service.", ("kind",))
OUTBOX_OLDEST = Gauge("casella_outbox_oldest_seconds", "Age of the oldest row that has not left it.", ("kind",))
AGE = Gauge("casella_last_success_age_seconds", "How long ago something regular last succeeded.", ("of",))
"""``receipts`` of the SdI read, ``payment_events`` fetched, a ``statement`` imported; where it never has, how long ago
something first waited for it, and no sample where nothing has."""


def age(of: str, at: datetime | None, now: datetime) -> Values:
    """One value of ``AGE``, or none where nothing has waited for a success yet."""
    return {} if at is None else {(of,): seconds(now - at)}


def seconds(span: timedelta | None) -> float:
    """An age as a metric has it: never negative, 0 where there is nothing that could have one."""
    return max(0.0, span.total_seconds()) if span else 0.0
