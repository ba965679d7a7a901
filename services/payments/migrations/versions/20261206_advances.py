"""Short money that waits too long is invoiced as a part payment: when that is due, what was decided, and its credit."""

from alembic import op

revision = "20261206_advances"
down_revision = "20261205_disputes"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE money_entries
        ADD COLUMN advance_at timestamptz,
        ADD COLUMN advance_minor bigint CHECK (advance_minor > 0),
        ADD COLUMN advance_decided_at timestamptz,
        ADD COLUMN advance_credited_at timestamptz,
        ADD CONSTRAINT money_entries_advance CHECK (
            (advance_minor IS NULL) = (advance_decided_at IS NULL)
            AND (advance_minor IS NULL OR (advance_at IS NOT NULL AND advance_minor <= minor))
            AND (advance_credited_at IS NULL OR advance_decided_at IS NOT NULL)
        ),
        ADD CONSTRAINT money_entries_advance_named CHECK (
            advance_at IS NULL OR (reason = 'short' AND cardinality(named) = 1 AND available_on IS NOT NULL)
        )
    """,
    # What waits already gets the day that it would have got: 9 whole days after it was available.
    """
    UPDATE money_entries SET advance_at = (available_on + 10)::timestamp AT TIME ZONE 'Europe/Rome'
    WHERE reason = 'short' AND cardinality(named) = 1 AND available_on IS NOT NULL AND settled_at IS NULL
    """,
    """
    CREATE INDEX money_entries_advances ON money_entries (advance_at)
        WHERE advance_at IS NOT NULL AND advance_decided_at IS NULL AND settled_at IS NULL
    """,
    "CREATE INDEX money_entries_invoiced ON money_entries (id) WHERE advance_decided_at IS NOT NULL",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
