"""Decides what each room owns in the one database: a schema and a login role that sees nothing else."""

from collections.abc import Mapping

import asyncpg

DATABASE = "casella"
ROOMS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support")


def role_of(room: str) -> str:
    """The room's login role."""
    return f"casella_{room}"


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Opens a plain connection to an SQLAlchemy URL."""
    return await asyncpg.connect(url.replace("postgresql+asyncpg:", "postgresql:", 1))


async def create_database(admin_url: str, name: str, template: str | None = None) -> None:
    """Makes a database, unless it is there.

    Args:
        admin_url: URL of another database of the same server, as the superuser.
        name: The new database.
        template: A database without connections to copy; empty when absent.
    """
    connection = await connect(admin_url)
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
            # A small template's files are copied faster than its pages are written to the log one by one.
            copied = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
            await connection.execute(f'CREATE DATABASE "{name}"{copied}')
        # A copy does not carry the rights on the database itself.
        roles = await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname LIKE 'casella\\_%'")
        rights = [f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC']
        rights += [f'GRANT CONNECT ON DATABASE "{name}" TO "{role["rolname"]}"' for role in roles]
        await connection.execute("; ".join(rights))
    finally:
        await connection.close()


async def create_roles(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Makes the rooms' login roles, or gives them these passwords.

    Args:
        admin_url: URL of any database of the server, as the superuser.
        passwords: Room → password, of letters, digits, `-` and `_` only.
    """
    connection = await connect(admin_url)
    try:
        for room, password in passwords.items():
            role = role_of(room)
            if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role) is None:
                await connection.execute(f'CREATE ROLE "{role}" LOGIN')
            await connection.execute(f"ALTER ROLE \"{role}\" PASSWORD '{password}'")
            await connection.execute(f'ALTER ROLE "{role}" SET search_path = "{room}"')
    finally:
        await connection.close()


async def create_schemas(database_url: str, rooms: tuple[str, ...] = ROOMS) -> None:
    """Makes each room's schema, owned by its role, and takes the common one away from everybody.

    Args:
        database_url: URL of the database, as the superuser.
        rooms: The rooms that live in it.
    """
    connection = await connect(database_url)
    try:
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for room in rooms:
            await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{room}" AUTHORIZATION "{role_of(room)}"')
    finally:
        await connection.close()
