"""Withdrawals from what was paid with an accepted shortfall: their credit notes credit that, too."""

from alembic import op

revision = "20261216_remitted"
down_revision = "20261213_accepted_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE withdrawal_refunds
            ADD COLUMN remitted_minor bigint NOT NULL DEFAULT 0 CHECK (remitted_minor >= 0)
    """)
