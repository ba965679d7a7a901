"""Requests for the reseller status."""

from alembic import op

revision = "20261202_resellers"
down_revision = "20261201_periods"
branch_labels = None
depends_on = None

_TABLE = (
    """
    CREATE TABLE reseller_requests (
        account_id uuid NOT NULL REFERENCES accounts (id),
        number integer NOT NULL CHECK (number >= 1),
        state text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn', 'ended')),
        requested_at timestamptz NOT NULL,
        -- That the customer resells to third parties: version of the text, language, IP, user agent, time.
        declaration jsonb NOT NULL,
        -- What was measured last.
        mailboxes integer NOT NULL CHECK (mailboxes >= 0),
        other_domains integer NOT NULL CHECK (other_domains >= 0),
        measured_at timestamptz NOT NULL,
        training_at timestamptz,
        approved_at timestamptz,
        overridden boolean NOT NULL,
        -- Since when an approved one fails a measured requirement, and when it is measured next.
        failing_since timestamptz,
        check_at timestamptz,
        ended_at timestamptz,
        end_reason text CHECK (end_reason IN ('requirements', 'no_resale', 'training', 'unpaid', 'other')),
        -- Empty once nothing more is to be done.
        next_at timestamptz,
        PRIMARY KEY (account_id, number),
        CONSTRAINT approved_first CHECK (
            (state <> 'requested' OR approved_at IS NULL) AND (state NOT IN ('approved', 'withdrawn') OR
            approved_at IS NOT NULL)
        ),
        CONSTRAINT checked_while_approved CHECK ((check_at IS NOT NULL) = (state = 'approved')),
        CONSTRAINT fails_while_approved CHECK (failing_since IS NULL OR state = 'approved'),
        CONSTRAINT ended_when_over CHECK ((ended_at IS NOT NULL) = (state IN ('refused', 'withdrawn', 'ended'))),
        CONSTRAINT reason_of_a_decision CHECK ((end_reason IS NOT NULL) = (state IN ('refused', 'withdrawn'))),
        CONSTRAINT somebody_waits CHECK (state NOT IN ('requested', 'approved') OR next_at IS NOT NULL)
    )
    """,
    """
    CREATE UNIQUE INDEX one_open_reseller_request ON reseller_requests (account_id)
        WHERE state IN ('requested', 'approved')
    """,
    "CREATE INDEX reseller_requests_by_next_at ON reseller_requests (next_at) WHERE next_at IS NOT NULL",
)


def upgrade() -> None:
    for statement in _TABLE:
        op.execute(statement)
