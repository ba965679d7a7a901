"""Accounts, quotes, billing profiles, orders with their reminders, subscriptions with their periods."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124_ordering"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    -- The row on which PlaceOrder and CloseAccount meet: made by the first of them, locked by both.
    CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        created_at timestamptz NOT NULL,
        legal_hold boolean NOT NULL DEFAULT false,
        closure_reason text CHECK (closure_reason IN ('trial_ended', 'subscription_ended', 'erasure')),
        closed_at timestamptz,
        purged_at timestamptz,
        domains_removed integer CHECK (domains_removed >= 0),
        mailboxes_removed integer CHECK (mailboxes_removed >= 0),
        next_at timestamptz,
        CHECK ((closed_at IS NULL) = (closure_reason IS NULL)),
        CHECK (purged_at IS NULL OR closed_at IS NOT NULL),
        CHECK (next_at IS NULL OR (closed_at IS NOT NULL AND purged_at IS NULL)),
        CHECK (closed_at IS NULL OR purged_at IS NOT NULL OR legal_hold OR next_at IS NOT NULL)
    )
    """,
    "CREATE INDEX accounts_by_next_at ON accounts (next_at) WHERE next_at IS NOT NULL",
    """
    CREATE TABLE quotes (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        content jsonb NOT NULL,
        hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
        created_at timestamptz NOT NULL,
        valid_until timestamptz NOT NULL CHECK (valid_until > created_at)
    )
    """,
    "CREATE INDEX quotes_by_account ON quotes (account_id)",
    """
    CREATE TABLE billing_profiles (
        account_id uuid PRIMARY KEY,
        revision integer NOT NULL CHECK (revision >= 1),
        content jsonb NOT NULL,
        saved_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE orders (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        is_first boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'paid', 'fulfilled', 'expired', 'cancelled')),
        quote_id uuid NOT NULL REFERENCES quotes,
        quote jsonb NOT NULL,
        quote_hash text NOT NULL CHECK (quote_hash ~ '^[0-9a-f]{64}$'),
        party jsonb NOT NULL,
        payment_method text NOT NULL CHECK (payment_method IN ('bank_transfer', 'online', 'automatic_debit')),
        language text NOT NULL CHECK (language IN ('it', 'en')),
        consent jsonb NOT NULL,
        facts jsonb NOT NULL,
        placed_at timestamptz NOT NULL,
        hold_until timestamptz NOT NULL,
        withdrawal_until timestamptz,
        payment_request_id uuid UNIQUE,
        proforma_id uuid UNIQUE,
        proforma_number text UNIQUE,
        proforma_at timestamptz,
        expires_at timestamptz,
        cancel_requested_at timestamptz,
        ended_at timestamptz,
        available_on date,
        invoice_id uuid UNIQUE,
        unlocked_at timestamptz,
        fulfilled_at timestamptz,
        next_at timestamptz,
        CHECK ((state = 'open') = (ended_at IS NULL)),
        CHECK ((state IN ('paid', 'fulfilled')) = (available_on IS NOT NULL)),
        CHECK ((state = 'fulfilled') = (fulfilled_at IS NOT NULL)),
        CHECK ((fulfilled_at IS NULL) = (unlocked_at IS NULL) AND (fulfilled_at IS NULL) = (invoice_id IS NULL)),
        CHECK ((expires_at IS NULL) = (proforma_at IS NULL) AND (proforma_id IS NULL) = (proforma_at IS NULL)),
        CHECK (expires_at IS NULL OR expires_at <= hold_until),
        CHECK (state NOT IN ('open', 'paid') OR next_at IS NOT NULL),
        CHECK (state <> 'fulfilled' OR next_at IS NULL)
    )
    """,
    # An account has at most one first order that is open or bought.
    """
    CREATE UNIQUE INDEX one_first_order ON orders (account_id)
        WHERE is_first AND state IN ('open', 'paid', 'fulfilled')
    """,
    "CREATE INDEX orders_by_account ON orders (account_id, id DESC)",
    "CREATE INDEX orders_by_next_at ON orders (next_at) WHERE next_at IS NOT NULL",
    """
    CREATE TABLE order_reminders (
        order_id uuid NOT NULL REFERENCES orders,
        days integer NOT NULL CHECK (days >= 1),
        due_at timestamptz NOT NULL,
        sent_at timestamptz,
        skipped_at timestamptz,
        PRIMARY KEY (order_id, days),
        CHECK (sent_at IS NULL OR skipped_at IS NULL)
    )
    """,
    """
    CREATE TABLE subscriptions (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        order_id uuid NOT NULL UNIQUE REFERENCES orders,
        state text NOT NULL CHECK (state IN ('active', 'ended')),
        billing text NOT NULL CHECK (billing IN ('monthly', 'annual')),
        items jsonb NOT NULL,
        started_at timestamptz NOT NULL,
        anchor_day integer NOT NULL CHECK (anchor_day BETWEEN 1 AND 31),
        ended_at timestamptz,
        CHECK ((state = 'ended') = (ended_at IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX one_active_subscription ON subscriptions (account_id) WHERE state = 'active'",
    """
    CREATE TABLE subscription_periods (
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        number integer NOT NULL CHECK (number >= 1),
        first_day date NOT NULL,
        last_day date NOT NULL CHECK (last_day >= first_day),
        order_id uuid REFERENCES orders,
        PRIMARY KEY (subscription_id, number)
    )
    """,
)


def upgrade() -> None:
    create_shared_tables(op)
    for statement in _TABLES:
        op.execute(statement)
