"""Invoices that are issued before they are paid, and the day on which that is done."""

from alembic import op

revision = "20261211_unpaid_invoices"
down_revision = "20261210_audited_accounts"
branch_labels = None
depends_on = None

_CHANGES = (
    # Of an invoice that was issued unpaid: when the money was available. Written once, never changed.
    """
    CREATE TABLE invoice_payments (
        document_id uuid PRIMARY KEY REFERENCES documents,
        paid_on date NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TRIGGER invoice_payments_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_payments
        FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay()
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
