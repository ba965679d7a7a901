"""What bank or provider took back of a payment, and a person has set aside, counts as a withdrawal's refund."""

from alembic import op

revision = "20261218_taken_back_refunds"
down_revision = "20261217_asked_on_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE refunds
            DROP CONSTRAINT refunds_means_check,
            ADD CONSTRAINT refunds_means_check
                CHECK (means IN ('stripe', 'bank_transfer', 'account_credit', 'chargeback', 'taken_back')),
            ADD CHECK (means <> 'taken_back' OR (withdrawal_order_id IS NOT NULL AND state IN ('done', 'cancelled')))
    """)
