"""Limits of all mailboxes together in every contract, and of recipients: a deleted mailbox frees none."""

from alembic import op

revision = "20261129_account_recipients"
down_revision = "20261125_domains_below"
branch_labels = None
depends_on = None

# What an account's places add up to, as the policy computes it where the operator names no limit.
_BACKFILL = """
UPDATE accounts a SET
    account_messages_per_day = coalesce(a.account_messages_per_day, p.mailboxes * a.messages_per_day),
    account_recipients_per_day = p.mailboxes * a.recipients_per_day
FROM (SELECT account_id, sum(mailboxes) AS mailboxes FROM places GROUP BY account_id) p
WHERE p.account_id = a.id
"""

_DECIDE_SEND = """
CREATE FUNCTION decide_send(
    p_request_id uuid, p_address text, p_recipients integer, p_now timestamptz,
    OUT verdict text, OUT found_mailbox uuid, OUT found_account uuid,
    OUT max_messages integer, OUT max_recipients integer, OUT max_account_messages integer,
    OUT max_account_recipients integer, OUT used_messages bigint, OUT used_recipients bigint
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
    SELECT a.state, a.features_off, a.messages_per_day, a.recipients_per_day,
            a.account_messages_per_day, a.account_recipients_per_day
        INTO v_state, v_features, max_messages, max_recipients, max_account_messages, max_account_recipients
        FROM accounts a WHERE a.id = found_account;
    -- The account's row before the mailbox's, as everywhere: the other order would deadlock with a deletion.
    IF max_account_messages IS NOT NULL OR max_account_recipients IS NOT NULL THEN
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
        WHEN (max_account_messages IS NOT NULL OR max_account_recipients IS NOT NULL) AND (
            SELECT count(*) >= max_account_messages
                OR coalesce(sum(s.recipients), 0) + p_recipients > max_account_recipients
            FROM sends s WHERE s.account_id = found_account AND s.sent_at > p_now - interval '24 hours'
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
    op.execute(
        "ALTER TABLE accounts ADD COLUMN account_recipients_per_day integer CHECK (account_recipients_per_day >= 0)"
    )
    op.execute(_BACKFILL)
    # The sum of recipients is read from the index alone.
    op.execute("CREATE INDEX sends_of_account ON sends (account_id, sent_at) INCLUDE (recipients)")
    op.execute("DROP INDEX sends_by_account")
    op.execute("DROP FUNCTION decide_send")
    op.execute(_DECIDE_SEND)
    op.execute("REVOKE EXECUTE ON FUNCTION decide_send FROM PUBLIC")
