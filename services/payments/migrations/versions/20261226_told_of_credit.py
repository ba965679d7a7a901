"""Who gets credit of their money by an operator's decision is told so once; of what was decided before, nobody is."""

from alembic import op

revision = "20261226_told_of_credit"
down_revision = "20261225_payouts"
branch_labels = None
depends_on = None

_CHANGES = (
    "SET LOCAL lock_timeout = '5s'",
    "ALTER TABLE money_entries ADD COLUMN credit_emailed_at timestamptz",
    "UPDATE money_entries SET credit_emailed_at = settled_at WHERE settled_as IN ('credited', 'assigned')",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
