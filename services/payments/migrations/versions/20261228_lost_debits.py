"""Debits of statements that show refunds of which restored rows know nothing."""

from alembic import op

revision = "20261228_lost_debits"
down_revision = "20261227_refunds_in_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # No refund is referred to: no row knows it.
    op.execute("""
        CREATE TABLE lost_debits (
            identity bytea PRIMARY KEY CHECK (length(identity) = 32),
            refund_id uuid NOT NULL,
            attempt integer NOT NULL,
            minor bigint NOT NULL CHECK (minor > 0),
            currency text NOT NULL,
            booked_on date,
            imported_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX lost_debits_refund ON lost_debits (refund_id)")
