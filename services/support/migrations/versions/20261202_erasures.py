"""Erasures: who asked for one, what was decided, and what every service has erased."""

from alembic import op

from services.kit.migrations import add_erasures

revision = "20261202_erasures"
down_revision = "20261129_webhooks"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE erasure_requests (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        cause text NOT NULL CHECK (cause IN ('asked', 'never_paid')),
        state text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'erased')),
        -- The ticket itself is erased with the account.
        ticket_id uuid UNIQUE,
        notice_hash text CHECK (notice_hash ~ '^[0-9a-f]{64}$'),
        requested_at timestamptz NOT NULL,
        warn_at timestamptz NOT NULL,
        answer_by timestamptz NOT NULL,
        decided_at timestamptz,
        reason_code text,
        told_at timestamptz,
        told_message_id text,
        email_skipped boolean NOT NULL,
        erased_at timestamptz,
        next_at timestamptz,
        CHECK ((cause = 'asked') = (ticket_id IS NOT NULL) AND (cause = 'asked') = (notice_hash IS NOT NULL)),
        CHECK (state <> 'waiting' OR decided_at IS NULL),
        CHECK ((state = 'erased') = (erased_at IS NOT NULL)),
        CHECK ((told_at IS NULL) = (told_message_id IS NULL)),
        CHECK ((state IN ('waiting', 'approved')) = (next_at IS NOT NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX one_open_erasure ON erasure_requests (account_id) WHERE state IN ('waiting', 'approved')
    """,
    # Ids are of version 7, so the newest is the highest.
    "CREATE INDEX erasure_requests_by_account ON erasure_requests (account_id, id)",
    """
    CREATE TABLE erasure_proofs (
        erasure_id uuid NOT NULL REFERENCES erasure_requests,
        room text NOT NULL,
        erased_at timestamptz NOT NULL,
        rows jsonb NOT NULL,
        PRIMARY KEY (erasure_id, room)
    )
    """,
)


def upgrade() -> None:
    add_erasures(op)
    for statement in _STATEMENTS:
        op.execute(statement)
