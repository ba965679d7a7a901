"""How often a cancellation was taken back, which asks for days anew; and the last period, which once it is paid and
invoiced still carries its subscription to the purge.
"""

from alembic import op

revision = "20261210_keeps"
down_revision = "20261209_refunds_that_come_back"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    CREATE TABLE subscription_keeps (
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        account_id uuid NOT NULL,
        kept_at timestamptz NOT NULL
    )
    """,
    "ALTER TABLE subscription_periods DROP CONSTRAINT waits_for_its_invoice",
    """
    ALTER TABLE subscription_periods ADD CONSTRAINT waits_for_its_invoice
        CHECK (state <> 'paid' OR next_at IS NOT NULL OR invoice_id IS NOT NULL)
    """,
    "CREATE INDEX keeps_of_account ON subscription_keeps (account_id, kept_at)",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
