"""A document is for an order or for a period of a subscription."""

from alembic import op

revision = "20261129_periods"
down_revision = "20261129_events"
branch_labels = None
depends_on = None

_CHANGE = """
    ALTER TABLE documents
        ALTER COLUMN order_id DROP NOT NULL,
        ADD COLUMN period_id uuid,
        ADD COLUMN subscription_id uuid,
        ADD COLUMN period_number integer CHECK (period_number > 0),
        ADD CONSTRAINT documents_period UNIQUE (kind, period_id),
        ADD CONSTRAINT documents_cause CHECK (
            num_nonnulls(order_id, period_id) = 1
            AND num_nonnulls(period_id, subscription_id, period_number) IN (0, 3)
        )
"""


def upgrade() -> None:
    op.execute(_CHANGE)
