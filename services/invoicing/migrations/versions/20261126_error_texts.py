"""What a rejection says beside its codes, and what it advises, as the receipt has it."""

from alembic import op

revision = "20261126_error_texts"
down_revision = "20261125_proforma_terms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # One entry a code, in the order of `error_codes`; empty for rejections that came before this column.
    op.execute("ALTER TABLE attempts ADD COLUMN error_texts jsonb NOT NULL DEFAULT '[]'")
