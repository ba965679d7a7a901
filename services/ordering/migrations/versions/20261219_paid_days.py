"""No period that waits for its money suspends before its first day: the days before it are paid."""

from alembic import op

revision = "20261219_paid_days"
down_revision = "20261218_terminations"
branch_labels = None
depends_on = None

# A void one gives its dates to the days that are asked for anew. One that has suspended already keeps its dates.
STATEMENT = """
    UPDATE subscription_periods
    SET suspend_at = first_day::timestamp AT TIME ZONE 'Europe/Rome' - interval '1 microsecond'
    WHERE state IN ('due', 'void') AND (state = 'void' OR close_at IS NULL)
        AND suspend_at < first_day::timestamp AT TIME ZONE 'Europe/Rome' - interval '1 microsecond'
"""


def upgrade() -> None:
    op.execute(STATEMENT)
