"""Orders name the period that they pay for, fixed with the unlock, which now comes before the fulfilment."""

from alembic import op

revision = "20261125_first_period"
down_revision = "20261124_ordering"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE orders ADD COLUMN period_start date, ADD COLUMN period_end date",
    # What was fulfilled before took the period of its subscription.
    """
    UPDATE orders SET period_start = periods.first_day, period_end = periods.last_day
    FROM subscription_periods AS periods WHERE periods.order_id = orders.id AND periods.number = 1
    """,
    # The rule that the unlock is written together with the invoice and the fulfilment.
    "ALTER TABLE orders DROP CONSTRAINT orders_check3",
    """
    ALTER TABLE orders
        ADD CONSTRAINT fulfilled_with_invoice CHECK ((fulfilled_at IS NULL) = (invoice_id IS NULL)),
        ADD CONSTRAINT fulfilled_after_unlock CHECK (fulfilled_at IS NULL OR unlocked_at IS NOT NULL),
        ADD CONSTRAINT unlocked_when_paid CHECK (unlocked_at IS NULL OR state IN ('paid', 'fulfilled')),
        ADD CONSTRAINT period_since_unlock CHECK (
            (period_start IS NULL) = (period_end IS NULL)
            AND (period_start IS NULL OR unlocked_at IS NOT NULL)
            AND period_end >= period_start
        )
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
