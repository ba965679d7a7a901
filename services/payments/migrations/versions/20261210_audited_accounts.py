"""The audit trail by account."""

from alembic import op

from services.kit.migrations import add_audited_accounts

revision = "20261210_audited_accounts"
down_revision = "20261209_refunds_in_statements"
branch_labels = None
depends_on = None

_ACCOUNT = """
    CASE action WHEN 'switch_off_automatic_debit' THEN subject_id ELSE coalesce(
        (SELECT account_id FROM payment_requests WHERE id = audit.subject_id),
        (SELECT account_id FROM refunds WHERE id = audit.subject_id),
        (SELECT account_id FROM refunds
            WHERE 'refund:' || id = audit.source AND audit.action = 'request_refund'),
        (SELECT account_id FROM disputes WHERE entry_id = audit.subject_id),
        (SELECT settled_to FROM money_entries WHERE id = audit.subject_id AND settled_as = 'credited'),
        (SELECT account_id FROM payment_requests WHERE id = (
            SELECT settled_to FROM money_entries WHERE id = audit.subject_id AND settled_as = 'assigned')),
        (SELECT account_id FROM payment_requests WHERE id = (
            SELECT named[1] FROM money_entries WHERE id = audit.subject_id AND cardinality(named) = 1))
    ) END
"""


def upgrade() -> None:
    add_audited_accounts(op, _ACCOUNT)
