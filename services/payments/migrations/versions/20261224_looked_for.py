"""What is looked for with every payment or every minute is found by an index, however many rows there are."""

from alembic import op

revision = "20261224_looked_for"
down_revision = "20261221_recoveries"
branch_labels = None
depends_on = None

_CHANGES = (
    "SET LOCAL lock_timeout = '5s'",
    "CREATE INDEX money_entries_by_request ON money_entries USING gin (named)",
    "CREATE INDEX mandates_unreleased ON mandates (ended_at) WHERE released_at IS NULL AND ended_at IS NOT NULL",
    "CREATE INDEX payment_requests_by_age ON payment_requests (created_at)",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
