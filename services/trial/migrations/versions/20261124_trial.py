"""Sign-ups with links and consents, hashed abuse signals, accounts with sessions, trials with reminders."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124_trial"
down_revision = None
branch_labels = None
depends_on = None

_ACCOUNTS = """
CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL CHECK (email_key = lower(email_key)),
    person_hash bytea NOT NULL CHECK (length(person_hash) = 32),
    country text NOT NULL CHECK (length(country) = 2),
    language text NOT NULL CHECK (language IN ('it', 'en')),
    password_hash text CHECK (password_hash LIKE '$argon2id$%'),
    confirmed_at timestamptz NOT NULL,
    login_closed_at timestamptz,
    CHECK ((password_hash IS NULL) = (login_closed_at IS NOT NULL))
);
-- An address whose account is closed may sign up again: that is a second trial, for an operator to decide.
CREATE UNIQUE INDEX accounts_by_login ON accounts (email_key) WHERE login_closed_at IS NULL;
CREATE INDEX accounts_by_email ON accounts (email_key);
CREATE INDEX accounts_by_person ON accounts (person_hash);
CREATE INDEX accounts_closed ON accounts (login_closed_at) WHERE login_closed_at IS NOT NULL;

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- The first half of a refresh token stays, the second changes with every refresh: an old second half is a replay.
    family_hash bytea NOT NULL UNIQUE CHECK (length(family_hash) = 32),
    secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_age ON sessions (expires_at);

CREATE TABLE login_attempts (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    attempts integer NOT NULL CHECK (attempts >= 0),
    window_ends_at timestamptz NOT NULL
);
CREATE INDEX login_attempts_by_age ON login_attempts (window_ends_at);
"""

_SIGN_UPS = """
CREATE TABLE sign_ups (
    id uuid PRIMARY KEY,
    state text NOT NULL CHECK (state IN
        ('in_review', 'awaiting_confirmation', 'confirmed', 'denied', 'lapsed', 'already_registered')),
    findings text[] NOT NULL,
    -- Personal data: moved to the account by the confirmation, deleted with the row otherwise.
    first_name text,
    last_name text,
    email text,
    email_key text,
    country text,
    language text NOT NULL CHECK (language IN ('it', 'en')),
    person_hash bytea NOT NULL CHECK (length(person_hash) = 32),
    created_at timestamptz NOT NULL,
    lapses_at timestamptz NOT NULL,
    account_id uuid UNIQUE REFERENCES accounts ON DELETE CASCADE,
    -- Only a sign-up in review has a workflow that must not be forgotten.
    next_at timestamptz,
    CHECK ((state = 'confirmed') = (account_id IS NOT NULL)),
    CHECK ((state = 'confirmed') = (email IS NULL)),
    CHECK ((email IS NULL) = (email_key IS NULL) AND (email IS NULL) = (first_name IS NULL)
        AND (email IS NULL) = (last_name IS NULL) AND (email IS NULL) = (country IS NULL)),
    CHECK ((state = 'in_review') = (next_at IS NOT NULL))
);
CREATE INDEX sign_ups_by_person ON sign_ups (person_hash) WHERE state IN ('in_review', 'awaiting_confirmation');
CREATE INDEX sign_ups_by_email ON sign_ups (email_key) WHERE state IN ('in_review', 'awaiting_confirmation');
CREATE INDEX sign_ups_in_review ON sign_ups (created_at, id) WHERE state = 'in_review';
CREATE INDEX sign_ups_watched ON sign_ups (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sign_ups_unconfirmed ON sign_ups (lapses_at) WHERE state <> 'confirmed';

CREATE TABLE confirmation_links (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    sign_up_id uuid NOT NULL REFERENCES sign_ups ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX confirmation_links_by_sign_up ON confirmation_links (sign_up_id);

CREATE TABLE consents (
    id uuid PRIMARY KEY,
    sign_up_id uuid NOT NULL REFERENCES sign_ups ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('terms', 'privacy', 'promotional')),
    document_version text NOT NULL CHECK (document_version <> ''),
    granted boolean NOT NULL CHECK (granted OR kind = 'promotional'),
    at timestamptz NOT NULL,
    ip text NOT NULL,
    user_agent text NOT NULL,
    UNIQUE (sign_up_id, kind)
);

CREATE TABLE abuse_signals (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('ip', 'network', 'domain', 'trial', 'mail')),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    at timestamptz NOT NULL
);
CREATE INDEX abuse_signals_seen ON abuse_signals (kind, hash, at);
CREATE INDEX abuse_signals_by_age ON abuse_signals (at);
"""

_TRIALS = """
CREATE TABLE trials (
    account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('active', 'ended', 'bought', 'closed')),
    started_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    purge_at timestamptz NOT NULL,
    order_id uuid,
    closed_at timestamptz,
    next_at timestamptz,
    CHECK (started_at <= ends_at AND ends_at < purge_at),
    CHECK ((state IN ('bought', 'closed')) = (next_at IS NULL)),
    CHECK (order_id IS NOT NULL OR state <> 'bought'),
    CHECK (order_id IS NULL OR state IN ('bought', 'closed')),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX trials_watched ON trials (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE reminders (
    account_id uuid NOT NULL REFERENCES trials ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('reminder_7_days', 'reminder_3_days', 'reminder_1_day', 'end',
        'purge_reminder_7_days', 'purge_reminder_1_day')),
    due_at timestamptz NOT NULL,
    sent_at timestamptz,
    skipped_at timestamptz,
    PRIMARY KEY (account_id, kind, due_at),
    CHECK (sent_at IS NULL OR skipped_at IS NULL)
);
"""


def upgrade() -> None:
    create_shared_tables(op)
    for script in (_ACCOUNTS, _SIGN_UPS, _TRIALS):
        for statement in script.split(";"):
            if statement.strip():
                op.execute(statement)
