"""The audit trail by account."""

from alembic import op

from services.kit.migrations import add_audited_accounts

revision = "20261210_audited_accounts"
down_revision = "20261206_note_refunds"
branch_labels = None
depends_on = None

_ACCOUNT = """
    (SELECT account_id FROM documents WHERE id = audit.subject_id)
"""


def upgrade() -> None:
    add_audited_accounts(op, _ACCOUNT)
