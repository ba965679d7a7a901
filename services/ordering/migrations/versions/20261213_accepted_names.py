"""Under which names operators have accepted VAT numbers of which VIES tells another."""

from alembic import op

revision = "20261213_accepted_names"
down_revision = "20261212_profile_trials"
branch_labels = None
depends_on = None

_ACCEPTED_NAMES = """
    -- What an operator accepted: this name in the billing profile, beside the one in VIES's answer. Never changed.
    CREATE TABLE accepted_names (
        account_id uuid NOT NULL,
        vat_id text NOT NULL,
        name text NOT NULL CHECK (name <> ''),
        vat_check_id uuid NOT NULL REFERENCES vat_checks,
        accepted_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, vat_id, name)
    )
"""


def upgrade() -> None:
    op.execute(_ACCEPTED_NAMES)
