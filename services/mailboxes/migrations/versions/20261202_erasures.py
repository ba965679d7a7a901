"""The record of erasures."""

from alembic import op

from services.kit.migrations import add_erasures

revision = "20261202_erasures"
down_revision = "20261129_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_erasures(op)
