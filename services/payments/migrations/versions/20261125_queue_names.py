"""The queue's entries say which payment requests their text names, and money may wait for its date or as taken back."""

from alembic import op

revision = "20261125_queue_names"
down_revision = "20261124_payments"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE money_entries ADD COLUMN named uuid[] NOT NULL DEFAULT '{}'",
    # What the receipt was matched to when it came stands in the ledger.
    """
    UPDATE money_entries SET named = ARRAY[receipts.request_id] FROM ledger_transactions AS receipts
    WHERE receipts.kind = 'receipt' AND receipts.request_id IS NOT NULL
        AND receipts.source = money_entries.source AND receipts.source_ref = money_entries.source_ref
    """,
    # An entry without a name could not be named by the operator who says what it is for.
    "UPDATE money_entries SET shown_reference = left(source_ref, 16) WHERE source = 'bank' AND shown_reference = ''",
    "ALTER TABLE money_entries DROP CONSTRAINT money_entries_reason_check",
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_reason_check CHECK (reason IN
        ('short', 'over', 'late', 'twice', 'unknown', 'wrong_currency', 'undated', 'date', 'reversed'))
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
