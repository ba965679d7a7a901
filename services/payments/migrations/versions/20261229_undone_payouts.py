"""A payout that was booked by mistake gets a contra entry."""

from alembic import op

revision = "20261229_undone_payouts"
down_revision = "20261228_lost_debits"
branch_labels = None
depends_on = None

_CHANGES = (
    "SET LOCAL lock_timeout = '5s'",
    "ALTER TABLE ledger_transactions DROP CONSTRAINT ledger_transactions_kind_check",
    """
    ALTER TABLE ledger_transactions ADD CONSTRAINT ledger_transactions_kind_check CHECK (kind IN (
        'receipt', 'confirmation', 'assignment', 'withdrawal', 'reversal', 'crediting', 'setting_aside',
        'credit_use', 'credit_payment', 'credit_return', 'refund', 'refund_cancellation', 'payout', 'payout_return',
        'dispute', 'dispute_credit', 'provider_payout', 'provider_payout_undone'
    ))
    """,
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
