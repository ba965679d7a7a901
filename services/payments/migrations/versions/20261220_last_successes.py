"""When what is done regularly last succeeded, so that its age can be watched."""

from alembic import op

revision = "20261220_last_successes"
down_revision = "20261218_taken_back_refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE last_successes (
            of text PRIMARY KEY CHECK (of IN ('payment_events', 'statement')),
            at timestamptz NOT NULL
        )
    """)
