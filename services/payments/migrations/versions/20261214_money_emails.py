"""The customer is told by email of short and of late money, once for each entry."""

from alembic import op

revision = "20261214_money_emails"
down_revision = "20261213_credit_paid_out"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE money_entries ADD COLUMN emailed_at timestamptz")
