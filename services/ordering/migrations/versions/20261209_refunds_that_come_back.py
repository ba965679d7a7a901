"""A refund says whether it was made outside: one that payments made may come back, and is owed again then."""

from alembic import op

revision = "20261209_refunds_that_come_back"
down_revision = "20261208_tax_of_periods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE withdrawal_refunds
            ADD COLUMN made_outside boolean NOT NULL DEFAULT false,
            ADD COLUMN came_back_at timestamptz,
            DROP CONSTRAINT credited_after_refund,
            ADD CONSTRAINT credited_after_refund CHECK (
                coalesce(refunded_at, came_back_at) IS NOT NULL OR (credit_note_id IS NULL AND NOT credit_waived)
            )
        """
    )
    # Until now the audit trail alone told it, by the order: all refunds of such a withdrawal count as made outside, so
    # that none that a person has settled is owed again.
    op.execute(
        """
        UPDATE withdrawal_refunds r SET made_outside = true
        FROM audit a WHERE a.subject_id = r.order_id AND a.action = 'refund_made_outside' AND r.refunded_at IS NOT NULL
        """
    )
