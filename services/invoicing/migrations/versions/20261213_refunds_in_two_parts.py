"""Credit notes whose amount goes back in two ways."""

from alembic import op

revision = "20261213_refunds_in_two_parts"
down_revision = "20261211_unpaid_invoices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE credit_notes
            ADD COLUMN other_method text CHECK (other_method IN ('bank_transfer', 'online', 'account_credit')),
            ADD COLUMN other_minor bigint CHECK (other_minor > 0),
            ADD CHECK ((other_method IS NULL) = (other_minor IS NULL)),
            ADD CHECK (other_method IS NULL OR (refund_method <> other_method AND NOT refund_follows))
    """)
