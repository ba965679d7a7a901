"""What a new monthly contract sends follows the mailboxes that were ordered, however many there are."""

from alembic import op

revision = "20261214_new_contracts_send"
down_revision = "20261212_new_contracts"
branch_labels = None
depends_on = None

_DECIDE_SEND = """
CREATE OR REPLACE FUNCTION decide_send(
    p_request_id uuid, p_address text, p_recipients integer, p_now timestamptz,
    OUT verdict text, OUT found_mailbox uuid, OUT found_account uuid,
    OUT max_messages integer, OUT max_recipients integer, OUT max_account_messages integer,
    OUT max_account_recipients integer, OUT used_messages bigint, OUT used_recipients bigint
) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $function$
DECLARE
    v_state text;
    v_features text[];
    v_active boolean;
    v_uncovered boolean;
    v_ordered integer;
    v_new boolean;
    v_together bigint;
    v_known_mailbox uuid;
    v_known_recipients integer;
BEGIN
    SELECT m.id, m.account_id INTO found_mailbox, found_account FROM mailboxes m WHERE m.address = p_address;
    IF NOT FOUND THEN
        verdict := 'unknown';
        RETURN;
    END IF;
    SELECT a.state, a.features_off, a.messages_per_day, a.recipients_per_day,
            a.account_messages_per_day, a.account_recipients_per_day, a.ordered_mailboxes, a.new_contract
        INTO v_state, v_features, max_messages, max_recipients, max_account_messages, max_account_recipients, v_ordered,
            v_new
        FROM accounts a WHERE a.id = found_account;
    -- The account's row before the mailbox's, as everywhere: the other order would deadlock with a deletion.
    IF max_account_messages IS NOT NULL OR max_account_recipients IS NOT NULL OR v_ordered IS NOT NULL THEN
        PERFORM 1 FROM accounts a WHERE a.id = found_account FOR NO KEY UPDATE;
    END IF;
    SELECT m.active, m.uncovered INTO v_active, v_uncovered
        FROM mailboxes m WHERE m.id = found_mailbox FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        verdict := 'unknown';
        RETURN;
    END IF;
    -- A monthly contract: what is not named follows the mailboxes ordered, or those there are (domain/accounts.py).
    IF v_ordered IS NOT NULL THEN
        SELECT greatest(v_ordered, count(*) FILTER (WHERE NOT v_new)) INTO v_together
            FROM mailboxes m WHERE m.account_id = found_account;
        max_account_messages := coalesce(max_account_messages, v_together * max_messages);
        max_account_recipients := coalesce(max_account_recipients, v_together * max_recipients);
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
        WHEN v_uncovered THEN 'uncovered'
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
    # With the same signature: who may execute it stays.
    op.execute(_DECIDE_SEND)
