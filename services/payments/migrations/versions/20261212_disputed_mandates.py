"""A mandate that we end because a payment is disputed says so."""

from alembic import op

revision = "20261212_disputed_mandates"
down_revision = "20261211_one_setup_page"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE mandates DROP CONSTRAINT mandates_end_reason_check")
    op.execute("""
        ALTER TABLE mandates ADD CONSTRAINT mandates_end_reason_check
        CHECK (end_reason IN ('customer', 'operator', 'provider', 'replaced', 'disputed'))
    """)
