"""A room's rows: kept as they stand once, compared after each call, and put back where a call changed them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import SplitResult, urlsplit, urlunsplit

import asyncpg

_TABLES = """
    SELECT t.table_name, string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position)
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
    WHERE t.table_schema = $1 AND t.table_type = 'BASE TABLE' AND t.table_name <> 'alembic_version'
        AND c.is_generated = 'NEVER'
    GROUP BY t.table_name ORDER BY t.table_name
"""
_NEWEST_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
"""Moves on with each transaction that writes: where it stands still, nothing was stored, and no row need be read."""


class Rows:
    """The rows of one room, seen past its role; made by `Rows.of`."""

    def __init__(self, connection: asyncpg.Connection, room: str, tables: dict[str, str]) -> None:
        self._connection = connection
        self._room = room
        self._tables = tables
        self._transaction = ""
        self._kept = ""

    @classmethod
    @asynccontextmanager
    async def of(cls, room: str, database_url: str, admin_url: str) -> AsyncIterator["Rows"]:
        """Look at a room's database as the superuser of its server.

        Args:
            room: Which is its schema too.
            database_url: The room's own.
            admin_url: Another database of the same server, with the superuser's name and password.
        """
        url = urlunsplit(_plain(admin_url)._replace(path=_plain(database_url).path))
        connection = await asyncpg.connect(url)
        try:
            found = await connection.fetch(_TABLES, room)
            yield cls(connection, room, {f"{room}.{name}": columns for name, columns in found})
        finally:
            await connection.close()

    async def keep(self) -> None:
        """Remember the rows as they stand."""
        await self._connection.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        for table in self._tables:
            await self._connection.execute(f"CREATE TABLE {_copy(table)} AS TABLE {table}")
        self._kept = await self._digest()
        self._transaction = await self._newest()

    async def changed(self) -> bool:
        """Whether they are others than those remembered."""
        newest = await self._newest()
        if newest == self._transaction:
            return False
        self._transaction = newest
        return await self._digest() != self._kept

    async def changes(self) -> list[str]:
        """The tables that differ, for a message."""
        differ = []
        for table in self._tables:
            query = f"SELECT count(*) FROM (TABLE {table} EXCEPT ALL TABLE {_copy(table)}) AS new"
            gone = f"SELECT count(*) FROM (TABLE {_copy(table)} EXCEPT ALL TABLE {table}) AS gone"
            try:
                new, lost = await self._connection.fetchval(query), await self._connection.fetchval(gone)
            except asyncpg.UndefinedFunctionError:  # a column of json has no equality
                new = lost = "?"
            if new or lost:
                differ.append(f"{table} +{new} -{lost}")
        return differ

    async def put_back(self) -> None:
        """Make them again what they were; triggers and foreign keys are not asked."""
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL session_replication_role = replica")
            for table, columns in self._tables.items():
                await self._connection.execute(
                    f"DELETE FROM {table}; INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
                    f" SELECT {columns} FROM {_copy(table)}"
                )
        self._transaction = await self._newest()

    async def put_back_if_changed(self) -> bool:
        """The same where it is needed; whether it was."""
        if not await self.changed():
            return False
        await self.put_back()
        return True

    async def _newest(self) -> str:
        found: str = await self._connection.fetchval(_NEWEST_TRANSACTION)
        return found

    async def _digest(self) -> str:
        parts = [
            f"(SELECT md5(coalesce(string_agg(md5(row::text), '' ORDER BY md5(row::text)), '')) FROM {table} AS row)"
            for table in self._tables
        ]
        found: str = await self._connection.fetchval(f"SELECT concat({', '.join(parts)})")
        return found


def _copy(table: str) -> str:
    return f"kept.{table.partition('.')[2]}"


def _plain(url: str) -> SplitResult:
    return urlsplit(url.replace("postgresql+asyncpg://", "postgresql://"))
