"""Places of an addition that are taken back after a withdrawal."""

from alembic import op

revision = "20261204_places_taken_back"
down_revision = "20261202_erasures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE unlocks ADD COLUMN taken_back_at timestamptz CHECK (taken_back_at >= unlocked_at)")
