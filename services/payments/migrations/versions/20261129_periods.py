"""A payment request is for an order or for a period of a subscription."""

from alembic import op

revision = "20261129_periods"
down_revision = "20261129_events"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE payment_requests
        ALTER COLUMN order_id DROP NOT NULL,
        ADD COLUMN period_id uuid CONSTRAINT payment_requests_period UNIQUE,
        ADD COLUMN subscription_id uuid,
        ADD COLUMN period_number integer CHECK (period_number > 0),
        ADD CONSTRAINT payment_requests_cause CHECK (
            num_nonnulls(order_id, period_id) = 1
            AND num_nonnulls(period_id, subscription_id, period_number) IN (0, 3)
        )
    """,
    # What was asked for a subscription so far, newest period first.
    """
    CREATE UNIQUE INDEX payment_requests_by_subscription ON payment_requests (subscription_id, period_number)
        WHERE subscription_id IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
