"""What the simulator keeps between runs: objects, idempotency keys, events with their delivery, and ordered faults."""

import json
import sqlite3
from pathlib import Path
from typing import Any

Object = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, created INTEGER NOT NULL, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class State:
    """One SQLite file. Every method is one transaction; calls are short, so they run in the loop."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the file; `:memory:` for a state that ends with the process."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=wal")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def forget(self) -> None:
        """Begin again with nothing."""
        for table in ("objects", "idempotency", "events", "faults"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608  constants

    def put(self, item: Object) -> None:
        """Store an object under its id."""
        self._db.execute(
            "INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (item["id"], item["object"], json.dumps(item)),
        )

    def get(self, kind: str, number: str) -> Object | None:
        """An object of that kind and id."""
        row = self._db.execute("SELECT body FROM objects WHERE id = ? AND kind = ?", (number, kind)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def all(self, kind: str) -> list[Object]:
        """Every object of a kind, oldest first."""
        rows = self._db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY rowid", (kind,))
        return [json.loads(body) for (body,) in rows]

    def claim(self, key: str, fingerprint: str, now: int) -> tuple[str, int | None, str | None] | None:
        """Take an idempotency key.

        Returns:
            None when it is new; otherwise the first call's fingerprint, status and body (None while it still runs).
        """
        self._db.execute("DELETE FROM idempotency WHERE created < ?", (now - 86_400,))
        new = self._db.execute(
            "INSERT INTO idempotency (key, fingerprint, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (key, fingerprint, now),
        ).rowcount
        if new:
            return None
        row = self._db.execute("SELECT fingerprint, status, body FROM idempotency WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1], row[2])

    def answer(self, key: str, status: int, body: str) -> None:
        """Keep the answer of a claimed key."""
        self._db.execute("UPDATE idempotency SET status = ?, body = ? WHERE key = ?", (status, body, key))

    def release(self, key: str) -> None:
        """Forget a key whose call never did anything (a refused parameter may be mended under the same key)."""
        self._db.execute("DELETE FROM idempotency WHERE key = ?", (key,))

    def add_event(self, event: Object, *, dropped: bool) -> None:
        """Append an event; a dropped one is never delivered by itself."""
        self._db.execute(
            "INSERT INTO events (id, body, dropped) VALUES (?, ?, ?)", (event["id"], json.dumps(event), int(dropped))
        )

    def events(self, *, undelivered: bool = False) -> list[Object]:
        """Events, newest first as Stripe lists them."""
        where = "WHERE delivered = 0" if undelivered else ""
        rows = self._db.execute(f"SELECT body FROM events {where} ORDER BY seq DESC")  # noqa: S608  a constant
        return [json.loads(body) for (body,) in rows]

    def deliveries(self) -> list[tuple[Object, bool, int, bool]]:
        """Every event, oldest first, with: delivered, attempts, dropped."""
        rows = self._db.execute("SELECT body, delivered, attempts, dropped FROM events ORDER BY seq")
        return [(json.loads(body), bool(delivered), attempts, bool(lost)) for body, delivered, attempts, lost in rows]

    def attempted(self, event_id: str, *, delivered: bool) -> None:
        """Note an attempt to deliver and whether the receiver took it."""
        self._db.execute(
            "UPDATE events SET attempts = attempts + 1, delivered = MAX(delivered, ?), dropped = 0 WHERE id = ?",
            (int(delivered), event_id),
        )

    def faults(self) -> dict[str, Any]:
        """The faults that were asked for."""
        return {name: json.loads(value) for name, value in self._db.execute("SELECT name, value FROM faults")}

    def set_faults(self, faults: dict[str, Any]) -> None:
        """Replace them."""
        self._db.execute("DELETE FROM faults")
        self._db.executemany("INSERT INTO faults VALUES (?, ?)", [(n, json.dumps(v)) for n, v in faults.items()])
