"""Payment requests, attempts at the provider, bank entries, the operator's queue, and the append-only ledger."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124_payments"
down_revision = None
branch_labels = None
depends_on = None

_REQUESTS = """
CREATE TABLE payment_requests (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL UNIQUE,
    account_id uuid NOT NULL,
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    method text NOT NULL CHECK (method IN ('bank_transfer', 'online')),
    state text NOT NULL CHECK (state IN ('open', 'paid', 'closed')),
    reference text NOT NULL CONSTRAINT payment_requests_reference UNIQUE,
    pay_token_hash bytea NOT NULL UNIQUE CHECK (length(pay_token_hash) = 32),
    attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    proforma_number text,
    proforma_key text CONSTRAINT payment_requests_proforma UNIQUE,
    created_at timestamptz NOT NULL,
    paid_at timestamptz,
    available_on date,
    closed_at timestamptz,
    close_reason text CHECK (close_reason IN ('expired', 'cancelled')),
    CHECK ((proforma_number IS NULL) = (proforma_key IS NULL)),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CHECK ((state = 'paid') = (available_on IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'closed') = (close_reason IS NOT NULL))
);
CREATE INDEX payment_requests_open_by_amount ON payment_requests (minor, currency) WHERE state = 'open';
CREATE INDEX payment_requests_by_account ON payment_requests (account_id);

-- A final state is final: no statement, however wrong, opens it again or turns one end into the other.
CREATE FUNCTION payment_request_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a payment request ends once' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER payment_request_ends_once BEFORE UPDATE OF state, minor, currency ON payment_requests
    FOR EACH ROW WHEN (OLD.state <> 'open' AND (OLD.state, OLD.minor, OLD.currency)
        IS DISTINCT FROM (NEW.state, NEW.minor, NEW.currency))
    EXECUTE FUNCTION payment_request_ends_once();

CREATE TABLE checkout_attempts (
    request_id uuid NOT NULL REFERENCES payment_requests,
    attempt integer NOT NULL CHECK (attempt > 0),
    state text NOT NULL CHECK (state IN ('creating', 'open', 'processing', 'paid', 'failed', 'expired')),
    title text NOT NULL,
    success_url text NOT NULL,
    cancel_url text NOT NULL,
    expires_at timestamptz NOT NULL,
    page_id text UNIQUE,
    url text NOT NULL DEFAULT '',
    charge_id text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (request_id, attempt)
);
-- One page that can take money for a request at any time.
CREATE UNIQUE INDEX checkout_attempts_one_live ON checkout_attempts (request_id)
    WHERE state IN ('creating', 'open', 'processing');

CREATE TABLE provider_events (
    event_id text PRIMARY KEY,
    source text NOT NULL,
    kind text NOT NULL,
    request_id uuid,
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL
);
"""

_MONEY = """
CREATE TABLE bank_entries (
    identity bytea PRIMARY KEY CHECK (length(identity) = 32),
    file_sha256 bytea NOT NULL CHECK (length(file_sha256) = 32),
    statement_id text NOT NULL,
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL,
    booked_on date,
    bank_reference text,
    end_to_end text,
    remittance text NOT NULL,
    debtor_name text,
    debtor_iban text,
    imported_at timestamptz NOT NULL
);
CREATE INDEX bank_entries_by_reference ON bank_entries (bank_reference) WHERE bank_reference IS NOT NULL;

-- Transfers that an operator saw on the account before a statement told of them.
CREATE TABLE announced_transfers (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES payment_requests,
    bank_reference text NOT NULL,
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL,
    booked_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    confirmed_by bytea UNIQUE REFERENCES bank_entries,
    UNIQUE (request_id, bank_reference)
);
CREATE INDEX announced_transfers_unconfirmed ON announced_transfers (minor, currency) WHERE confirmed_by IS NULL;

CREATE TABLE money_entries (
    id uuid PRIMARY KEY,
    reason text NOT NULL
        CHECK (reason IN ('short', 'over', 'late', 'twice', 'unknown', 'wrong_currency', 'undated')),
    source text NOT NULL,
    source_ref text NOT NULL,
    shown_reference text NOT NULL,
    minor bigint NOT NULL CHECK (minor > 0),
    currency text NOT NULL,
    available_on date,
    remittance text NOT NULL,
    payer_name text NOT NULL,
    suggestions uuid[] NOT NULL,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (source, source_ref)
);
CREATE INDEX money_entries_by_reference ON money_entries (shown_reference) WHERE settled_at IS NULL;
CREATE INDEX money_entries_open ON money_entries (created_at, id) WHERE settled_at IS NULL;
"""

_LEDGER = """
CREATE TABLE ledger_transactions (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('receipt', 'confirmation', 'assignment')),
    source text NOT NULL CHECK (source <> ''),
    source_ref text NOT NULL CHECK (source_ref <> ''),
    request_id uuid REFERENCES payment_requests,
    booked_on date,
    recorded_at timestamptz NOT NULL,
    -- One payment a provider's id, one receipt a bank entry, whoever tells of it how often.
    CONSTRAINT ledger_once UNIQUE (kind, source, source_ref)
);
CREATE INDEX ledger_transactions_by_request ON ledger_transactions (request_id);

CREATE TABLE ledger_lines (
    transaction_id uuid NOT NULL REFERENCES ledger_transactions,
    position integer NOT NULL CHECK (position >= 0),
    ledger_account text NOT NULL
        CHECK (ledger_account IN ('bank', 'stripe', 'announced', 'receivable', 'suspense')),
    minor bigint NOT NULL CHECK (minor <> 0),
    currency text NOT NULL,
    PRIMARY KEY (transaction_id, position)
);

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only appended to' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_lines
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- Judged at the commit, when all lines of the transaction are there: the header asks, so none can be without lines.
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_lines WHERE transaction_id = NEW.id)
        OR EXISTS (SELECT FROM ledger_lines WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0)
    THEN
        RAISE EXCEPTION 'a ledger transaction balances' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT ON ledger_transactions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();

-- Lines come in the transaction of their header; a line added later would pass the header's check.
CREATE FUNCTION ledger_lines_come_with_header() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_transactions WHERE id = NEW.transaction_id AND xmin = pg_current_xact_id()::xid)
    THEN
        RAISE EXCEPTION 'a ledger transaction is written at once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_lines_come_with_header BEFORE INSERT ON ledger_lines
    FOR EACH ROW EXECUTE FUNCTION ledger_lines_come_with_header();
"""


def upgrade() -> None:
    create_shared_tables(op)
    for statement in (_REQUESTS, _MONEY, _LEDGER):
        for part in _split(statement):
            op.execute(part)


def _split(script: str) -> list[str]:
    """The statements of a script; the driver takes one at a time, and functions hold semicolons between dollars."""
    parts: list[str] = []
    for piece in script.split(";\n"):
        if parts and parts[-1].count("$$") % 2:
            parts[-1] = f"{parts[-1]};\n{piece}"
        elif piece.strip():
            parts.append(piece)
    return parts
