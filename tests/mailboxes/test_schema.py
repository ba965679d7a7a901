"""The tables and views in the database are those that the code reads and writes."""

from services.mailboxes.tables import metadata
from tests.support.room import TestRoom


async def test_tables_and_migrations_agree(room: TestRoom) -> None:
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'mailboxes'"
    async with room.core.database.reading() as conn:
        found = {(row.table_name, row.column_name) for row in await conn.exec_driver_sql(query)}
    declared = {(table.name, column.name) for table in metadata.tables.values() for column in table.c}
    assert {pair for pair in found if pair[0] in metadata.tables} == declared
