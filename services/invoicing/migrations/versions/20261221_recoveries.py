"""Recoveries after a restore."""

from alembic import op

from services.kit.migrations import add_recoveries

revision = "20261221_recoveries"
down_revision = "20261219_returned_refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_recoveries(op)
