"""A withdrawal gives back money that came for it and paid nothing, too; each refund has a last day of its own."""

from alembic import op

revision = "20261217_returned_money"
down_revision = "20261216_remitted"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE withdrawal_refunds
        ADD COLUMN is_money boolean NOT NULL DEFAULT false,
        ADD COLUMN settled_otherwise boolean NOT NULL DEFAULT false,
        ADD COLUMN refund_by date,
        ALTER COLUMN invoice_id DROP NOT NULL
    """,
    "UPDATE withdrawal_refunds r SET refund_by = w.refund_by FROM withdrawals w WHERE w.order_id = r.order_id",
    """
    ALTER TABLE withdrawal_refunds
        ALTER COLUMN refund_by SET NOT NULL,
        ALTER COLUMN is_money DROP DEFAULT,
        ADD CONSTRAINT invoiced_unless_money CHECK (is_money = (invoice_id IS NULL)),
        ADD CONSTRAINT money_is_returned_whole CHECK (
            NOT is_money OR (owed_minor = 0 AND NOT is_period AND credit_note_id IS NULL AND NOT credit_waived)
        ),
        ADD CONSTRAINT money_is_settled_otherwise CHECK (
            NOT settled_otherwise OR (is_money AND refunded_at IS NOT NULL)
        )
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
