"""Payouts of the provider to the bank, and the fees that it keeps, are booked out of what lies at the provider."""

from alembic import op

revision = "20261225_payouts"
down_revision = "20261224_looked_for"
branch_labels = None
depends_on = None

_CHANGES = (
    "SET LOCAL lock_timeout = '5s'",
    "ALTER TABLE ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check",
    """
    ALTER TABLE ledger_transactions ADD CONSTRAINT ledger_transactions_kind_check CHECK (kind IN (
        'receipt', 'confirmation', 'assignment', 'withdrawal', 'reversal', 'crediting', 'setting_aside',
        'credit_use', 'credit_payment', 'credit_return', 'refund', 'refund_cancellation', 'payout', 'payout_return',
        'dispute', 'dispute_credit', 'provider_payout'
    ))
    """,
    "ALTER TABLE ledger_lines DROP CONSTRAINT ledger_lines_ledger_account_check",
    """
    ALTER TABLE ledger_lines ADD CONSTRAINT ledger_lines_ledger_account_check CHECK (ledger_account IN (
        'bank', 'stripe', 'announced', 'receivable', 'suspense', 'credit', 'reserved', 'refunds', 'returned',
        'shortfall', 'set_aside', 'disputed', 'dispute_fees', 'provider_fees'
    ))
    """,
    "ALTER TABLE money_entries DROP CONSTRAINT money_entries_settled_as_check",
    """
    ALTER TABLE money_entries ADD CONSTRAINT money_entries_settled_as_check CHECK (settled_as IN
        ('assigned', 'credited', 'refunded', 'set_aside', 'withdrawn', 'kept', 'credit_note', 'taken_back', 'payout'))
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
