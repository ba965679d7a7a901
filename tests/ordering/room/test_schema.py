"""The tables as the stores know them are those that the migrations make."""

from sqlalchemy import text

from services.ordering.tables import metadata
from tests.ordering.shop import Shop


async def test_the_stores_know_every_column_that_the_migrations_make(shop: Shop) -> None:
    query = text(
        "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns "
        "WHERE table_schema = 'ordering'"
    )
    async with shop.room.core.database.reading() as conn:
        made = {(row.table_name, row.column_name): row.nullable for row in await conn.execute(query)}
    known = {(table.name, column.name): column.nullable for table in metadata.tables.values() for column in table.c}
    names = {table for table, _ in known}
    assert {key: nullable for key, nullable in made.items() if key[0] in names} == known
