"""Erasures: their record, when one began, and a subscription that ends by one."""

from alembic import op

from services.kit.migrations import add_erasures

revision = "20261204_erasures"
down_revision = "20261204_additions"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # From then on no new order is taken, and a lifted hold wakes the erasure.
    "ALTER TABLE accounts ADD COLUMN erasure_at timestamptz",
    """
    ALTER TABLE subscriptions
        DROP CONSTRAINT known_end,
        ADD CONSTRAINT known_end CHECK (end_reason IN ('cancelled', 'unpaid', 'withdrawn', 'erasure'))
    """,
)


def upgrade() -> None:
    add_erasures(op)
    for statement in _STATEMENTS:
        op.execute(statement)
