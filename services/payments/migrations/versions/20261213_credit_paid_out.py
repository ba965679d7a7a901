"""What a withdrawal's refund gave back as credit is paid out by a refund of its own."""

from alembic import op

revision = "20261213_credit_paid_out"
down_revision = "20261212_disputed_mandates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE refunds
            ADD COLUMN paid_out_by uuid UNIQUE,
            ADD CHECK (paid_out_by IS NULL OR (credit_minor > 0 AND withdrawal_order_id IS NOT NULL))
    """)
