"""Invoices of part payments: numbered among the invoices, one for each money entry, each deducted once."""

from alembic import op

revision = "20261203_advances"
down_revision = "20261202_erasures"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE documents
        DROP CONSTRAINT documents_kind_check,
        ADD CONSTRAINT documents_kind_check CHECK (kind IN ('proforma', 'invoice', 'advance_invoice', 'credit_note'))
    """,
    # One proforma and one invoice an order or period; there may be several part payments of one, and credit notes.
    "DROP INDEX documents_once_an_order, documents_once_a_period",
    """
    CREATE UNIQUE INDEX documents_once_an_order ON documents (kind, order_id) WHERE kind IN ('proforma', 'invoice')
    """,
    """
    CREATE UNIQUE INDEX documents_once_a_period ON documents (kind, period_id) WHERE kind IN ('proforma', 'invoice')
    """,
    """
    CREATE TABLE advance_invoices (
        document_id uuid PRIMARY KEY REFERENCES documents,
        money_entry_id uuid NOT NULL UNIQUE
    )
    """,
    """
    CREATE TRIGGER advance_invoices_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON advance_invoices
        FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay()
    """,
    # The invoice of a part payment that a line deducts; its net and VAT are below zero, and each is deducted once.
    """
    ALTER TABLE lines
        ADD COLUMN advance_id uuid REFERENCES advance_invoices,
        ADD CONSTRAINT lines_deduct CHECK (advance_id IS NULL OR (net <= 0 AND tax <= 0))
    """,
    """
    CREATE UNIQUE INDEX lines_deduct_once ON lines (advance_id, vat_rate, natura) NULLS NOT DISTINCT
        WHERE advance_id IS NOT NULL
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
