"""The ledger: each cent in one state, nothing changed afterwards, and a proof that notices what does not agree."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World

_UNBACKED = """
    INSERT INTO payment_requests (id, order_id, account_id, minor, currency, method, state, reference, pay_token_hash,
        created_at, paid_at, available_on)
    SELECT gen_random_uuid(), gen_random_uuid(), account_id, minor, currency, method, 'paid', 'RF00', sha256('x'),
        created_at, created_at, '2026-01-01' FROM payment_requests
"""
"""A paid request of which the ledger knows nothing."""


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


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ("UPDATE money_entries SET settled_at = created_at, settled_as = 'set_aside'", "suspense"),
        ("DELETE FROM bank_entries WHERE minor = 77", "bank entries"),
        (
            _UNBACKED,
            "payment request",
        ),
    ],
)
async def test_the_proof_notices_rows_that_do_not_agree_with_the_ledger(world: World, spoilt: str, says: str) -> None:
    await some_money(world)
    async with world.room.core.database.transaction() as conn:
        await conn.execute(text(spoilt))
    found = await world.proof()
    assert not found.balanced
    assert any(says in fault for fault in found.discrepancies)


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
