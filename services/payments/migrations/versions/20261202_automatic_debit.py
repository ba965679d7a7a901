"""Mandates, the pages that set them up, and charges by automatic debit."""

from alembic import op

revision = "20261202_automatic_debit"
down_revision = "20261129_periods"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    CREATE TABLE mandates (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        customer_ref text NOT NULL,
        method_ref text NOT NULL UNIQUE,
        mandate_ref text,
        set_up_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text CHECK (end_reason IN ('customer', 'operator', 'provider', 'replaced')),
        method_instead text CHECK (method_instead IN ('bank_transfer', 'online')),
        next_at timestamptz,
        released_at timestamptz,
        CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
        CHECK ((ended_at IS NULL) = (method_instead IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX mandates_one_active ON mandates (account_id) WHERE ended_at IS NULL",
    "CREATE INDEX mandates_by_account ON mandates (account_id, set_up_at)",
    "CREATE INDEX mandates_watched ON mandates (next_at) WHERE next_at IS NOT NULL",
    """
    CREATE TABLE mandate_setups (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('creating', 'open', 'done', 'expired')),
        success_url text NOT NULL,
        cancel_url text NOT NULL,
        expires_at timestamptz NOT NULL,
        page_id text UNIQUE,
        url text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE debits (
        request_id uuid PRIMARY KEY REFERENCES payment_requests,
        charge_on date NOT NULL,
        charge_at timestamptz,
        declined integer NOT NULL DEFAULT 0 CHECK (declined >= 0),
        unanswered integer NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
        refusal text CHECK (refusal IN ('authentication', 'mandate_gone', 'declined', 'no_answer')),
        refused_at timestamptz,
        email_due boolean NOT NULL DEFAULT false,
        CHECK ((refusal IS NULL) = (refused_at IS NULL))
    )
    """,
    "CREATE INDEX debits_watched ON debits (charge_at) WHERE charge_at IS NOT NULL",
    """
    ALTER TABLE checkout_attempts
        ADD COLUMN kind text NOT NULL DEFAULT 'page' CHECK (kind IN ('page', 'charge')),
        ADD COLUMN mandate_id uuid REFERENCES mandates,
        ADD CONSTRAINT checkout_attempts_mandate CHECK ((kind = 'charge') = (mandate_id IS NOT NULL))
    """,
    "CREATE INDEX checkout_attempts_by_mandate ON checkout_attempts (mandate_id) WHERE mandate_id IS NOT NULL",
    "CREATE INDEX checkout_attempts_by_charge ON checkout_attempts (charge_id) WHERE kind = 'charge'",
    "ALTER TABLE payment_requests DROP CONSTRAINT payment_requests_method_check",
    """
    ALTER TABLE payment_requests ADD CONSTRAINT payment_requests_method_check
        CHECK (method IN ('bank_transfer', 'online', 'automatic_debit'))
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
