"""Erasures that are not at their end are looked for every minute; those that are stay for ever."""

from alembic import op

revision = "20261224_erasures_by_next_at"
down_revision = "20261223_restored_erasures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX erasure_requests_by_next_at ON erasure_requests (next_at) WHERE next_at IS NOT NULL")
