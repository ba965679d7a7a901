"""A withdrawal says on what it rests: a consumer may also leave a renewal that was not announced in time."""

from alembic import op

revision = "20261207_leaving"
down_revision = "20261206_withdrawn_contracts"
branch_labels = None
depends_on = None

_CHANGES = (
    # Until now there was no other ground than the right of withdrawal.
    """
    ALTER TABLE withdrawals
        ADD COLUMN ground text NOT NULL DEFAULT 'right_of_withdrawal'
            CONSTRAINT known_ground CHECK (ground IN ('right_of_withdrawal', 'renewal_without_notice'))
    """,
    "ALTER TABLE withdrawals ALTER COLUMN ground DROP DEFAULT",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
