"""Account credit, refunds, and what became of money that waited."""

from alembic import op

revision = "20261202_credit_and_refunds"
down_revision = "20261202_erasures"
branch_labels = None
depends_on = None

_CREDIT = (
    """
    CREATE TABLE account_credits (
        account_id uuid NOT NULL,
        currency text NOT NULL,
        minor bigint NOT NULL CHECK (minor >= 0),
        PRIMARY KEY (account_id, currency)
    )
    """,
    # `minor` is what must come as money; what credit covers entirely is paid at once.
    "ALTER TABLE payment_requests DROP CONSTRAINT payment_requests_minor_check",
    """
    ALTER TABLE payment_requests
        ADD COLUMN credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
        ADD CONSTRAINT payment_requests_amounts CHECK (
            minor >= 0 AND minor + credit_minor > 0 AND (minor > 0 OR state = 'paid')
        )
    """,
)

_LEDGER = (
    # What an earlier migration of the same run posted is judged now: a table with judgements to come is not altered.
    "SET CONSTRAINTS ALL IMMEDIATE",
    "ALTER TABLE ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check",
    """
    ALTER TABLE ledger_transactions ADD CONSTRAINT ledger_transactions_kind_check CHECK (kind IN (
        'receipt', 'confirmation', 'assignment', 'withdrawal', 'reversal', 'crediting', 'setting_aside',
        'credit_use', 'credit_payment', 'credit_return', 'refund', 'refund_cancellation', 'payout', 'payout_return'
    ))
    """,
    "ALTER TABLE ledger_lines DROP CONSTRAINT ledger_lines_ledger_account_check",
    """
    ALTER TABLE ledger_lines
        ADD COLUMN account_id uuid,
        ADD CONSTRAINT ledger_lines_ledger_account_check CHECK (ledger_account IN (
            'bank', 'stripe', 'announced', 'receivable', 'suspense', 'credit', 'reserved', 'refunds', 'returned',
            'shortfall', 'set_aside'
        )),
        ADD CONSTRAINT ledger_lines_credit_has_owner CHECK ((ledger_account = 'credit') = (account_id IS NOT NULL))
    """,
    "CREATE INDEX ledger_lines_by_account ON ledger_lines (account_id) WHERE account_id IS NOT NULL",
)

_ENTRIES = (
    """
    ALTER TABLE money_entries
        ADD COLUMN settled_as text
            CHECK (settled_as IN ('assigned', 'credited', 'refunded', 'set_aside', 'withdrawn')),
        ADD COLUMN settled_to uuid
    """,
    """
    UPDATE money_entries SET settled_as = CASE source WHEN 'announced' THEN 'withdrawn' ELSE 'assigned' END
    WHERE settled_at IS NOT NULL
    """,
    """
    ALTER TABLE money_entries
        ADD CONSTRAINT money_entries_settled CHECK ((settled_at IS NULL) = (settled_as IS NULL))
    """,
)

_REFUNDS = (
    """
    CREATE TABLE refund_files (
        message_id text PRIMARY KEY CHECK (length(message_id) BETWEEN 1 AND 35),
        content bytea NOT NULL,
        transfers integer NOT NULL CHECK (transfers > 0),
        minor bigint NOT NULL CHECK (minor > 0),
        currency text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE refunds (
        id uuid PRIMARY KEY,
        request_id uuid REFERENCES payment_requests,
        entry_id uuid REFERENCES money_entries,
        account_id uuid,
        minor bigint NOT NULL CHECK (minor >= 0),
        credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
        currency text NOT NULL,
        means text NOT NULL CHECK (means IN ('stripe', 'bank_transfer', 'account_credit')),
        state text NOT NULL CHECK (state IN ('requested', 'approved', 'sent', 'done', 'failed', 'cancelled')),
        attempt integer NOT NULL CHECK (attempt BETWEEN 1 AND 99),
        charge_id text,
        provider_ref text,
        iban text NOT NULL,
        holder text NOT NULL,
        failure text NOT NULL,
        reason_code text NOT NULL,
        withdrawal_order_id uuid,
        requested_at timestamptz NOT NULL,
        asked_at timestamptz,
        sent_at timestamptz,
        done_on date,
        message_id text REFERENCES refund_files,
        CHECK (minor + credit_minor > 0),
        CHECK (num_nonnulls(request_id, entry_id) <= 1),
        CHECK (num_nonnulls(request_id, entry_id, account_id) > 0),
        CHECK ((means = 'account_credit') = (minor = 0)),
        CHECK ((state = 'failed') = (failure <> '')),
        CHECK ((state = 'done') = (done_on IS NOT NULL)),
        CHECK (means <> 'stripe' OR charge_id IS NOT NULL),
        -- A refund is in one file only: a further attempt has no file until it is exported anew.
        CHECK (message_id IS NULL OR state IN ('sent', 'done', 'failed', 'cancelled'))
    )
    """,
    # Debits of statements, each once: a refund that came back is debited again for its next attempt.
    """
    CREATE TABLE refund_debits (
        identity bytea PRIMARY KEY CHECK (length(identity) = 32),
        refund_id uuid NOT NULL REFERENCES refunds,
        attempt integer NOT NULL,
        minor bigint NOT NULL CHECK (minor > 0),
        currency text NOT NULL,
        booked_on date,
        imported_at timestamptz NOT NULL,
        UNIQUE (refund_id, attempt)
    )
    """,
    "CREATE INDEX refunds_by_request ON refunds (request_id) WHERE request_id IS NOT NULL",
    "CREATE INDEX refunds_by_account ON refunds (account_id) WHERE account_id IS NOT NULL",
    "CREATE INDEX refunds_in_order ON refunds (requested_at, id)",
    "CREATE INDEX refunds_under_way ON refunds (state) WHERE state IN ('requested', 'approved', 'sent', 'failed')",
    # The money of an entry is refunded once at a time.
    """
    CREATE UNIQUE INDEX refunds_of_entry ON refunds (entry_id) WHERE entry_id IS NOT NULL AND state <> 'cancelled'
    """,
)


def upgrade() -> None:
    for statement in (*_CREDIT, *_LEDGER, *_ENTRIES, *_REFUNDS):
        op.execute(statement)
