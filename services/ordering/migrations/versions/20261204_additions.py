"""Orders that add to an annual contract."""

from alembic import op

revision = "20261204_additions"
down_revision = "20261203_withdrawals"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE orders ADD COLUMN subscription_id uuid REFERENCES subscriptions (id)",
    "ALTER TABLE orders ADD CONSTRAINT first_or_addition CHECK (is_first = (subscription_id IS NULL))",
    # Of the additions to a contract at most one waits for its money.
    "CREATE UNIQUE INDEX one_open_addition ON orders (subscription_id) WHERE state = 'open'",
    """
    CREATE INDEX undecided_additions ON orders (subscription_id)
        WHERE subscription_id IS NOT NULL AND state IN ('open', 'paid')
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
