"""The SQL that proves the ledger: every transaction balances, and every row that speaks of money has it there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.store import recorded
from services.payments.store.recorded import RecordedTransfer
from services.payments.tables import ledger_lines, ledger_transactions

_MOST_FAULTS = 100
_BALANCES = (
    select(ledger_lines.c.ledger_account, ledger_lines.c.currency, func.sum(ledger_lines.c.minor).label("balance"))
    .group_by(ledger_lines.c.ledger_account, ledger_lines.c.currency)
    .order_by(ledger_lines.c.ledger_account, ledger_lines.c.currency)
)
# What refunds and disputes take after a payout may leave the provider below zero: what lay there on its day counts.
# What the bank took back is no bank entry: it stands in the queue, below zero, unless it was withdrawn as a refund's
# debit. Nor are debits of refunds.
# Each branch finds rows that disagree with the ledger, from both sides, so that neither can be missing; the answer is
# their names, so that a person can look.
_FAULTS = text("""
    SELECT 'transaction ' || t.id || ' does not balance' AS fault
    FROM ledger_transactions t LEFT JOIN ledger_lines l ON l.transaction_id = t.id
    GROUP BY t.id, l.currency HAVING coalesce(sum(l.minor), 1) <> 0
    UNION ALL
    SELECT 'payment request ' || r.id || ' is ' || r.state || ' with ' || coalesce(-sum(l.minor), 0)
    FROM payment_requests r
        LEFT JOIN ledger_transactions t ON t.request_id = r.id
        LEFT JOIN ledger_lines l ON l.transaction_id = t.id AND l.ledger_account = 'receivable'
    GROUP BY r.id
    HAVING coalesce(-sum(l.minor), 0) <> CASE r.state WHEN 'paid' THEN r.minor + r.credit_minor ELSE 0 END
    UNION ALL
    SELECT 'payment request ' || r.id || ' is ' || r.state || ' with credit reserved: ' || coalesce(-sum(l.minor), 0)
    FROM payment_requests r
        JOIN ledger_transactions t ON t.request_id = r.id
        JOIN ledger_lines l ON l.transaction_id = t.id AND l.ledger_account = 'reserved'
    GROUP BY r.id HAVING -sum(l.minor) <> CASE r.state WHEN 'open' THEN r.credit_minor ELSE 0 END
    UNION ALL
    SELECT 'credit of account ' || c.account_id || ': ' || c.currency || ' ' || c.minor || ', ledger: ' || c.ledger
    FROM (
        SELECT coalesce(a.account_id, s.account_id) AS account_id, coalesce(a.currency, s.currency) AS currency,
            coalesce(a.minor, 0) AS minor, coalesce(s.minor, 0) AS ledger
        FROM account_credits a
        FULL JOIN (SELECT account_id, currency, -sum(minor) AS minor FROM ledger_lines
            WHERE ledger_account = 'credit' GROUP BY account_id, currency) s
            ON (s.account_id, s.currency) = (a.account_id, a.currency)
    ) c WHERE c.minor <> c.ledger
    UNION ALL
    SELECT 'refund ' || coalesce(r.id::text, b.id) || ' is ' || coalesce(r.state, 'in the ledger alone') || ' with ' ||
        coalesce(r.minor + r.credit_minor, 0) || ', ledger: ' || coalesce(b.asked, 0) || ', to be paid out: ' ||
        coalesce(b.owed, 0)
    FROM refunds r
        FULL JOIN (SELECT split_part(t.source_ref, ':', 1) AS id,
            coalesce(-sum(l.minor) FILTER (WHERE t.kind = 'refund' AND l.minor < 0), 0) AS asked,
            coalesce(-sum(l.minor) FILTER (WHERE l.ledger_account = 'refunds'), 0) AS owed
            FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
            WHERE t.source = 'refund' GROUP BY 1) b ON b.id = r.id::text
    WHERE (r.minor + r.credit_minor, CASE WHEN r.state IN ('done', 'cancelled') THEN 0 ELSE r.minor END)
        IS DISTINCT FROM (b.asked, b.owed)
    UNION ALL
    SELECT 'money entry ' || e.id || ' of ' || e.minor || ' is ' || coalesce(e.settled_as, 'not settled') ||
        ', its refund: ' || coalesce(r.minor::text, 'none')
    FROM money_entries e
        LEFT JOIN refunds r ON r.entry_id = e.id AND r.state <> 'cancelled'
        LEFT JOIN disputes d ON d.entry_id = e.id
        LEFT JOIN (SELECT DISTINCT dispute_id FROM refunds WHERE state <> 'cancelled') taken ON taken.dispute_id = d.id
    WHERE (r.id IS NOT NULL OR (e.settled_as = 'refunded' AND taken.dispute_id IS NULL))
        AND (e.settled_as, e.settled_to, e.minor, e.currency)
            IS DISTINCT FROM ('refunded', r.id, r.minor, r.currency)
    UNION ALL
    SELECT 'payment request ' || x.request_id || ': refunds of ' || x.minor || ', returned: ' || x.ledger
    FROM (
        SELECT coalesce(r.request_id, s.request_id) AS request_id, coalesce(r.minor, 0) AS minor,
            coalesce(s.minor, 0) AS ledger
        FROM (SELECT request_id, sum(credit_minor + CASE state WHEN 'cancelled' THEN 0 ELSE minor END) AS minor
            FROM (SELECT request_id, credit_minor, state, minor FROM refunds
                UNION ALL
                SELECT request_id, 0, 'done', withdrawn_minor FROM disputes WHERE credit_note_id IS NOT NULL) gone
            WHERE request_id IS NOT NULL GROUP BY request_id) r
        FULL JOIN (SELECT t.request_id, sum(l.minor) AS minor FROM ledger_transactions t
            JOIN ledger_lines l ON l.transaction_id = t.id WHERE l.ledger_account = 'returned'
            GROUP BY t.request_id) s ON s.request_id = r.request_id
    ) x WHERE x.minor <> x.ledger
    UNION ALL
    SELECT 'money set aside: ' || w.currency || ' ' || w.minor || ', ledger: ' || w.ledger
    FROM (
        SELECT coalesce(q.currency, s.currency) AS currency, coalesce(q.minor, 0) AS minor,
            coalesce(s.minor, 0) AS ledger
        FROM (SELECT currency, sum(minor) AS minor FROM (
                SELECT currency, CASE WHEN reason IN ('reversed', 'disputed') THEN -minor ELSE minor END AS minor
                FROM money_entries WHERE settled_as = 'set_aside'
                UNION ALL
                SELECT currency, minor FROM refunds WHERE means = 'taken_back' AND state = 'done') aside
            GROUP BY currency) q
        FULL JOIN (SELECT currency, -sum(minor) AS minor FROM ledger_lines WHERE ledger_account = 'set_aside'
            GROUP BY currency) s ON s.currency = q.currency
    ) w WHERE w.minor <> w.ledger
    UNION ALL
    SELECT 'payouts of the provider: ' || p.currency || ' ' || p.minor || ', ledger: ' || p.ledger
    FROM (
        SELECT coalesce(q.currency, s.currency) AS currency, coalesce(q.minor, 0) AS minor,
            coalesce(s.minor, 0) AS ledger
        FROM (SELECT currency, sum(minor) AS minor FROM money_entries WHERE settled_as = 'payout'
            GROUP BY currency) q
        FULL JOIN (SELECT l.currency, -sum(l.minor) AS minor FROM ledger_transactions t
            JOIN ledger_lines l ON l.transaction_id = t.id
            WHERE t.kind IN ('provider_payout', 'provider_payout_undone')
                AND l.ledger_account IN ('stripe', 'provider_fees')
            GROUP BY l.currency) s ON s.currency = q.currency
    ) p WHERE p.minor <> p.ledger
    UNION ALL
    SELECT 'what lies at the provider is below zero (stripe ' || s.currency || ' ' || s.minor ||
        '): more than lay there was booked as paid out with money entry ' || e.id
    FROM (SELECT currency, sum(minor) AS minor FROM ledger_lines WHERE ledger_account = 'stripe'
            GROUP BY currency HAVING sum(minor) < 0) s
        JOIN money_entries e ON e.settled_as = 'payout' AND e.currency = s.currency
        JOIN LATERAL (SELECT sum(l.minor) AS minor FROM ledger_transactions t
            JOIN ledger_lines l ON l.transaction_id = t.id AND l.ledger_account = 'stripe'
            WHERE l.currency = s.currency AND CASE
                WHEN t.booked_on IS NULL OR e.available_on IS NULL THEN true
                WHEN l.minor > 0 OR t.kind = 'provider_payout' THEN t.booked_on <= e.available_on
                ELSE t.booked_on < e.available_on END) lay ON lay.minor < 0
    UNION ALL
    SELECT 'money entries waiting: ' || w.currency || ' ' || w.minor || ', suspense: ' || w.ledger
    FROM (
        SELECT coalesce(q.currency, s.currency) AS currency, coalesce(q.minor, 0) AS minor,
            coalesce(s.minor, 0) AS ledger
        FROM (SELECT currency, sum(CASE reason WHEN 'reversed' THEN -minor ELSE minor END) AS minor
            FROM money_entries WHERE settled_at IS NULL AND reason <> 'disputed' GROUP BY currency) q
        FULL JOIN (SELECT currency, -sum(minor) AS minor FROM ledger_lines WHERE ledger_account = 'suspense'
            GROUP BY currency) s ON s.currency = q.currency
    ) w WHERE w.minor <> w.ledger
    UNION ALL
    SELECT 'money entry ' || coalesce(e.id::text, b.source || ' ' || b.source_ref) || ' is ' ||
        coalesce(e.settled_as, 'not settled') || ' with ' || coalesce(e.minor, 0) || ', ledger: ' ||
        coalesce(b.settled_as, 'not settled') || ' with ' || coalesce(b.minor, 0)
    FROM (SELECT *, CASE WHEN reason IN ('reversed', 'disputed') THEN -minor ELSE minor END AS lay
            FROM money_entries WHERE settled_as IN ('assigned', 'credited', 'set_aside', 'withdrawn', 'credit_note')) e
        FULL JOIN (SELECT t.source, t.source_ref, l.currency, l.minor, CASE t.kind WHEN 'assignment' THEN 'assigned'
                WHEN 'crediting' THEN 'credited' WHEN 'setting_aside' THEN 'set_aside'
                WHEN 'withdrawal' THEN 'withdrawn' ELSE 'credit_note' END AS settled_as,
            CASE t.kind WHEN 'assignment' THEN t.request_id WHEN 'crediting' THEN c.account_id END AS settled_to
            FROM ledger_transactions t
                JOIN ledger_lines l ON l.transaction_id = t.id AND l.ledger_account IN ('suspense', 'disputed')
                LEFT JOIN ledger_lines c ON c.transaction_id = t.id AND c.ledger_account = 'credit'
            WHERE t.kind IN ('assignment', 'crediting', 'setting_aside', 'withdrawal', 'dispute_credit')) b
            ON (b.source, b.source_ref) = (e.source, e.source_ref)
    WHERE (e.settled_as, e.lay, e.currency) IS DISTINCT FROM (b.settled_as, b.minor, b.currency)
        OR e.settled_to <> b.settled_to
    UNION ALL
    SELECT 'money entry ' || came.id || ' was taken back by entry ' || back.id || ' and is ' || came.settled_as ||
        ' all the same'
    FROM money_entries came JOIN money_entries back ON back.reason = 'reversed' AND (
        back.id = came.taken_back_by
        OR (came.reason <> 'reversed' AND came.taken_back_by IS NULL AND came.source = 'bank' AND back.source = 'bank'
            AND came.created_at <= back.created_at AND (came.shown_reference, came.minor, came.currency)
                = (back.shown_reference, back.minor, back.currency)
            AND NOT EXISTS (SELECT FROM money_entries other WHERE other.taken_back_by = back.id)))
    WHERE came.settled_as IN ('assigned', 'credited', 'refunded') AND came.settled_at > back.created_at
    UNION ALL
    SELECT 'money entry ' || one.id || ' and what took it back, or it took, are settled apart'
    FROM money_entries one WHERE one.settled_as = 'taken_back' AND NOT EXISTS (
        SELECT FROM money_entries other WHERE other.settled_as = 'taken_back'
            AND (other.id = one.taken_back_by OR other.taken_back_by = one.id)
            AND (other.minor, other.currency) = (one.minor, one.currency))
    UNION ALL
    SELECT 'dispute ' || d.provider_ref || ' is ' || coalesce(d.state, 'not written down') || ' with ' ||
        coalesce(d.withdrawn_minor, 0) || ' withdrawn, ledger: ' || d.ledger || ', fee ' || coalesce(d.fee_minor, 0) ||
        ', ledger: ' || d.fees
    FROM (
        SELECT coalesce(e.source_ref, s.provider_ref) AS provider_ref, d.state, d.withdrawn_minor, d.fee_minor,
            e.settled_at, coalesce(r.minor, 0) AS refunded,
            coalesce(s.minor, 0) - coalesce(r.minor, 0) AS ledger, coalesce(s.fees, 0) AS fees
        FROM (SELECT * FROM money_entries WHERE reason = 'disputed') e
        LEFT JOIN disputes d ON (d.entry_id, d.provider_ref) = (e.id, e.source_ref)
        LEFT JOIN (SELECT dispute_id, sum(minor) AS minor FROM refunds WHERE state = 'done' GROUP BY dispute_id) r
            ON r.dispute_id = d.id
        FULL JOIN (SELECT split_part(t.source_ref, ':', 1) AS provider_ref,
            sum(l.minor) FILTER (WHERE l.ledger_account = 'disputed') AS minor,
            sum(l.minor) FILTER (WHERE l.ledger_account = 'dispute_fees') AS fees
            FROM ledger_transactions t JOIN ledger_lines l ON l.transaction_id = t.id
            WHERE l.ledger_account IN ('disputed', 'dispute_fees') AND t.source <> 'refund' GROUP BY 1) s
            ON s.provider_ref = e.source_ref
    ) d WHERE d.state IS NULL OR d.fees <> d.fee_minor
        OR d.ledger <> CASE WHEN d.settled_at IS NULL THEN d.withdrawn_minor - d.refunded ELSE 0 END
    UNION ALL
    SELECT 'money entry ' || e.id || ' took back ' || e.minor || ' of what had paid, its dispute: ' ||
        coalesce(d.withdrawn_minor::text, 'none')
    FROM money_entries e
        JOIN ledger_transactions t ON (t.kind, t.source, t.source_ref) = ('reversal', e.source, e.source_ref)
        LEFT JOIN disputes d ON d.entry_id = e.id
    WHERE e.reason = 'reversed' AND e.source = 'bank' AND t.request_id IS NOT NULL
        AND (d.provider_ref, d.request_id, d.withdrawn_minor, d.balance_currency, d.fee_minor, d.state)
            IS DISTINCT FROM (e.source_ref, t.request_id, e.minor, e.currency, 0, 'lost')
    UNION ALL
    SELECT 'bank entries: ' || b.currency || ' ' || b.minor || ', bank: ' || b.ledger
    FROM (
        SELECT coalesce(e.currency, s.currency) AS currency, coalesce(e.minor, 0) AS minor,
            coalesce(s.minor, 0) AS ledger
        FROM (SELECT currency, sum(minor) AS minor FROM (
            SELECT currency, minor FROM bank_entries
            UNION ALL
            SELECT currency, -minor FROM refund_debits
            UNION ALL
            SELECT currency, -minor FROM money_entries WHERE reason = 'reversed' AND source = 'bank'
                AND settled_as IS DISTINCT FROM 'withdrawn') told
            GROUP BY currency) e
        FULL JOIN (SELECT currency, sum(minor) AS minor FROM ledger_lines WHERE ledger_account = 'bank'
            GROUP BY currency) s ON s.currency = e.currency
    ) b WHERE b.minor <> b.ledger
    LIMIT :most
""")

# The date of an invoice is the day as of which its request was paid; a part payment with an invoice of its own is
# deducted from it, and has its own day.
_OF_EARLIER_MONTHS = text("""
    SELECT r.id, r.available_on, t.booked_on
    FROM payment_requests r JOIN ledger_transactions t ON t.request_id = r.id AND t.kind = 'assignment'
        LEFT JOIN money_entries e ON (e.source, e.source_ref) = (t.source, t.source_ref)
            AND e.advance_decided_at IS NOT NULL AND e.named = ARRAY[r.id]
    WHERE r.state = 'paid' AND e.id IS NULL
        AND date_trunc('month', t.booked_on) < date_trunc('month', r.available_on)
    ORDER BY r.id, t.booked_on LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Proof:
    """What the ledger says of itself.

    Attributes:
        transactions: How many there are.
        balances: Debits less credits, by account and currency.
        faults: What does not agree; empty when all is proved.
        unconfirmed: Transfers recorded by hand long ago of which no statement has told: no fault of the ledger, but a
            person should look whether the money came at all.
        other_days: Transfers that paid when they were recorded by hand and that the bank booked on another day: no
            fault of the ledger either, but the invoice carries the first day.
        of_earlier_months: Money that was available in a month before the one as of which its request was paid, a
            sentence each: the invoice is dated too late for it.
    """

    transactions: int
    balances: tuple[tuple[str, Money], ...]
    faults: tuple[str, ...]
    unconfirmed: tuple[RecordedTransfer, ...]
    other_days: tuple[RecordedTransfer, ...]
    of_earlier_months: tuple[str, ...]


async def find_faults(conn: AsyncConnection) -> list[str]:
    """What does not agree, in words, as the connection's transaction sees it; at most a hundred."""
    return [str(row.fault) for row in await conn.execute(_FAULTS, {"most": _MOST_FAULTS})]


async def prove(conn: AsyncConnection, recorded_before: datetime) -> Proof:
    """Read the proof; in one snapshot, so that a payment in between cannot look like a fault.

    Args:
        conn: A transaction.
        recorded_before: From when on a transfer recorded by hand has waited too long for its statement.
    """
    await conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    transactions = await conn.scalar(select(func.count()).select_from(ledger_transactions))
    balances = [
        (str(row.ledger_account), Money(int(row.balance), row.currency)) for row in await conn.execute(_BALANCES)
    ]
    faults = await find_faults(conn)
    waiting = await recorded.unconfirmed_before(conn, recorded_before, _MOST_FAULTS)
    other_days = await recorded.on_another_day(conn, _MOST_FAULTS)
    earlier = tuple(
        f"payment request {row.id} is paid as of {row.available_on}, with money of {row.booked_on}: its invoice is "
        "dated in a later month than this part, which has no invoice of its own"
        for row in await conn.execute(_OF_EARLIER_MONTHS, {"most": _MOST_FAULTS})
    )
    return Proof(int(transactions or 0), tuple(balances), tuple(faults), tuple(waiting), tuple(other_days), earlier)
