"""Credit notes: many an invoice, numbered among the invoices, each with what it credits and why."""

from alembic import op

revision = "20261130_credit_notes"
down_revision = "20261130_tax"
branch_labels = None
depends_on = None

_CHANGES = (
    """
    ALTER TABLE documents
        DROP CONSTRAINT documents_kind_check,
        ADD CONSTRAINT documents_kind_check CHECK (kind IN ('proforma', 'invoice', 'credit_note')),
        DROP CONSTRAINT documents_kind_order_id_key,
        DROP CONSTRAINT documents_period
    """,
    # One proforma and one invoice an order or period; a credit note names the order or period of its invoice.
    "CREATE UNIQUE INDEX documents_once_an_order ON documents (kind, order_id) WHERE kind <> 'credit_note'",
    "CREATE UNIQUE INDEX documents_once_a_period ON documents (kind, period_id) WHERE kind <> 'credit_note'",
    "CREATE UNIQUE INDEX documents_numbered_once ON documents (issuer, year, sequence) WHERE kind <> 'proforma'",
    # What a credit note gives back of the invoice's VAT; NULL on every other line.
    "ALTER TABLE lines ADD COLUMN tax bigint",
    """
    CREATE TABLE credit_notes (
        document_id uuid PRIMARY KEY REFERENCES documents,
        invoice_id uuid NOT NULL REFERENCES documents,
        reason text NOT NULL CHECK (reason IN ('withdrawal', 'contract', 'dispute', 'agreement', 'correction')),
        cause_date date NOT NULL,
        refund_method text CHECK (refund_method IN ('bank_transfer', 'online', 'account_credit')),
        served_from date,
        served_until date,
        days_of_term integer,
        CHECK (num_nonnulls(served_from, served_until, days_of_term) IN (0, 3)),
        CHECK (served_until >= served_from),
        CHECK (days_of_term > served_until - served_from)
    )
    """,
    "CREATE INDEX credit_notes_by_invoice ON credit_notes (invoice_id)",
    """
    CREATE TRIGGER credit_notes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_notes
        FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay()
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
