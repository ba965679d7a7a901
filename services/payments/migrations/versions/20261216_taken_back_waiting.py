"""Money that the bank takes back while it waits is tied to what took it back, and settled with it."""

from alembic import op

revision = "20261216_taken_back_waiting"
down_revision = "20261216_chargeback_refunds"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE money_entries DROP CONSTRAINT money_entries_settled_as_check",
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_settled_as_check CHECK (settled_as IN
        ('assigned', 'credited', 'refunded', 'set_aside', 'withdrawn', 'kept', 'credit_note', 'taken_back'))
    """,
    "ALTER TABLE money_entries ADD COLUMN taken_back_by uuid UNIQUE REFERENCES money_entries",
    # What waits already is tied to what took it back under its reference: the first to the first.
    """
    WITH told AS (
        SELECT id, reason = 'reversed' AS reversal, shown_reference, minor, currency, source,
            row_number() OVER (PARTITION BY reason = 'reversed', shown_reference, minor, currency, source
                ORDER BY created_at, id) AS place
        FROM money_entries WHERE settled_at IS NULL AND reason <> 'disputed' AND source = 'bank')
    UPDATE money_entries SET taken_back_by = back.id
    FROM told AS came JOIN told AS back USING (shown_reference, minor, currency, source, place)
    WHERE money_entries.id = came.id AND back.reversal AND NOT came.reversal
    """,
    # Nothing of the two is left, but of a part payment that was invoiced: about that a person decides.
    """
    UPDATE money_entries AS either SET settled_at = now(), settled_as = 'taken_back'
    FROM money_entries AS came
    WHERE came.taken_back_by IS NOT NULL AND came.advance_decided_at IS NULL
        AND either.id IN (came.id, came.taken_back_by)
    """,
    "CREATE INDEX bank_entries_by_day ON bank_entries (booked_on, minor)",
    # A refund that was given up because its money was taken back says so.
    "ALTER TABLE refunds DROP CONSTRAINT refunds_check4",
    """
    ALTER TABLE refunds ADD CONSTRAINT refunds_failure CHECK (CASE state
        WHEN 'failed' THEN failure <> '' WHEN 'cancelled' THEN failure IN ('', 'taken_back') ELSE failure = '' END)
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
