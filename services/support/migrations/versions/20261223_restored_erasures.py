"""Erasures that are repeated because restored rows brought an account back."""

from alembic import op

revision = "20261223_restored_erasures"
down_revision = "20261221_recoveries"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE erasure_requests DROP CONSTRAINT erasure_requests_cause_check",
    """
    ALTER TABLE erasure_requests
        ADD CONSTRAINT erasure_requests_cause_check CHECK (cause IN ('asked', 'never_paid', 'restored'))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
