"""Documents that left the house after the instant of restored rows, and numbers that were used then."""

from alembic import op

revision = "20261222_outside_documents"
down_revision = "20261221_recoveries"
branch_labels = None
depends_on = None

_CHANGES = (
    # A row without a file: the number lies between two that were seen outside, so it was used too, for what is unknown.
    """
    CREATE TABLE outside_documents (
        issuer text NOT NULL,
        year integer NOT NULL,
        sequence integer NOT NULL CHECK (sequence >= 1),
        kind text CHECK (kind IN ('invoice', 'advance_invoice', 'credit_note')),
        date date,
        gross bigint,
        currency text,
        essence bytea CHECK (length(essence) = 32),
        file_name text,
        content bytea,
        sent_at timestamptz,
        read_at timestamptz NOT NULL,
        document_id uuid UNIQUE REFERENCES documents,
        PRIMARY KEY (issuer, year, sequence),
        CHECK (num_nulls(kind, date, gross, currency, essence, file_name, content, sent_at) IN (0, 8)),
        CHECK (document_id IS NULL OR kind IS NOT NULL)
    )
    """,
    "CREATE INDEX outside_documents_waiting ON outside_documents (essence) WHERE document_id IS NULL",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _CHANGES:
        op.execute(statement)
