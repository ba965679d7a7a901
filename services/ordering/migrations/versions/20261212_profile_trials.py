"""How often a customer saved the billing profile, or tried to, in the last 24 hours."""

from alembic import op

revision = "20261212_profile_trials"
down_revision = "20261212_withdrawn_unserved"
branch_labels = None
depends_on = None

_CHANGES = (
    "CREATE TABLE profile_trials (account_id uuid NOT NULL, tried_at timestamptz NOT NULL)",
    "CREATE INDEX profile_trials_of_account ON profile_trials (account_id, tried_at)",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
