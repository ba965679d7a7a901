"""Accounts with their allowances, domains, mailboxes, spans of usage, sent messages, and what a mail server reads."""

from alembic import op

from services.kit.migrations import create_shared_tables

revision = "20261124_mailboxes"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('trial', 'restricted', 'unlocked', 'suspended', 'purged')),
        billing text CHECK (billing IN ('monthly', 'annual')),
        max_domains integer CHECK (max_domains >= 0),
        messages_per_day integer CHECK (messages_per_day >= 0),
        recipients_per_day integer CHECK (recipients_per_day >= 0),
        account_messages_per_day integer CHECK (account_messages_per_day >= 0),
        features_off text[] NOT NULL DEFAULT '{}'
            CHECK (features_off <@ ARRAY['sending', 'domains', 'mailboxes']),
        opened_at timestamptz NOT NULL,
        state_since timestamptz NOT NULL,
        domains_removed integer NOT NULL DEFAULT 0,
        mailboxes_removed integer NOT NULL DEFAULT 0,
        CHECK ((billing IS NOT NULL) = (state IN ('unlocked', 'suspended')) OR state = 'purged')
    )
    """,
    # How many mailboxes of each size the account may have; a smaller mailbox may stand in a larger place.
    """
    CREATE TABLE places (
        account_id uuid NOT NULL REFERENCES accounts,
        size_gb integer NOT NULL CHECK (size_gb IN (8, 25, 50, 100)),
        mailboxes integer NOT NULL CHECK (mailboxes >= 0),
        PRIMARY KEY (account_id, size_gb)
    )
    """,
    """
    CREATE TABLE unlocks (
        order_id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        billing text NOT NULL,
        unlocked_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX unlocks_by_account ON unlocks (account_id, unlocked_at)",
    """
    CREATE TABLE domains (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        name text NOT NULL UNIQUE CHECK (name = lower(name)),
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX domains_by_account ON domains (account_id, name)",
    """
    CREATE TABLE mailboxes (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        domain_id uuid NOT NULL REFERENCES domains,
        address text NOT NULL UNIQUE CHECK (address = lower(address)),
        password_hash text NOT NULL CHECK (password_hash LIKE '{ARGON2ID}$argon2id$%'),
        size_gb integer NOT NULL CHECK (size_gb IN (8, 25, 50, 100)),
        active boolean NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX mailboxes_by_account ON mailboxes (account_id, address)",
    "CREATE INDEX mailboxes_by_domain ON mailboxes (domain_id)",
    # What is billed: a mailbox kept one size from one instant until just before another. Outlives the mailbox.
    """
    CREATE TABLE mailbox_spans (
        mailbox_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES accounts,
        domain_id uuid NOT NULL,
        size_gb integer NOT NULL CHECK (size_gb IN (8, 25, 50, 100)),
        started_at timestamptz NOT NULL,
        ended_at timestamptz CHECK (ended_at >= started_at)
    )
    """,
    "CREATE UNIQUE INDEX mailbox_spans_open ON mailbox_spans (mailbox_id) WHERE ended_at IS NULL",
    "CREATE INDEX mailbox_spans_by_account ON mailbox_spans (account_id, started_at)",
    """
    CREATE TABLE domain_spans (
        domain_id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        started_at timestamptz NOT NULL,
        ended_at timestamptz CHECK (ended_at >= started_at)
    )
    """,
    "CREATE INDEX domain_spans_by_account ON domain_spans (account_id, started_at)",
    # Messages that were allowed. They outlive their mailbox for the window's 24 h, so that deleting it frees nothing.
    # No foreign key: it would write a lock into the account's row with each message.
    """
    CREATE TABLE sends (
        request_id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        mailbox_id uuid NOT NULL,
        sent_at timestamptz NOT NULL,
        recipients integer NOT NULL CHECK (recipients > 0)
    )
    """,
    "CREATE INDEX sends_by_mailbox ON sends (mailbox_id, sent_at) INCLUDE (recipients)",
    "CREATE INDEX sends_by_account ON sends (account_id, sent_at)",
    # Mailboxes that are deleted here and still have to be removed from the mail system.
    """
    CREATE TABLE removals (
        mailbox_id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts,
        since timestamptz NOT NULL
    )
    """,
    "CREATE INDEX removals_by_account ON removals (account_id)",
    # What a mail server reads. Reading stays possible while an account is restricted or suspended. A quota of "8 GB" is
    # 8 × 1024³ bytes: what Dovecot's `8G` means, and never less than was promised.
    """
    CREATE VIEW mail_domains AS
        SELECT name, account_id FROM domains
    """,
    """
    CREATE VIEW mail_logins AS
        SELECT address, account_id, password_hash, id AS home, size_gb * 1073741824::bigint AS quota_bytes
        FROM mailboxes WHERE active
    """,
)

_DECIDE_SEND = """
CREATE FUNCTION decide_send(
    p_request_id uuid, p_address text, p_recipients integer, p_now timestamptz,
    OUT verdict text, OUT found_mailbox uuid, OUT found_account uuid,
    OUT max_messages integer, OUT max_recipients integer, OUT max_account_messages integer,
    OUT used_messages bigint, OUT used_recipients bigint
) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $function$
DECLARE
    v_state text;
    v_features text[];
    v_active boolean;
    v_known_mailbox uuid;
    v_known_recipients integer;
BEGIN
    SELECT m.id, m.account_id INTO found_mailbox, found_account FROM mailboxes m WHERE m.address = p_address;
    IF NOT FOUND THEN
        verdict := 'unknown';
        RETURN;
    END IF;
    SELECT a.state, a.features_off, a.messages_per_day, a.recipients_per_day, a.account_messages_per_day
        INTO v_state, v_features, max_messages, max_recipients, max_account_messages
        FROM accounts a WHERE a.id = found_account;
    -- The account's row before the mailbox's, as everywhere: the other order would deadlock with a deletion.
    IF max_account_messages IS NOT NULL THEN
        PERFORM 1 FROM accounts a WHERE a.id = found_account FOR NO KEY UPDATE;
    END IF;
    SELECT m.active INTO v_active FROM mailboxes m WHERE m.id = found_mailbox FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        verdict := 'unknown';
        RETURN;
    END IF;
    -- Each statement of a volatile function sees what was committed before it: these counts come after the lock.
    SELECT count(*), coalesce(sum(s.recipients), 0) INTO used_messages, used_recipients
        FROM sends s WHERE s.mailbox_id = found_mailbox AND s.sent_at > p_now - interval '24 hours';
    SELECT s.mailbox_id, s.recipients INTO v_known_mailbox, v_known_recipients
        FROM sends s WHERE s.request_id = p_request_id;
    IF FOUND THEN
        verdict := CASE WHEN v_known_mailbox = found_mailbox AND v_known_recipients = p_recipients
            THEN 'allowed' ELSE 'reused' END;
        RETURN;
    END IF;
    verdict := CASE
        WHEN v_state NOT IN ('trial', 'unlocked') THEN 'restricted'
        WHEN 'sending' = ANY (v_features) THEN 'feature_off'
        WHEN NOT v_active THEN 'inactive'
        WHEN used_messages >= max_messages OR used_recipients + p_recipients > max_recipients THEN 'limit'
        WHEN max_account_messages <= (
            SELECT count(*) FROM sends s
            WHERE s.account_id = found_account AND s.sent_at > p_now - interval '24 hours'
        ) THEN 'account_limit'
        ELSE 'allowed'
    END;
    IF verdict = 'allowed' THEN
        INSERT INTO sends (request_id, account_id, mailbox_id, sent_at, recipients)
            VALUES (p_request_id, found_account, found_mailbox, p_now, p_recipients)
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            verdict := 'reused';
            RETURN;
        END IF;
        used_messages := used_messages + 1;
        used_recipients := used_recipients + p_recipients;
    END IF;
END
$function$
"""


def upgrade() -> None:
    create_shared_tables(op)
    for statement in _TABLES:
        op.execute(statement)
    op.execute(_DECIDE_SEND)
    op.execute("REVOKE EXECUTE ON FUNCTION decide_send FROM PUBLIC")
