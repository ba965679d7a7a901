"""Credit notes over what the customer had not paid, because an operator had accepted less."""

from alembic import op

revision = "20261216_remitted"
down_revision = "20261213_no_phone_numbers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE credit_notes ADD COLUMN remitted_minor bigint CHECK (remitted_minor > 0)")
