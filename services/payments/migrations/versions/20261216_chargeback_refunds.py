"""What a dispute has taken of a payment counts as a withdrawal's refund."""

from alembic import op

revision = "20261216_chargeback_refunds"
down_revision = "20261215_early_charges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE refunds
            DROP CONSTRAINT refunds_means_check,
            ADD CONSTRAINT refunds_means_check
                CHECK (means IN ('stripe', 'bank_transfer', 'account_credit', 'chargeback')),
            ADD COLUMN dispute_id uuid REFERENCES disputes,
            ADD CHECK ((means = 'chargeback') = (dispute_id IS NOT NULL)),
            ADD CHECK (means <> 'chargeback' OR (
                withdrawal_order_id IS NOT NULL AND state IN ('requested', 'done', 'cancelled')
            ))
    """)
    op.execute("CREATE INDEX refunds_by_dispute ON refunds (dispute_id) WHERE dispute_id IS NOT NULL")
