"""Proformas, invoices, their numbers, lines and files; transmissions to the SdI and the messages that came back."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124_invoicing"
down_revision = None
branch_labels = None
depends_on = None

_NUMBERING = """
-- The last number given out in each series and year. Taken inside the transaction that stores the document, so a
-- crash or a rollback gives the number back.
CREATE TABLE numbering (
    series text NOT NULL CHECK (series IN ('proforma', 'invoice')),
    issuer text NOT NULL,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 9999),
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (series, issuer, year)
);

-- Names of files for the SdI are never used twice, so this may skip values and never goes back.
CREATE SEQUENCE file_numbers AS integer MINVALUE 1 MAXVALUE 60466175 NO CYCLE
"""

_DOCUMENTS = """
CREATE TABLE documents (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('proforma', 'invoice')),
    order_id uuid NOT NULL,
    account_id uuid NOT NULL,
    issuer text NOT NULL,
    year integer NOT NULL,
    sequence integer NOT NULL CHECK (sequence > 0),
    number text NOT NULL,
    date date NOT NULL,
    language text NOT NULL CHECK (language IN ('it', 'en')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    net bigint NOT NULL,
    vat bigint NOT NULL,
    gross bigint NOT NULL CHECK (gross = net + vat),
    payment jsonb NOT NULL,
    issued_at timestamptz NOT NULL,
    UNIQUE (kind, order_id),
    UNIQUE (kind, issuer, year, sequence),
    UNIQUE (kind, issuer, number),
    CHECK (extract(year FROM date) = year)
);
CREATE INDEX documents_by_account ON documents (account_id, issued_at DESC, id DESC);

CREATE TABLE lines (
    document_id uuid NOT NULL REFERENCES documents,
    position integer NOT NULL CHECK (position > 0),
    description text NOT NULL CHECK (description <> ''),
    quantity integer NOT NULL,
    unit_price bigint NOT NULL,
    net bigint NOT NULL CHECK (net = quantity * unit_price),
    vat_rate numeric(5, 2) NOT NULL CHECK (vat_rate >= 0 AND vat_rate <= 100),
    period_start date,
    period_end date,
    PRIMARY KEY (document_id, position),
    CHECK ((period_start IS NULL) = (period_end IS NULL)),
    CHECK (period_end >= period_start)
);

-- The customer as copied into the document. A correction after a rejection is appended, never changed in place.
CREATE TABLE customers (
    document_id uuid NOT NULL REFERENCES documents,
    revision integer NOT NULL CHECK (revision > 0),
    customer jsonb NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (document_id, revision)
);

CREATE FUNCTION issued_documents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued document never changes' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER documents_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay();
CREATE TRIGGER lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON lines
    FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay();
CREATE TRIGGER customers_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON customers
    FOR EACH STATEMENT EXECUTE FUNCTION issued_documents_stay()
"""

_FILES = """
CREATE TABLE files (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES documents,
    kind text NOT NULL CHECK (kind IN ('pdf', 'xml', 'receipt')),
    attempt integer NOT NULL CHECK (attempt > 0),
    name text NOT NULL,
    media_type text NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    content bytea NOT NULL,
    made_at timestamptz NOT NULL,
    CHECK (sha256 = sha256(content))
);
CREATE INDEX files_by_document ON files (document_id, made_at);
-- One PDF and one XML an attempt; a receipt once, however often it arrives.
CREATE UNIQUE INDEX files_made_once ON files (document_id, kind, attempt) WHERE kind <> 'receipt';
CREATE UNIQUE INDEX receipts_kept_once ON files (document_id, sha256) WHERE kind = 'receipt'
"""

_TRANSMISSIONS = """
CREATE TABLE transmissions (
    invoice_id uuid PRIMARY KEY REFERENCES documents,
    state text NOT NULL CHECK (
        state IN ('pending', 'sent', 'delivered', 'undeliverable', 'rejected', 'given_up')
    ),
    attempt integer NOT NULL CHECK (attempt > 0),
    error_codes text[] NOT NULL DEFAULT '{}',
    deadline timestamptz NOT NULL,
    alert_at timestamptz,
    next_at timestamptz,
    first_sent_at timestamptz,
    CHECK ((next_at IS NULL) = (state IN ('delivered', 'undeliverable', 'given_up')))
);
CREATE INDEX transmissions_open ON transmissions (next_at) WHERE next_at IS NOT NULL;

-- One file for the SdI. `tries` counts how often it may have left, and is written before it leaves.
CREATE TABLE attempts (
    invoice_id uuid NOT NULL REFERENCES transmissions,
    attempt integer NOT NULL CHECK (attempt > 0),
    customer_revision integer NOT NULL,
    progressive text NOT NULL UNIQUE,
    file_name text NOT NULL UNIQUE,
    tries integer NOT NULL DEFAULT 0,
    prepared_at timestamptz NOT NULL,
    sent_at timestamptz,
    outcome text CHECK (outcome IN ('delivered', 'undeliverable', 'rejected')),
    sdi_identifier text NOT NULL DEFAULT '',
    error_codes text[] NOT NULL DEFAULT '{}',
    answered_at timestamptz,
    PRIMARY KEY (invoice_id, attempt),
    FOREIGN KEY (invoice_id, customer_revision) REFERENCES customers (document_id, revision)
)
"""

_MAILBOX = """
-- How far the certified mailbox was read, and which address of the SdI is ours since its first answer. One row.
CREATE TABLE channel (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    generation bigint NOT NULL DEFAULT 0,
    last bigint NOT NULL DEFAULT 0,
    sdi_address text NOT NULL DEFAULT '',
    read_at timestamptz
);
INSERT INTO channel DEFAULT VALUES;

-- Every message that came in, understood or not.
CREATE TABLE messages (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    generation bigint NOT NULL,
    uid bigint NOT NULL,
    outcome text NOT NULL CHECK (
        outcome IN ('receipt', 'provider_notice', 'incoming_invoice', 'unknown_file', 'unknown')
    ),
    detail text NOT NULL DEFAULT '',
    invoice_id uuid REFERENCES transmissions,
    raw bytea NOT NULL,
    read_at timestamptz NOT NULL
);
CREATE INDEX messages_unknown ON messages (read_at) WHERE outcome IN ('unknown', 'unknown_file')
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_shared_tables(op)
    for part in (_NUMBERING, _DOCUMENTS, _FILES, _TRANSMISSIONS, _MAILBOX):
        for statement in _statements(part):
            op.execute(statement)


def _statements(part: str) -> list[str]:
    """Splits at the semicolons that end a line, but for those inside a function's body."""
    statements: list[str] = []
    for piece in part.split(";\n"):
        if statements and statements[-1].count("$$") == 1:
            statements[-1] += ";\n" + piece
        else:
            statements.append(piece)
    return [statement for statement in statements if statement.strip()]
