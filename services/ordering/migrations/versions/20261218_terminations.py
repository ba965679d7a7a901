"""A contract that was ended because a payment for it was taken back, and an addition that ended so alone."""

from alembic import op

revision = "20261218_terminations"
down_revision = "20261217_returned_money"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE subscriptions
        DROP CONSTRAINT known_end,
        ADD CONSTRAINT known_end CHECK (end_reason IN ('cancelled', 'unpaid', 'withdrawn', 'erasure', 'terminated'))
    """,
    """
    ALTER TABLE orders
        ADD COLUMN terminated_at timestamptz,
        ADD CONSTRAINT terminated_alone CHECK (terminated_at IS NULL OR subscription_id IS NOT NULL)
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
