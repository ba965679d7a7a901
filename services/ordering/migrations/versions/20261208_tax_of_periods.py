"""A period's tax is confirmed before its invoice, as an order's; both name the answer of VIES on which it rests."""

from alembic import op

revision = "20261208_tax_of_periods"
down_revision = "20261207_leaving"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE orders ADD COLUMN vat_check_id uuid REFERENCES vat_checks",
    """
    ALTER TABLE subscription_periods
        ADD COLUMN tax_ask_at timestamptz,
        ADD COLUMN tax_confirmed_at timestamptz,
        ADD COLUMN vat_check_id uuid REFERENCES vat_checks,
        ADD CONSTRAINT confirmed_reverse_charge CHECK (
            (tax_ask_at IS NULL AND tax_confirmed_at IS NULL AND vat_check_id IS NULL)
            OR tax_treatment = 'reverse_charge'
        )
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
