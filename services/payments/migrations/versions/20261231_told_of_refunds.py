"""Who gets money back by transfer is told so once it has left; of what had left before, nobody is."""

from alembic import op

revision = "20261231_told_of_refunds"
down_revision = "20261230_reversal_disputes"
branch_labels = None
depends_on = None

_CHANGES = (
    "SET LOCAL lock_timeout = '5s'",
    "ALTER TABLE refunds ADD COLUMN told_attempt integer",
    "UPDATE refunds SET told_attempt = attempt WHERE means = 'bank_transfer' AND state = 'done'",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
