"""Of a contract that ends because a payment was taken back: the money entry whose workflow waits for that."""

from alembic import op

revision = "20261220_terminated_for"
down_revision = "20261219_paid_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE subscriptions ADD COLUMN terminated_for uuid")
