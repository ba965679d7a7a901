"""The embedded PostgreSQL, and who sees what in it."""

import asyncpg
import pytest

from deploy.local import provision
from tests.fixtures.postgres import RoomDatabase, TestDatabases


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
