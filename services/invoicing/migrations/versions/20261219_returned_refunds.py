"""Credit notes whose amount the payer's bank has returned already: no process refunds it."""

from alembic import op

revision = "20261219_returned_refunds"
down_revision = "20261216_remitted"
branch_labels = None
depends_on = None

_METHODS = "('bank_transfer', 'online', 'account_credit', 'returned')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"""
        ALTER TABLE credit_notes
            DROP CONSTRAINT credit_notes_refund_method_check,
            ADD CONSTRAINT credit_notes_refund_method_check CHECK (refund_method IN {_METHODS}),
            DROP CONSTRAINT credit_notes_other_method_check,
            ADD CONSTRAINT credit_notes_other_method_check CHECK (other_method IN {_METHODS}),
            ADD CHECK (refund_method <> 'returned' OR NOT refund_follows)
    """)
