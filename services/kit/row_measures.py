"""Measures what stands in a room's rows, for the metrics.

Every process of a room measures the same rows and shows the same values, so a rule takes the greatest.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.measuring import Gauge, Measuring
from services.kit.metrics import Metrics, Values

Read = Callable[[AsyncConnection, datetime], Awaitable[Mapping[str, Values]]]
"""Measures by one cheap query: takes a connection for reading and the present instant, gives values by metric."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One query, and the metrics that it gives."""

    gauges: Sequence[Gauge]
    read: Read


async def read_all(database: Database, clock: Clock, measures: Sequence[Measure]) -> Mapping[str, Values]:
    """Measure once: values by metric."""
    found: dict[str, Values] = {}
    async with database.reading() as conn:
        for measure in measures:
            found.update(await measure.read(conn, clock.now()))
    return found


def of_rows(metrics: Metrics, database: Database, clock: Clock, measures: Sequence[Measure]) -> Measuring:
    """The loop that measures a room's rows."""
    measuring = Measuring(metrics, lambda: read_all(database, clock, measures))
    for measure in measures:
        for gauge in measure.gauges:
            measuring.show(gauge)
    return measuring
