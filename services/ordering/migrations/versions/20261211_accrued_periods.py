"""A period of a business abroad is invoiced though unpaid, once its price has accrued."""

from alembic import op

revision = "20261211_accrued_periods"
down_revision = "20261210_audited_accounts"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE subscription_periods
        ADD COLUMN invoice_at timestamptz,
        ADD CONSTRAINT accrues_abroad CHECK (invoice_at IS NULL OR tax_treatment <> 'domestic'),
        DROP CONSTRAINT invoiced_when_paid,
        ADD CONSTRAINT invoiced_when_paid_or_accrued CHECK (
            invoice_id IS NULL OR state = 'paid' OR (invoice_at IS NOT NULL AND state IN ('due', 'unpaid', 'void'))
        )
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
