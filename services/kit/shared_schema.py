"""The forms of the tables that every room shares, as the statements of its migrations.

These statements never change: a later form comes as a further tuple, made by a further migration of every room.
"""

FIRST_FORM = (
    """
    CREATE TABLE requests (
        method text NOT NULL,
        caller text NOT NULL,
        request_id uuid NOT NULL,
        fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
        resource_id uuid NOT NULL,
        resource_version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (method, caller, request_id)
    )
    """,
    "CREATE INDEX requests_by_age ON requests (created_at)",
    """
    CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('wake', 'mail')),
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        attempts integer NOT NULL CHECK (attempts >= 0),
        next_at timestamptz NOT NULL,
        last_error text
    )
    """,
    "CREATE INDEX outbox_by_due ON outbox (kind, next_at, id)",
    """
    CREATE TABLE outbox_attachments (
        outbox_id uuid NOT NULL REFERENCES outbox ON DELETE CASCADE,
        position integer NOT NULL CHECK (position >= 0),
        name text NOT NULL,
        mime_type text NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (outbox_id, position)
    )
    """,
    """
    CREATE TABLE mails (
        key text PRIMARY KEY,
        subject_id uuid,
        created_at timestamptz NOT NULL,
        message_id text UNIQUE,
        eml bytea,
        sha256 bytea CHECK (length(sha256) = 32),
        sent_at timestamptz,
        CHECK ((sent_at IS NULL) = (message_id IS NULL)),
        CHECK ((sent_at IS NULL) = (eml IS NULL)),
        CHECK ((sent_at IS NULL) = (sha256 IS NULL))
    )
    """,
    "CREATE INDEX mails_by_subject ON mails (subject_id) WHERE subject_id IS NOT NULL",
    """
    CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL CHECK (actor <> ''),
        action text NOT NULL CHECK (action <> ''),
        subject_id uuid NOT NULL,
        reason_code text NOT NULL,
        ticket_id uuid,
        source text NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX audit_once ON audit (subject_id, action, source) WHERE source <> ''",
    """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is only appended to' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
    """,
)
"""The audit entry's ``source`` makes it unique per subject and action, so that a repeated activity writes it once."""

SECOND_FORM = (
    "ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check",
    "ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('wake', 'mail', 'event'))",
    """
    CREATE TABLE events (
        position bigint PRIMARY KEY CHECK (position >= 1),
        id uuid NOT NULL UNIQUE,
        type text NOT NULL,
        account_id uuid,
        occurred_at timestamptz NOT NULL,
        facts jsonb NOT NULL
    )
    """,
    "CREATE INDEX events_by_age ON events (occurred_at)",
)
"""Events, with the position that the feed shows."""

THIRD_FORM = (
    """
    CREATE TABLE erasures (
        account_id uuid PRIMARY KEY,
        erased_at timestamptz NOT NULL,
        rows jsonb NOT NULL
    )
    """,
)
"""The record of what was erased of an account."""

FOURTH_FORM = (
    "ALTER TABLE audit ADD COLUMN account_id uuid",
    "CREATE INDEX audit_by_account ON audit (account_id, id) WHERE account_id IS NOT NULL",
)
"""The account that a deed concerns, so that all that was done about it is found."""

FIFTH_FORM = (
    """
    CREATE TABLE recoveries (
        id uuid PRIMARY KEY,
        begun_at timestamptz NOT NULL,
        rows_of timestamptz NOT NULL,
        read_at timestamptz,
        mails_at timestamptz,
        ended_at timestamptz CHECK (ended_at IS NULL OR (read_at IS NOT NULL AND mails_at IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX recoveries_one_at_a_time ON recoveries ((true)) WHERE ended_at IS NULL",
    """
    CREATE TABLE recovery_findings (
        id uuid PRIMARY KEY,
        recovery_id uuid NOT NULL REFERENCES recoveries,
        kind text NOT NULL CHECK (kind <> ''),
        subject text NOT NULL,
        detail text NOT NULL,
        found_at timestamptz NOT NULL,
        confirmed_at timestamptz
    )
    """,
    "CREATE INDEX recovery_findings_by_recovery ON recovery_findings (recovery_id)",
    "CREATE TABLE sent_elsewhere (message_id text PRIMARY KEY)",
)
"""Recoveries after a restore: the hold, what a person must decide, and emails that the restored rows do not know."""
