"""A database that dies under a connection is away, whatever the driver makes of it: callers are told to ask again."""

import asyncio
import struct
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError

from services.kit.database import Database, is_transient

_SSL_REQUEST = 8
_SETTINGS = (b"server_version\x0017.0\x00", b"client_encoding\x00UTF8\x00", b"TimeZone\x00UTC\x00")
_WELCOME = b"".join(
    (
        struct.pack("!cII", b"R", 8, 0),
        *(struct.pack("!cI", b"S", 4 + len(setting)) + setting for setting in _SETTINGS),
        struct.pack("!cIII", b"K", 12, 1, 1),
        struct.pack("!cIc", b"Z", 5, b"I"),
    )
)
"""What PostgreSQL says to a client that it lets in: authenticated, its settings, the key to cancel by, ready."""


async def _let_in_and_die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        if await _length_read(reader) == _SSL_REQUEST:
            writer.write(b"N")
            await _length_read(reader)
        writer.write(_WELCOME)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass  # a test that is over hangs up
    finally:
        writer.transport.abort()


async def _length_read(reader: asyncio.StreamReader) -> int:
    """Read one packet of a client that begins; its length."""
    (length,) = struct.unpack("!I", await reader.readexactly(4))
    await reader.readexactly(length - 4)
    return int(length)


@pytest_asyncio.fixture
async def dying() -> AsyncIterator[Database]:
    """A database whose server dies as soon as it has let somebody in."""
    async with await asyncio.start_server(_let_in_and_die, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        database = Database.connect(f"postgresql://trial@127.0.0.1:{port}/casella", "trial")
        yield database
        await database.close()


async def test_a_server_that_dies_while_connections_are_made_is_away(dying: Database) -> None:
    failures: list[BaseException] = []
    while not any(isinstance(failure, asyncpg.InterfaceError) for failure in failures):  # the driver's own, unwrapped
        told = await asyncio.gather(*(dying.ping() for _ in range(6)), return_exceptions=True)
        failures += [failure for failure in told if failure is not None]
    assert [failure for failure in failures if not is_transient(failure)] == []


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 12; another operation (3) is in progress"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
    ],
)
def test_what_the_driver_says_of_a_cut_connection_is_transient_wrapped_or_not(error: Exception) -> None:
    wrapped = RuntimeError(str(error))
    wrapped.__cause__ = error
    assert is_transient(error)
    assert is_transient(DBAPIError("SELECT 1", {}, wrapped))


def test_a_fault_of_ours_is_none_of_the_database() -> None:
    assert not is_transient(asyncpg.UndefinedTableError('relation "acounts" does not exist'))
    assert not is_transient(RuntimeError("another operation is in progress"))
