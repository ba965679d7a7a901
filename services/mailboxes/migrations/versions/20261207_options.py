"""Options of mailboxes and of their spans, how many an annual contract covers, and what was ordered and is not made."""

from alembic import op

revision = "20261207_options"
down_revision = "20261204_places_taken_back"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE mailboxes ADD COLUMN options text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE mailbox_spans ADD COLUMN options text[] NOT NULL DEFAULT '{}'",
    # Under annual billing: how many mailboxes may have each option.
    """
    CREATE TABLE option_places (
        account_id uuid NOT NULL REFERENCES accounts,
        code text NOT NULL,
        mailboxes integer NOT NULL CHECK (mailboxes > 0),
        PRIMARY KEY (account_id, code)
    )
    """,
    # Ordered mailboxes that are not made yet, where some of them come with options.
    """
    CREATE TABLE ordered_mailboxes (
        account_id uuid NOT NULL REFERENCES accounts,
        size_gb integer NOT NULL CHECK (size_gb IN (8, 25, 50, 100)),
        options text[] NOT NULL,
        mailboxes integer NOT NULL CHECK (mailboxes > 0),
        PRIMARY KEY (account_id, size_gb, options)
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
