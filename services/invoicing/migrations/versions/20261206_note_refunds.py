"""Credit notes whose e-invoice workflow asks for the refund: those that operators issue from now on."""

from alembic import op

revision = "20261206_note_refunds"
down_revision = "20261203_advances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE credit_notes
            ADD COLUMN refund_follows boolean NOT NULL DEFAULT false,
            ADD CHECK (refund_method IS NOT NULL OR NOT refund_follows)
    """)
