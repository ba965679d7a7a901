"""A charge before its time, by an operator's wish, leaves the plan as it was, and is made once an hour at the most."""

from alembic import op

revision = "20261215_early_charges"
down_revision = "20261214_money_emails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE debits ADD COLUMN early_at timestamptz, ADD COLUMN planned_at timestamptz")
