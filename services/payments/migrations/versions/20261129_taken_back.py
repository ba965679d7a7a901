"""What the bank takes back moves money in the ledger, and is tied to the payment requests whose money it was."""

from alembic import op

revision = "20261129_taken_back"
down_revision = "20261126_withdrawn_transfers"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check",
    """
    ALTER TABLE ledger_transactions ADD CONSTRAINT ledger_transactions_kind_check
        CHECK (kind IN ('receipt', 'confirmation', 'assignment', 'withdrawal', 'reversal'))
    """,
    # The suggestions of what was taken back were what it names, and no guesses.
    "UPDATE money_entries SET named = suggestions WHERE reason = 'reversed'",
    """
    INSERT INTO ledger_transactions (id, kind, source, source_ref, request_id, booked_on, recorded_at)
    SELECT gen_random_uuid(), 'reversal', source, source_ref, named[1], available_on, created_at
    FROM money_entries WHERE reason = 'reversed'
    """,
    """
    INSERT INTO ledger_lines (transaction_id, position, ledger_account, minor, currency)
    SELECT booked.id, line.position, line.ledger_account, line.side * entries.minor, entries.currency
    FROM ledger_transactions AS booked
        JOIN money_entries AS entries ON (entries.source, entries.source_ref) = (booked.source, booked.source_ref)
        CROSS JOIN (VALUES (0, 'suspense', 1), (1, 'bank', -1)) AS line (position, ledger_account, side)
    WHERE booked.kind = 'reversal'
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
