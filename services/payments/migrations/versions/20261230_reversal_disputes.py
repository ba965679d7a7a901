"""What the bank took back of what had paid is decided about as a lost dispute is: those that were told before, too."""

from alembic import op

revision = "20261230_reversal_disputes"
down_revision = "20261229_undone_payouts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO disputes (id, provider_ref, charge_id, entry_id, request_id, account_id, state, reason, minor,
            currency, withdrawn_minor, fee_minor, balance_currency, amount_differs, opened_at, closed_at)
        SELECT gen_random_uuid(), e.source_ref, '', e.id, r.id, r.account_id, 'lost', '', e.minor, e.currency, e.minor,
            0, e.currency, e.currency <> r.currency OR e.minor > r.minor, e.created_at, e.created_at
        FROM money_entries e
            JOIN ledger_transactions t ON (t.kind, t.source, t.source_ref) = ('reversal', e.source, e.source_ref)
            JOIN payment_requests r ON r.id = t.request_id
        WHERE e.reason = 'reversed' AND e.source = 'bank'
    """)
