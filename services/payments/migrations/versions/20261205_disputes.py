"""Disputes over payments by card or PayPal, and where their money lies in the ledger."""

from alembic import op

revision = "20261205_disputes"
down_revision = "20261202_credit_and_refunds"
branch_labels = None
depends_on = None

_CHANGES = (
    "SET CONSTRAINTS ALL IMMEDIATE",
    "ALTER TABLE ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check",
    """
    ALTER TABLE ledger_transactions ADD CONSTRAINT ledger_transactions_kind_check CHECK (kind IN (
        'receipt', 'confirmation', 'assignment', 'withdrawal', 'reversal', 'crediting', 'setting_aside',
        'credit_use', 'credit_payment', 'credit_return', 'refund', 'refund_cancellation', 'payout', 'payout_return',
        'dispute', 'dispute_credit'
    ))
    """,
    "ALTER TABLE ledger_lines DROP CONSTRAINT ledger_lines_ledger_account_check",
    """
    ALTER TABLE ledger_lines ADD CONSTRAINT ledger_lines_ledger_account_check CHECK (ledger_account IN (
        'bank', 'stripe', 'announced', 'receivable', 'suspense', 'credit', 'reserved', 'refunds', 'returned',
        'shortfall', 'set_aside', 'disputed', 'dispute_fees'
    ))
    """,
    "ALTER TABLE money_entries DROP CONSTRAINT money_entries_reason_check",
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_reason_check CHECK (reason IN
        ('short', 'over', 'late', 'twice', 'unknown', 'wrong_currency', 'undated', 'date', 'reversed',
            'amount_differs', 'disputed'))
    """,
    "ALTER TABLE money_entries DROP CONSTRAINT money_entries_settled_as_check",
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_settled_as_check CHECK (settled_as IN
        ('assigned', 'credited', 'refunded', 'set_aside', 'withdrawn', 'kept', 'credit_note'))
    """,
    """
    CREATE TABLE disputes (
        id uuid PRIMARY KEY,
        provider_ref text NOT NULL UNIQUE,
        charge_id text NOT NULL,
        entry_id uuid NOT NULL UNIQUE REFERENCES money_entries,
        request_id uuid REFERENCES payment_requests,
        account_id uuid,
        state text NOT NULL
            CHECK (state IN ('inquiry', 'ended', 'needs_response', 'under_review', 'won', 'lost')),
        reason text NOT NULL,
        minor bigint NOT NULL CHECK (minor > 0),
        currency text NOT NULL,
        withdrawn_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        balance_currency text NOT NULL,
        amount_differs boolean NOT NULL,
        evidence_by timestamptz,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        decision text CHECK (decision IN ('claim', 'credit_note', 'credit_note_agreed')),
        credit_note_id uuid UNIQUE,
        CHECK ((request_id IS NULL) = (account_id IS NULL)),
        CHECK ((closed_at IS NOT NULL) = (state IN ('ended', 'won', 'lost'))),
        CHECK (credit_note_id IS NULL OR request_id IS NOT NULL)
    )
    """,
    "CREATE INDEX disputes_by_request ON disputes (request_id) WHERE request_id IS NOT NULL",
    "CREATE INDEX disputes_in_order ON disputes (opened_at, id)",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
