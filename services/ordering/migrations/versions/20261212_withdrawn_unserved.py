"""Nothing is owed of what was not unlocked yet when the consumer withdrew, whatever the day."""

from alembic import op

revision = "20261212_withdrawn_unserved"
down_revision = "20261212_business_proofs"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE orders ADD COLUMN withdrawn_unserved boolean NOT NULL DEFAULT false",
    # Withdrawals whose refunds are fixed keep them.
    """
    UPDATE orders o SET withdrawn_unserved = true
    FROM withdrawals w LEFT JOIN subscriptions s ON s.order_id = w.order_id
    WHERE w.fixed_at IS NULL
        AND (o.id = w.order_id OR o.subscription_id = s.id)
        AND (o.unlocked_at IS NULL OR o.unlocked_at > w.noticed_at)
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
