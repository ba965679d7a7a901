"""The audit trail by account."""

from alembic import op

from services.kit.migrations import add_audited_accounts

revision = "20261210_audited_accounts"
down_revision = "20261210_keeps"
branch_labels = None
depends_on = None

_ACCOUNT = """
    coalesce(
        (SELECT account_id FROM orders WHERE id = audit.subject_id),
        (SELECT account_id FROM subscriptions WHERE id = audit.subject_id),
        (SELECT account_id FROM subscription_periods WHERE id = audit.subject_id),
        subject_id
    )
"""


def upgrade() -> None:
    add_audited_accounts(op, _ACCOUNT)
