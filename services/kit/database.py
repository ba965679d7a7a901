"""How a service reaches PostgreSQL: a pool of ten connections, one schema, AUTOCOMMIT unless a transaction is wanted.

A single statement is its own transaction and costs one round trip; several that belong together run in
``transaction()``. A connection never crosses tasks. After a commit that wrote something for Temporal, a customer or the
feed the bell of its kind rings, so that it leaves at once and not at the next poll; after all others nobody looks.
Around each commit lies a hook for tests.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, QueuePool, insert, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.kit import hooks
from services.kit.bells import Bell, Kind
from services.kit.metrics import Values
from services.kit.tables import outbox

_POOL = 10
_CONNECT_SECONDS = 5
_POOL_WAIT_SECONDS = 5
"""Without it a burst would wait 30 s for a connection, past every caller's deadline."""

_STATEMENT_TIMEOUT = "15s"
"""A statement that runs longer has lost its plan; without it, it would hold its locks for ever."""
_LOCK_TIMEOUT = "5s"
"""Less than a caller's deadline: whoever waits for a row hears UNAVAILABLE instead of silence."""
_IDLE_TIMEOUT = "60s"
"""Ends a transaction whose process hangs, and with it the locks that others wait for."""

_LEAVING = "casella_leaving"
"""Where a connection keeps the outbox rows of the work in hand."""

_WRITE = insert(outbox)
"""Made once: nearly every write of every room executes it, and a statement that is made costs as one that is run."""

_TRANSIENT = frozenset({"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300", "25P03"})
"""SQLSTATEs after which the same call may succeed: conflict, lock or statement timeout, shutdown, too many clients."""


class NoTransaction(RuntimeError):
    """Several statements that belong together were about to run each in a transaction of its own."""


class Database:
    """One room's database."""

    def __init__(self, engine: AsyncEngine, schema: str) -> None:
        """Take an engine in AUTOCOMMIT; use ``connect`` to make one."""
        self.autocommit = engine
        self.schema = schema
        self.bells = {kind: Bell() for kind in Kind}

    @classmethod
    def connect(cls, url: str, schema: str) -> "Database":
        """Prepare the pool; the first use connects.

        Args:
            url: ``postgresql://role:password@host:port/database``.
            schema: The room's schema; nothing outside it is seen.
        """
        engine = create_async_engine(
            async_url(url),
            isolation_level="AUTOCOMMIT",
            pool_size=_POOL,
            max_overflow=0,
            pool_timeout=_POOL_WAIT_SECONDS,
            hide_parameters=True,
            connect_args={
                "timeout": _CONNECT_SECONDS,
                "server_settings": {
                    "search_path": schema,
                    "application_name": f"casella {schema}",
                    "statement_timeout": _STATEMENT_TIMEOUT,
                    "lock_timeout": _LOCK_TIMEOUT,
                    "idle_in_transaction_session_timeout": _IDLE_TIMEOUT,
                    "timezone": "UTC",
                    "jit": "off",
                },
            },
        )
        return cls(engine, schema)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One READ COMMITTED transaction: committed at the end, rolled back by any exception."""
        async with self.autocommit.connect() as connection:
            await connection.execution_options(isolation_level="READ COMMITTED")
            with _leaving(connection) as leaving:
                async with connection.begin():
                    yield connection
                    await write_leaving(connection)
                    commit = await hooks.before_commit(self.schema)
                await hooks.after_commit(commit)
                self._ring(leaving.kinds)

    @asynccontextmanager
    async def single(self) -> AsyncIterator[AsyncConnection]:
        """A connection for one writing statement, which is a transaction of its own."""
        async with self.autocommit.connect() as connection:
            with _leaving(connection) as leaving:
                commit = await hooks.before_commit(self.schema)
                yield connection
                await write_leaving(connection)
        await hooks.after_commit(commit)
        self._ring(leaving.kinds)

    def reading(self) -> AsyncConnection:
        """A connection for reads.

        ``async with database.reading() as connection``; each statement is a transaction of its own.
        """
        return self.autocommit.connect()

    def _ring(self, written: Iterable[Kind]) -> None:
        for kind in written:
            self.bells[kind].ring()

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            Exception: It cannot be reached; ``is_transient`` says so of the exception.
        """
        async with self.autocommit.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def pool_use(self) -> Values:
        """How many of the pool's connections are in use, and how many could be."""
        in_use = self.autocommit.pool.checkedout() if isinstance(self.autocommit.pool, QueuePool) else 0
        return {("in_use",): in_use, ("all",): _POOL}

    async def close(self) -> None:
        """Close all connections."""
        await self.autocommit.dispose()


def will_leave(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Note a row of the outbox: it is written with all others before the commit, and the bell of its kind rings after.

    Args:
        connection: Of ``transaction()`` or ``single()``.
        row: Its columns.

    Raises:
        NoTransaction: It is of ``reading()``, where nobody would write the row, or in a savepoint, whose rollback would
            not take it back.
    """
    leaving: _Leaving | None = connection.info.get(_LEAVING)
    if leaving is None or connection.in_nested_transaction():
        raise NoTransaction("this needs Database.transaction() or Database.single(), and no savepoint")
    leaving.unwritten.append(row)
    leaving.kinds.add(row["kind"])


async def write_leaving(connection: AsyncConnection) -> None:
    """Write the outbox rows noted so far, all in one round trip: at the end, or before what refers to them."""
    leaving: _Leaving = connection.info[_LEAVING]
    rows, leaving.unwritten = leaving.unwritten, []
    if rows:
        await connection.execute(_WRITE, rows)


@dataclass(slots=True)
class _Leaving:
    """What one piece of work has for the outbox."""

    unwritten: list[dict[str, Any]] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)


@contextmanager
def _leaving(connection: AsyncConnection) -> Iterator[_Leaving]:
    """Let outbox rows be noted on a connection."""
    info = connection.info
    leaving = info[_LEAVING] = _Leaving()
    try:
        yield leaving
    finally:
        del info[_LEAVING]


def require_transaction(connection: AsyncConnection) -> None:
    """Refuse a connection in AUTOCOMMIT for work that a crash must not leave half done.

    Raises:
        NoTransaction: The connection is not one of ``Database.transaction()``.
    """
    opened = connection.sync_connection
    if opened is None or opened.get_execution_options().get("isolation_level") in {None, "AUTOCOMMIT"}:
        raise NoTransaction("this needs a connection of Database.transaction()")


def async_url(url: str) -> URL:
    """The address with the driver that the services use, whatever driver it named."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def is_transient(error: BaseException) -> bool:
    """Whether the database was away, busy or in conflict, so that the same call may succeed in a moment."""
    if isinstance(error, PoolTimeoutError | ConnectionError | TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or sqlstate(error) in _TRANSIENT or _connection_lost(error)
    return isinstance(error, OSError) or _driver_lost(error)


def sqlstate(error: DBAPIError) -> str:
    """PostgreSQL's five-character code of an error, or an empty text where it comes from the driver."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def constraint_of(error: DBAPIError) -> str:
    """The constraint that a statement violated, by name, or an empty text."""
    return str(getattr(error.orig.__cause__ if error.orig else None, "constraint_name", None) or "")


def _connection_lost(error: DBAPIError) -> bool:
    """Class 08 is PostgreSQL's for broken connections; the driver's own errors say so by their class."""
    cause = error.orig.__cause__ if error.orig is not None else None
    return sqlstate(error).startswith("08") or isinstance(cause, OSError) or _driver_lost(cause)


def _driver_lost(error: BaseException | None) -> bool:
    """The driver's errors come as they are while a connection is being made; SQLAlchemy wraps those that come later.

    ``InternalClientError`` is one of a connection that was cut while something was under way on it.
    """
    return type(error).__name__ in {
        "ConnectionDoesNotExistError", "InterfaceError", "ConnectionFailureError", "CannotConnectNowError",
        "InternalClientError",
    }  # fmt: skip
