"""The feed of events."""

from alembic import op

from services.kit.migrations import add_events

revision = "20261129_events"
down_revision = "20261129_told_otherwise"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_events(op)
