"""How many bytes an installation has stored: each room's tables, and Temporal's file."""

import contextlib
import sqlite3
from pathlib import Path

from bench.installation import Installation
from bench.processes import ROOMS

TEMPORAL = "Temporal"


async def bytes_of(installation: Installation) -> dict[str, float]:
    """The bytes by room, and Temporal's."""
    return {**await _tables(installation), TEMPORAL: _pages(installation.world.site.var / "temporal.db")}


async def _tables(installation: Installation) -> dict[str, float]:
    """The bytes of each room's schema: tables, their indexes and what is kept beside them."""
    found = {}
    for room in ROOMS:
        async with installation.database(room) as pool:
            found[room] = float(await pool.fetchval(_BYTES))
    return found


def _pages(file: Path) -> float:
    """The bytes of a database of SQLite, what still stands in its log included."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        pages, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return float(pages * size)


_BYTES = """
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
"""
