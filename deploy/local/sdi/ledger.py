"""Decides what the SdI remembers: names it has seen, invoices it accepted, answers it still owes, orders it was given.

One SQLite file, changed in one transaction with each message, so that a kill between SMTP and the answers loses none.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FIRST_IDENTIFIER = 14_000_000_000
FIRST_ADDRESS, ADDRESSES = 2, 98

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, sender TEXT NOT NULL, received TEXT NOT NULL, outcome TEXT NOT NULL,
    codes TEXT NOT NULL, remark TEXT NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS files_by_name ON files (name);
CREATE TABLE IF NOT EXISTS invoices (key TEXT PRIMARY KEY, file_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS senders (address TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, file_id INTEGER, kind TEXT NOT NULL, due REAL NOT NULL, recipient TEXT NOT NULL,
    content BLOB NOT NULL, sent TEXT);
CREATE INDEX IF NOT EXISTS answers_unsent ON answers (due, id) WHERE sent IS NULL;
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, action TEXT NOT NULL, code TEXT NOT NULL, seconds INTEGER NOT NULL,
    remaining INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Order:
    """How the next files are to be answered; `seconds` by the stand-in's clock, for a delay."""

    action: str
    code: str = ""
    seconds: int = 0
    remaining: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A message that is owed: `due` by the stand-in's clock."""

    kind: str
    due: datetime
    recipient: str
    content: bytes
    answer_id: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A file that arrived, as the control page shows it."""

    file_id: int
    name: str
    sender: str
    received: datetime
    outcome: str
    codes: str
    remark: str
    answers: tuple[str, ...] = ()


class Ledger:
    """The memory of the stand-in; used from one event loop."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def seen(self, name: str) -> bool:
        """Whether a file of this name ever arrived, rejected or not."""
        return self._database.execute("SELECT 1 FROM files WHERE name = ?", (name,)).fetchone() is not None

    def accepted(self, key: str) -> bool:
        """Whether an invoice of this seller, year and number was accepted."""
        return self._database.execute("SELECT 1 FROM invoices WHERE key = ?", (key,)).fetchone() is not None

    def add_file(self, name: str, sender: str, received: datetime, content: bytes, remark: str) -> int:
        """Keep a file; answers its row's id. The outcome follows."""
        cursor = self._database.execute(
            "INSERT INTO files (name, sender, received, outcome, codes, remark, content) "
            "VALUES (?, ?, ?, '', '', ?, ?)",
            (name, sender, received.isoformat(), remark, content),
        )
        return int(cursor.lastrowid or 0)

    def decide(self, file_id: int, outcome: str, codes: list[str], invoice_keys: list[str]) -> None:
        """Write a file's outcome, and for an accepted one its invoices."""
        self._database.execute(
            "UPDATE files SET outcome = ?, codes = ? WHERE id = ?", (outcome, " ".join(codes), file_id)
        )
        self._database.executemany("INSERT INTO invoices VALUES (?, ?)", [(key, file_id) for key in invoice_keys])

    def assigned(self, sender: str) -> str | None:
        """The address that this sender has to use, once it was told."""
        row = self._database.execute("SELECT number FROM senders WHERE address = ?", (sender,)).fetchone()
        return _address(row[0]) if row else None

    def assign(self, sender: str) -> str:
        """The address for this sender, chosen with its first answer."""
        self._database.execute(
            "INSERT INTO senders SELECT ?, ? + (SELECT count(*) FROM senders) % ? ON CONFLICT DO NOTHING",
            (sender, FIRST_ADDRESS, ADDRESSES),
        )
        return self.assigned(sender) or _address(FIRST_ADDRESS)

    def is_assigned(self, address: str) -> bool:
        """Whether somebody was told to use this address."""
        numbers = self._database.execute("SELECT DISTINCT number FROM senders").fetchall()
        return address in {_address(number) for (number,) in numbers}

    def owe(self, file_id: int | None, answer: Answer) -> None:
        """Put a message on the list of those to be sent."""
        self._database.execute(
            "INSERT INTO answers (file_id, kind, due, recipient, content) VALUES (?, ?, ?, ?, ?)",
            (file_id, answer.kind, answer.due.timestamp(), answer.recipient, answer.content),
        )

    def due(self, now: datetime) -> list[Answer]:
        """What has to be sent now, in order."""
        rows = self._database.execute(
            "SELECT kind, due, recipient, content, id FROM answers WHERE sent IS NULL AND due <= ? ORDER BY due, id",
            (now.timestamp(),),
        )
        return [Answer(row[0], datetime.fromtimestamp(row[1], UTC), row[2], row[3], row[4]) for row in rows]

    def next_due(self) -> datetime | None:
        """When the next message has to be sent."""
        row = self._database.execute("SELECT min(due) FROM answers WHERE sent IS NULL").fetchone()
        return datetime.fromtimestamp(row[0], UTC) if row and row[0] is not None else None

    def sent(self, answer_id: int, when: datetime) -> None:
        """A message has left."""
        self._database.execute("UPDATE answers SET sent = ? WHERE id = ?", (when.isoformat(), answer_id))

    def add_order(self, order: Order) -> None:
        """Order the answers to the next files; orders are taken in the order in which they came."""
        self._database.execute(
            "INSERT INTO orders (action, code, seconds, remaining) VALUES (?, ?, ?, ?)",
            (order.action, order.code, order.seconds, order.remaining),
        )

    def take_order(self) -> Order | None:
        """The order for the file that is being answered, used up by one."""
        row = self._database.execute(
            "UPDATE orders SET remaining = remaining - 1 WHERE id = "
            "(SELECT min(id) FROM orders WHERE remaining > 0) RETURNING action, code, seconds, remaining"
        ).fetchone()
        return Order(*row) if row else None

    def orders(self) -> list[Order]:
        """Orders that are not used up."""
        rows = self._database.execute(
            "SELECT action, code, seconds, remaining FROM orders WHERE remaining > 0 ORDER BY id"
        )
        return [Order(*row) for row in rows]

    def clear_orders(self) -> None:
        """Take all orders back."""
        self._database.execute("DELETE FROM orders")

    def files(self, limit: int) -> list[File]:
        """The files that arrived last, newest first, with the answers that have left."""
        rows = self._database.execute(
            "SELECT id, name, sender, received, outcome, codes, remark, (SELECT group_concat(kind, ' ') FROM answers "
            "WHERE file_id = files.id AND sent IS NOT NULL) FROM files ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [
            File(
                file_id,
                name,
                sender,
                datetime.fromisoformat(received),
                outcome,
                codes,
                remark,
                tuple((sent or "").split()),
            )
            for file_id, name, sender, received, outcome, codes, remark, sent in rows
        ]

    def content(self, file_id: int) -> bytes | None:
        """The bytes of a file."""
        row = self._database.execute("SELECT content FROM files WHERE id = ?", (file_id,)).fetchone()
        return row[0] if row else None


def _address(number: int) -> str:
    return f"sdi{number:02d}@pec.fatturapa.it"
