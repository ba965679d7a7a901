"""Until when a statement should have the debit of a refund by transfer; one that was sent before is not told."""

from alembic import op

revision = "20261209_refunds_in_statements"
down_revision = "20261206_advances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE refunds ADD COLUMN statement_by date")
