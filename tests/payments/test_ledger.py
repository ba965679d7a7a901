"""The ledger: each cent in one state, nothing changed afterwards, and a proof that notices what does not agree."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World


async def some_money(world: World) -> None:
    """One paid request and one entry in the queue."""
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference), Entry(77, text="?")))


async def test_all_money_that_came_is_either_applied_or_waiting(world: World) -> None:
    await some_money(world)
    assert await world.balances() == {"bank": GROSS + 77, "receivable": -GROSS, "suspense": -77}
    assert (await world.proof()).transactions == 2


@pytest.mark.parametrize("table", ["ledger_lines", "ledger_transactions"])
@pytest.mark.parametrize("statement_of", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_the_ledger_is_only_appended_to(world: World, table: str, statement_of: str) -> None:
    await some_money(world)
    column = "minor" if table == "ledger_lines" else "source"
    with pytest.raises(DBAPIError, match="only appended to"):
        async with world.room.core.database.transaction() as conn:
            await conn.execute(text(statement_of.format(table, column, column)))
    assert (await world.proof()).balanced


@pytest.mark.parametrize("lines", [[], [("bank", 5)], [("bank", 5), ("suspense", -4)]])
async def test_a_transaction_that_does_not_balance_cannot_be_committed(
    world: World, lines: list[tuple[str, int]]
) -> None:
    with pytest.raises(DBAPIError, match="balances"):
        async with world.room.core.database.transaction() as conn:
            await write(conn, lines)
    assert (await world.proof()).transactions == 0


async def test_a_line_cannot_be_added_to_an_earlier_transaction(world: World) -> None:
    await some_money(world)
    with pytest.raises(DBAPIError, match="written at once"):
        async with world.room.core.database.transaction() as conn:
            await conn.execute(
                text(
                    "INSERT INTO ledger_lines SELECT id, 7, 'bank', 1, 'EUR' FROM ledger_transactions"
                    " UNION ALL SELECT id, 8, 'suspense', -1, 'EUR' FROM ledger_transactions"
                )
            )


async def test_the_proof_tells_of_rows_that_do_not_agree_with_the_ledger(world: World) -> None:
    await some_money(world)
    async with world.room.core.database.transaction() as conn:
        await conn.execute(text("DELETE FROM bank_entries WHERE minor = 77"))
    found = await world.proof()
    assert (found.balanced, list(found.discrepancies)) == (
        False, [f"bank entries: EUR {GROSS}, bank: {GROSS + 77}"],
    )  # fmt: skip


async def write(conn: object, lines: list[tuple[str, int]]) -> None:
    """A transaction with these lines, written behind the store's back."""
    execute = getattr(conn, "execute")  # noqa: B009  any connection
    header = new_id()
    await execute(
        text("INSERT INTO ledger_transactions VALUES (:id, 'receipt', 'bank', 'x', NULL, NULL, now())"), {"id": header}
    )
    for position, (account, minor) in enumerate(lines):
        await execute(
            text("INSERT INTO ledger_lines VALUES (:id, :position, :account, :minor, 'EUR')"),
            {"id": header, "position": position, "account": account, "minor": minor},
        )
