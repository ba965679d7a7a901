"""Invoices numbered in one series by one, twenty and fifty writers, against the same numbering by SQL alone.

One series never shares a flush of the disk between two transactions that wait for the same counter, so what is measured
is how long the counter's row is held. The SQL alone takes the number, stores a document and the outbox row in one
statement; IssueInvoice stores lines, snapshots and the first transmission as well.
"""

from collections.abc import AsyncIterator

from bench import floor
from bench.calls import Calls
from bench.driving import in_flight
from bench.figures import Figure, ratios
from bench.floor_run import prepared
from bench.installation import Installation

_WRITERS = (1, 20, 50)
_ROUNDS = 3
_INVOICES = 150


async def measure(installation: Installation) -> AsyncIterator[Figure]:
    """The rates of both and their ratio, by the number of writers."""
    calls = Calls(installation, [], [], [])
    async with installation.still(), prepared(installation, max(_WRITERS)) as pool:
        for writers in _WRITERS:
            alone: list[float] = []
            ours: list[float] = []
            for _ in range(_ROUNDS):
                _, seconds = await in_flight(writers, range(_INVOICES), lambda _: floor.number(pool))
                alone.append(_INVOICES / seconds)
                ready = await calls.issue_invoice(_INVOICES)
                _, seconds = await in_flight(writers, ready, lambda call: call())
                ours.append(_INVOICES / seconds)
            yield Figure(f"{writers} writers: invoices numbered", "/s", ours)
            yield Figure(f"{writers} writers: by SQL alone", "/s", alone)
            yield Figure(f"{writers} writers: ours by SQL alone", "ratio", ratios(ours, alone))
    yield await _gaps(installation)


async def _gaps(installation: Installation) -> Figure:
    """Numbers that are missing in the series of all that was issued here."""
    async with installation.database("invoicing") as pool:
        missing = await pool.fetchval(_MISSING)
    return Figure("numbers missing in the series", "", [missing], at_most=0)


_MISSING = """
    SELECT coalesce(sum(last - first + 1 - issued), 0)::integer FROM (
        SELECT min(sequence) AS first, max(sequence) AS last, count(*) AS issued
        FROM documents WHERE kind = 'invoice' GROUP BY issuer, year
    ) AS series
"""
