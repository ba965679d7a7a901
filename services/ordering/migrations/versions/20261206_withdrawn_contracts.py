"""Refunds after a withdrawal say of what they are, and which days of service stay owed."""

from alembic import op

revision = "20261206_withdrawn_contracts"
down_revision = "20261204_erasures"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE withdrawal_refunds
        ADD COLUMN is_period boolean NOT NULL DEFAULT false,
        ADD COLUMN served_from date,
        ADD COLUMN served_to date,
        ADD COLUMN days_of_term integer CHECK (days_of_term >= 1),
        ADD CONSTRAINT served_whole CHECK (
            (served_from IS NULL) = (served_to IS NULL) AND (served_from IS NULL) = (days_of_term IS NULL)
            AND (served_from IS NULL OR served_to >= served_from)
        )
    """,
    # Until now the additions to a withdrawn contract were not refunded with it: what is not the order is a period.
    "UPDATE withdrawal_refunds SET is_period = (key <> order_id)",
    "ALTER TABLE withdrawal_refunds ALTER COLUMN is_period DROP DEFAULT",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
