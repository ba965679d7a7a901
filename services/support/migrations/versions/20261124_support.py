"""Tickets and their messages."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124_support"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE tickets (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('question', 'billing', 'profile_deletion')),
        subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
        state text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
        message_count integer NOT NULL CHECK (message_count BETWEEN 1 AND 200),
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        CHECK ((state = 'closed') = (closed_at IS NOT NULL))
    )
    """,
    # Ids are of version 7, so the newest is the highest.
    "CREATE INDEX tickets_by_account ON tickets (account_id, id)",
    "CREATE INDEX tickets_by_state ON tickets (state, id)",
    """
    CREATE TABLE messages (
        id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL REFERENCES tickets,
        position integer NOT NULL CHECK (position >= 1),
        from_provider boolean NOT NULL,
        text text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
        at timestamptz NOT NULL,
        UNIQUE (ticket_id, position)
    )
    """,
)


def upgrade() -> None:
    create_shared_tables(op)
    for statement in _STATEMENTS:
        op.execute(statement)
