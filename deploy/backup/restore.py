"""Decides how a backup comes back into a stopped local Casella: whole, beside the rows that were there, and held.

It is restored into a database of its own, brought to the newest form, and marked as restored in every schema; only then
does it take the present one's place, which is kept under another name. So a restore that fails changes nothing, and no
process ever sees restored rows that are not held.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.backup import dump
from deploy.local import postgres, provision, site
from deploy.local.failure import LaunchError
from deploy.local.leftovers import held_tree, stop_leftovers
from deploy.local.ports import free_port
from deploy.local.postgres import PostgresServer
from deploy.local.site import Site
from services.kit.clock import read_offset
from services.kit.ids import new_id
from services.kit.migrations import upgrade
from services.kit.recovery import BEGIN

_COMING = "casella_restoring"
_UNDECIDED = """
    UPDATE recovery_findings SET confirmed_at = NULL
    WHERE recovery_id IN (SELECT id FROM recoveries WHERE ended_at IS NULL)
"""


def main() -> int:
    """Restores; an exit code as `casella --help` tells them, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup.restore", description="Bring a backup back.")
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    os.umask(0o077)
    try:
        kept = restore(file, site.var_folder())
    except LaunchError as error:
        print(f"casella: {error}", file=sys.stderr)
        return error.exit_code
    print(
        f"Restored. The rows that were there are kept as database {kept}. No erasure reaches them: drop it once the\n"
        'recovery has ended (docs/operating.md, "A restore").\n'
        "Start Casella (`make run`): it stands still until the recovery is ended. Next: `casella recover read`."
    )
    return 0


def restore(file: Path, var: Path) -> str:
    """Brings a backup back into a stopped local Casella.

    Returns:
        The name under which the rows that were there are kept.

    Raises:
        LaunchError: Casella runs, or the file cannot be restored; nothing has changed then.
    """
    with held_tree(), site.lock(var):
        site.prepare(var)
        stop_leftovers(var)
        where = Site(var, {"postgres": free_port()})
        server = PostgresServer(var / "postgres", where.ports["postgres"], where.secret("postgres-superuser"))
        server.initialise()
        process = server.start(where.log("postgres"))
        try:
            server.wait_ready(process)
            return _restore(file, where, server)
        finally:
            postgres.stop(process.pid)


def _restore(file: Path, where: Site, server: PostgresServer) -> str:
    admin = server.url()
    asyncio.run(_make_room(admin, where))
    arguments, variables = dump.for_client(server.url(database=_COMING))
    dump.run(
        "pg_restore", ["--exit-on-error", "--single-transaction", "--no-password", *arguments, str(file)], variables
    )
    for room in provision.ROOMS:
        upgrade(room, where.database_url(room).removesuffix(provision.DATABASE) + _COMING)
    now = datetime.now(UTC) + read_offset(where.clock_file)
    asyncio.run(hold(server.url(database=_COMING), now))
    return asyncio.run(_take_its_place(admin))


async def hold(url: str, now: datetime, rooms: Sequence[str] = provision.ROOMS) -> None:
    """Marks every schema of a database as restored, before any process of Casella has seen it.

    Args:
        url: The database's, as a role that may write into all schemas.
        now: By the clock of the installation.
        rooms: Whose schemas the database has.
    """
    connection = await provision.connect(url)
    try:
        async with connection.transaction():
            for room in rooms:
                await connection.execute(f'SET LOCAL search_path TO "{room}"')
                await connection.execute(BEGIN.replace(":id", "$1").replace(":now", "$2"), new_id(), now)
                # Of a backup that was made in a recovery: what was read and decided then was undone with its rows.
                await connection.execute("UPDATE recoveries SET read_at = NULL, mails_at = NULL WHERE ended_at IS NULL")
                await connection.execute(_UNDECIDED)
            # All schemas are of one instant, so the newest trace in any of them is that of all.
            traces = " UNION ALL ".join(f"SELECT rows_of FROM {room}.recoveries" for room in rooms)  # noqa: S608
            for room in rooms:
                newest = f"UPDATE {room}.recoveries SET rows_of = (SELECT max(rows_of) FROM ({traces}) traces)"  # noqa: S608
                await connection.execute(f"{newest} WHERE ended_at IS NULL")
    finally:
        await connection.close()


async def _make_room(admin: str, where: Site) -> None:
    await provision.create_roles(admin, {room: where.secret(f"postgres-{room}") for room in provision.ROOMS})
    connection = await provision.connect(admin)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{_COMING}"')  # of a restore that failed
    finally:
        await connection.close()
    await provision.create_database(admin, _COMING)


async def _take_its_place(admin: str) -> str:
    kept = f"casella_before_{datetime.now(UTC):%Y%m%d_%H%M%S}"
    connection = await provision.connect(admin)
    try:
        if await _there(connection, provision.DATABASE):
            await connection.execute(f'ALTER DATABASE "{provision.DATABASE}" RENAME TO "{kept}"')
        await connection.execute(f'ALTER DATABASE "{_COMING}" RENAME TO "{provision.DATABASE}"')
    finally:
        await connection.close()
    return kept


async def _there(connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> bool:
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name))


if __name__ == "__main__":
    sys.exit(main())
