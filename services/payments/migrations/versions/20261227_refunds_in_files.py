"""What files for the bank had transferred of which restored rows knew nothing."""

from alembic import op

revision = "20261227_refunds_in_files"
down_revision = "20261226_told_of_credit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # No refund is referred to: it may be one that no row knows.
    op.execute("""
        CREATE TABLE refunds_in_files (
            refund_id uuid NOT NULL,
            attempt integer NOT NULL CHECK (attempt BETWEEN 1 AND 99),
            message_id text NOT NULL REFERENCES refund_files,
            minor bigint NOT NULL CHECK (minor > 0),
            currency text NOT NULL,
            sent_at timestamptz NOT NULL,
            statement_by date NOT NULL,
            refused boolean NOT NULL,
            debit bytea CHECK (length(debit) = 32),
            recorded_at timestamptz NOT NULL,
            PRIMARY KEY (refund_id, attempt)
        )
    """)
