"""The networks from which an address has logged in: a stranger elsewhere cannot use up the attempts made from them."""

from alembic import op

revision = "20261129_login_networks"
down_revision = "20261124_trial"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    CREATE TABLE login_networks (
        hash bytea PRIMARY KEY CHECK (length(hash) = 32),
        account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        logged_in_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX login_networks_by_account ON login_networks (account_id)",
    "CREATE INDEX login_networks_by_age ON login_networks (logged_in_at)",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
